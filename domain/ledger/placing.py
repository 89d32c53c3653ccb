"""Placing: unapplied cash goes to invoices, of its own customer or with a reason of another, and may be taken back.

An application is never changed: taking it back is a line of its own, over all that is left of it on the invoice. What
a ledger file booked is left alone, since the next file would book it again.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import entries, invoices, words
from domain.ledger.entry_events import AllocationTakenBack, CashNoted, CashPlaced
from domain.ledger.events import InvoiceSettled
from domain.ledger.models import Account, Allocation, CreditNote, Invoice, Payment
from domain.ledger.refusals import (
    AllocationNotFound,
    EntryUnusable,
    InvoiceNotFound,
    MoreThanLeft,
    MoreThanOpen,
    NothingLeft,
    NothingToPay,
    PaymentNotFound,
    TakenBackAlready,
)
from domain.ledger.states import CreditNoteState

NOTE_LENGTH = 500

MOST_PARTS = 100
"""Invoices that one placement may go to."""


async def place(
    core: Core,
    *,
    payment_id: UUID,
    invoice_number: str,
    amount: Money | None = None,
    note: str = "",
    actor: Actor,
) -> CashPlaced:
    """Place unapplied cash on an invoice: *amount*, or as much as is left and open.

    Raises:
        NotAllowed: The actor may not apply cash.
        PaymentNotFound, InvoiceNotFound: There is no such thing.
        EntryUnusable: Another currency, no amount, or another customer's invoice without a reason.
        NothingToPay: Nothing is open on the invoice.
        NothingLeft, MoreThanLeft, MoreThanOpen: There is not as much.
    """
    return (await split(core, payment_id=payment_id, parts=((invoice_number, amount),), note=note, actor=actor))[0]


async def split(
    core: Core, *, payment_id: UUID, parts: Sequence[tuple[str, Money | None]], note: str = "", actor: Actor
) -> tuple[CashPlaced, ...]:
    """Place unapplied cash on several invoices, all or none; raises as ``place`` does.

    Args:
        core: The core.
        payment_id: Whose rest is placed.
        parts: Invoice numbers, each with an amount, or None for as much as is left and open.
        note: Why, as people read it later.
        actor: Who places it.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPLY_CASH)
        if not 0 < len(parts) <= MOST_PARTS:
            raise EntryUnusable(say("Name between one and {most} invoices.", most=MOST_PARTS))
        held = await _invoices(tx, [number for number, _ in parts])
        payment = await Payment.get_or_none(id=payment_id, kind="payment")
        if payment is None:
            raise PaymentNotFound
        placements = []
        for number, amount in parts:
            invoice = held[invoices.number_key(number)]
            event = await placed(core, tx, payment=payment, invoice=invoice, amount=amount, note=note, actor=actor)
            placements.append(event)
        return tuple(placements)


async def placed(
    core: Core,
    tx: Transaction,
    *,
    payment: Payment,
    invoice: Invoice,
    amount: Money | None = None,
    note: str = "",
    actor: Actor,
) -> CashPlaced:
    """Place unapplied cash as a step of a transaction that holds the invoice's lock; raises as ``place`` does."""
    note = " ".join(note.split())[:NOTE_LENGTH]
    await entries.payment_held(tx, payment.id)
    rest = Money(max(await entries.rest(tx, payment.id), 0), payment.currency)
    what = say("the payment of {amount}", amount=payment.amount)
    payer = "" if payment.account_id == invoice.account_id else (await Account.get(id=payment.account_id)).name
    if payer and not note:
        raise EntryUnusable(say("The money is {payer}'s, the invoice is not: say why it is placed there.", payer=payer))
    applied = fitting(invoice, rest, amount, what=what)
    now = core.clock.now()
    allocation = await Allocation.create(
        id=uuid4(),
        payment_id=payment.id,
        invoice_id=invoice.id,
        amount_minor=applied.minor,
        note=note,
        created_at=now,
    )
    await entries.lowered(invoice, applied, on=local_date(core.clock, core.merchant.zone))
    left = await entries.rest_kept(tx, payment.id, now=now)
    said = {**entries.about(invoice), **by(actor, now)}
    event = CashPlaced(
        **said,
        payment_id=payment.id,
        allocation_id=allocation.id,
        amount=applied,
        balance=invoice.balance,
        unapplied=Money(left, payment.currency),
        payer=payer,
        note=note,
    )
    await timeline.record(core, tx, event)
    if not invoice.balance:
        await timeline.record(core, tx, InvoiceSettled(**said, total=invoice.total))
    return event


def fitting(invoice: Invoice, left: Money, amount: Money | None, *, what: str) -> Money:
    """Return how much goes on an invoice: *amount* if it fits, or as much as is left and open.

    Raises:
        EntryUnusable: Another currency, or no amount.
        NothingToPay: Nothing is open on the invoice.
        NothingLeft, MoreThanLeft, MoreThanOpen: There is not as much.
    """
    if left.currency != invoice.currency or (amount is not None and amount.currency != invoice.currency):
        raise EntryUnusable(words.only_its_currency(invoice.number, invoice.currency))
    if not invoice.balance:
        raise NothingToPay(invoice.number, invoice.state)
    if not left:
        raise NothingLeft(what)
    if amount is None:
        return min(left, invoice.balance)
    if amount.minor <= 0:
        raise EntryUnusable(say("An amount is more than nothing."))
    if amount > left:
        raise MoreThanLeft(what, amount, left)
    if amount > invoice.balance:
        raise MoreThanOpen(invoice.number, amount, invoice.balance)
    return amount


async def take_back(core: Core, *, allocation_id: UUID, reason: str, actor: Actor) -> AllocationTakenBack:
    """Take off an invoice what of a payment or credit note was applied to it: it is open again by that much.

    Raises:
        NotAllowed: The actor may not apply cash.
        AllocationNotFound: There is no such entry.
        TakenBackAlready: Nothing of it is on the invoice any more.
        EntryUnusable: No reason, or a ledger file booked it.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPLY_CASH)
        reason = " ".join(reason.split())[:NOTE_LENGTH]
        if not reason:
            raise EntryUnusable(say("Say why it is taken back; whoever reads the invoice's history asks that first."))
        found = await Allocation.get_or_none(id=allocation_id)
        if found is None or found.takes_back_id is not None or found.amount_minor < 0:
            raise AllocationNotFound
        invoice = await Invoice.locked(id=found.invoice_id)
        assert invoice is not None, "an invoice cannot be removed"
        return await _taken_back(core, tx, invoice, found, reason, actor)


async def _taken_back(
    core: Core, tx: Transaction, invoice: Invoice, found: Allocation, reason: str, actor: Actor
) -> AllocationTakenBack:
    root, note = None, None
    if found.payment_id is not None:
        root = await _root(found.payment_id)
        await entries.payment_held(tx, root)
    else:
        note = await CreditNote.locked(id=found.credit_note_id)
    amount = Money(await _still_on(tx, found, root), invoice.currency)
    if not amount:
        raise TakenBackAlready(invoice.number)
    now = core.clock.now()
    await Allocation.create(
        id=uuid4(),
        payment_id=found.payment_id,
        credit_note_id=found.credit_note_id,
        invoice_id=invoice.id,
        amount_minor=-amount.minor,
        takes_back_id=found.id,
        note=reason,
        created_at=now,
    )
    await entries.lowered(invoice, -amount, on=local_date(core.clock, core.merchant.zone))
    if root is not None:
        await entries.rest_kept(tx, root, now=now)
    elif note is not None:
        await freed(note, amount)
    event = AllocationTakenBack(
        **entries.about(invoice),
        allocation_id=found.id,
        payment_id=root,
        credit_note_id=found.credit_note_id,
        amount=amount,
        balance=invoice.balance,
        reason=reason,
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event


async def freed(note: CreditNote, amount: Money) -> None:
    """Give a credit note back what was applied of it; the caller holds its lock."""
    left = note.open_minor + amount.minor
    if note.status is CreditNoteState.APPLIED:
        await note.move("free", open_minor=left)
    elif note.status is CreditNoteState.OPEN:
        await CreditNote.filter(id=note.id).update(open_minor=left)
        note.open_minor = left
    else:
        raise EntryUnusable(say("Credit note {number} is void; nothing can go back to it.", number=note.number))


async def annotate(core: Core, *, payment_id: UUID, text: str, actor: Actor) -> CashNoted:
    """Write down what is known about unapplied cash; an earlier note is replaced and stays in the timeline.

    Raises:
        NotAllowed: The actor may not apply cash.
        EntryUnusable: Nothing is written.
        NothingLeft: The payment has no rest.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPLY_CASH)
        text = " ".join(text.split())[:NOTE_LENGTH]
        if not text:
            raise EntryUnusable(say("Write what is known about the money."))
        row = await tx.row(
            "UPDATE unapplied_cash u SET note = %s FROM account a WHERE u.payment_id = %s AND a.id = u.account_id"
            " RETURNING u.account_id, a.name, u.currency, u.amount_minor",
            (sentences.as_text(text), payment_id),
        )
        if row is None:
            raise NothingLeft(say("this payment"))
        event = CashNoted(
            account_id=row["account_id"],
            account_name=row["name"],
            payment_id=payment_id,
            unapplied=Money(row["amount_minor"], row["currency"]),
            note=text,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def _invoices(tx: Transaction, numbers: Sequence[str]) -> dict[str, Invoice]:
    """Hold the invoices of those numbers, by the keys of their numbers."""
    keys = {invoices.number_key(number): number for number in numbers}
    if len(keys) < len(numbers):
        raise EntryUnusable(say("Name each invoice once."))
    rows = await tx.rows("SELECT id, number_key FROM invoice WHERE number_key = ANY(%s)", (list(keys),))
    held = await entries.invoices_held([row["id"] for row in rows])
    by_key = {row["number_key"]: held[row["id"]] for row in rows}
    for key, number in keys.items():
        if key not in by_key:
            raise InvoiceNotFound(number)
    return by_key


async def _root(payment_id: UUID) -> UUID:
    """Return the payment that all of a family is about; refuse what a ledger file booked."""
    payment = await Payment.get(id=payment_id)
    if payment.source == "import":
        raise EntryUnusable(words.booked_by_file())
    return payment.reverses_id or payment.id


async def _still_on(tx: Transaction, found: Allocation, root: UUID | None) -> int:
    """Return how much of an allocation is on its invoice still, in minor units: less what went back meanwhile."""
    if await Allocation.filter(takes_back_id=found.id).exists():
        return 0
    if root is not None:
        on_invoice = (await entries.applied(tx, root)).get(found.invoice_id, 0)
        return min(found.amount_minor, on_invoice)
    return found.amount_minor
