"""Credit notes: applied to the invoice that they name or to chosen ones, taken back, or voided while nothing is used.

A credit note comes with a ledger file. What of it is open lowers nothing by itself, but counts as the customer's
credit. Taking an application back is ``placing.take_back``, as with money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Rows, Transaction
from domain.ledger import entries, invoices, placing, words
from domain.ledger.entry_events import OLDEST_FIRST, CreditNoteApplied, CreditNoteVoided
from domain.ledger.events import InvoiceSettled
from domain.ledger.models import Account, Allocation, CreditNote, Invoice
from domain.ledger.refusals import CreditNoteNotFound, EntryUnusable, NothingLeft
from domain.ledger.states import CreditNoteState

MOST_LISTED = 100

MOST_INVOICES = 50
"""Invoices that one credit note is spread over at once."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An invoice that a credit note may be applied to, and how much of it."""

    invoice_id: UUID
    invoice_number: str
    due_on: date
    balance: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A credit note of which something is left."""

    credit_note_id: UUID
    number: str
    account_name: str
    names: str
    """The invoice that it corrects, as it says; empty: none."""
    total: Money
    left: Money
    issued_on: date | None
    reason: str
    suggested: tuple[Suggestion, ...] = ()


async def apply(
    core: Core,
    *,
    number: str,
    invoice_number: str | None = None,
    amount: Money | None = None,
    note: str = "",
    actor: Actor,
) -> CreditNoteApplied:
    """Apply a credit note to an invoice, else to the one that it names: *amount*, or as much as is left and open.

    Raises:
        NotAllowed: The actor may not apply cash.
        CreditNoteNotFound, InvoiceNotFound: There is no such thing.
        EntryUnusable: It names no invoice, is in another currency, or is another customer's and there is no reason.
        NothingToPay: Nothing is open on the invoice.
        NothingLeft, MoreThanLeft, MoreThanOpen: There is not as much.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPLY_CASH)
        found = await _found(number)
        if invoice_number is not None:
            invoice = await invoices.locked(invoice_number)
        elif found.invoice_id is not None:
            named = await Invoice.locked(id=found.invoice_id)
            assert named is not None, "an invoice cannot be removed"
            invoice = named
        else:
            raise EntryUnusable(
                say("Credit note {number} names no invoice: say to which one it is applied.", number=found.number)
            )
        held = await _held(found.id)
        return await applied(core, tx, credit_note=held, invoice=invoice, amount=amount, note=note, actor=actor)


async def apply_oldest(core: Core, *, number: str, actor: Actor) -> tuple[CreditNoteApplied, ...]:
    """Apply all that is left of a credit note: to the invoice that it names, then to its customer's oldest ones.

    Raises:
        NotAllowed: The actor may not apply cash.
        CreditNoteNotFound: No credit note has that number.
        NothingLeft: Nothing is left of it, or the customer owes nothing in its currency.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPLY_CASH)
        found = await _found(number)
        suggested = await suggestions(tx, credit_note_id=found.id)
        held = await entries.invoices_held([each.invoice_id for each in suggested])
        note = await _held(found.id)
        events = []
        for each in suggested:
            invoice = held[each.invoice_id]
            if invoice.balance and note.open_minor:
                event = await applied(core, tx, credit_note=note, invoice=invoice, note=say(OLDEST_FIRST), actor=actor)
                events.append(event)
        if not events:
            raise NothingLeft(say("credit note {number}, or nothing is open to apply it to", number=note.number))
        return tuple(events)


async def applied(
    core: Core,
    tx: Transaction,
    *,
    credit_note: CreditNote,
    invoice: Invoice,
    amount: Money | None = None,
    note: str = "",
    actor: Actor,
) -> CreditNoteApplied:
    """Apply a credit note as a step of a transaction that holds the locks of invoice and credit note, in this order."""
    note = sentences.trimmed(note, most=placing.NOTE_LENGTH)
    what = say("credit note {number}", number=credit_note.number)
    left = Money(credit_note.open_minor, credit_note.currency)
    if credit_note.account_id != invoice.account_id and not note:
        raise EntryUnusable(
            say("Credit note {number} is another customer's: say why it is applied there.", number=credit_note.number)
        )
    part = placing.fitting(invoice, left, amount, what=what)
    now = core.clock.now()
    allocation = await Allocation.create(
        id=uuid4(),
        credit_note_id=credit_note.id,
        invoice_id=invoice.id,
        amount_minor=part.minor,
        note=note,
        created_at=now,
    )
    await entries.lowered(invoice, part, on=local_date(core.clock, core.merchant.zone))
    await _lowered(credit_note, left - part)
    said = {**entries.about(invoice), **by(actor, now)}
    event = CreditNoteApplied(
        **said,
        credit_note_id=credit_note.id,
        credit_note=credit_note.number,
        allocation_id=allocation.id,
        amount=part,
        balance=invoice.balance,
        left=left - part,
        note=note,
    )
    await timeline.record(core, tx, event)
    if not invoice.balance:
        await timeline.record(core, tx, InvoiceSettled(**said, total=invoice.total))
    return event


async def void(core: Core, *, number: str, reason: str, actor: Actor) -> CreditNoteVoided:
    """Declare a credit note good for nothing; what was applied of it is taken back first, by hand.

    Raises:
        NotAllowed: The actor may not move money.
        CreditNoteNotFound: No credit note has that number.
        EntryUnusable: No reason, or it is applied.
    """
    async with core.transaction() as tx:
        actor.require(Permission.MOVE_MONEY)
        reason = " ".join(reason.split())[: placing.NOTE_LENGTH]
        if not reason:
            raise EntryUnusable(say("Say why the credit note is void."))
        note = await _held((await _found(number)).id)
        left = Money(note.open_minor, note.currency)
        if note.open_minor + note.used_elsewhere_minor != note.total_minor or note.status is not CreditNoteState.OPEN:
            raise EntryUnusable(words.credit_note_used(note.number, note.state, left))
        await note.move("void", open_minor=0)
        event = CreditNoteVoided(
            account_id=note.account_id,
            account_name=(await Account.get(id=note.account_id)).name,
            credit_note_id=note.id,
            credit_note=note.number,
            amount=left,
            reason=reason,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


_SUGGESTED = f"""
    SELECT i.id, i.number, i.due_on, i.currency, i.open_minor, n.open_minor AS left_minor
    FROM credit_note n JOIN invoice i ON i.currency = n.currency AND i.state = 'open'
         AND (i.account_id = n.account_id OR i.id = n.invoice_id)
    WHERE n.id = %s AND n.state = 'open'
    ORDER BY i.id IS NOT DISTINCT FROM n.invoice_id DESC, i.due_on, i.number LIMIT {MOST_INVOICES}
"""


async def suggestions(rows: Rows, *, credit_note_id: UUID) -> tuple[Suggestion, ...]:
    """Return where a credit note may go: the invoice that it names first, then the customer's oldest."""
    found = []
    left = None
    for row in await rows.rows(_SUGGESTED, (credit_note_id,)):
        left = row["left_minor"] if left is None else left
        part = min(left, row["open_minor"])
        left -= part
        if part:
            balance, amount = (Money(minor, row["currency"]) for minor in (row["open_minor"], part))
            found.append(Suggestion(row["id"], row["number"], row["due_on"], balance, amount))
    return tuple(found)


_OPEN = """
    SELECT n.id, n.number, a.name, coalesce(i.number, '') AS names, n.currency, n.total_minor, n.open_minor,
           n.issued_on, n.reason, count(*) OVER () AS found
    FROM credit_note n JOIN account a ON a.id = n.account_id LEFT JOIN invoice i ON i.id = n.invoice_id
    WHERE n.state = 'open' AND (%(account)s::uuid IS NULL OR n.account_id = %(account)s)
      AND (%(key)s = '' OR position(%(key)s IN n.number_key) > 0 OR position(%(text)s IN lower(a.name)) > 0)
    ORDER BY n.issued_on NULLS FIRST, n.created_at, n.id LIMIT %(limit)s
"""


async def listed(
    core: Core, *, actor: Actor, text: str = "", account_id: UUID | None = None, limit: int = 20
) -> tuple[tuple[OpenNote, ...], int]:
    """Return the open credit notes, the oldest first, and how many there are in all.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    words = " ".join(text.casefold().split())
    rows = await core.database.rows(
        _OPEN,
        {
            "account": account_id,
            "key": invoices.number_key(text),
            "text": words,
            "limit": max(1, min(limit, MOST_LISTED)),
        },
    )
    return tuple(map(_open, rows)), int(rows[0]["found"]) if rows else 0


async def shown(core: Core, *, number: str, actor: Actor) -> OpenNote:
    """Return a credit note with the invoices that it would go to.

    Raises:
        NotAllowed: The actor may not look.
        CreditNoteNotFound: No open credit note has that number.
    """
    found, _ = await listed(core, actor=actor, text=number, limit=MOST_LISTED)
    for each in found:
        if invoices.number_key(each.number) == invoices.number_key(number):
            suggested = await suggestions(core.database, credit_note_id=each.credit_note_id)
            return replace(each, suggested=suggested)
    raise CreditNoteNotFound(number)


def _open(row: Mapping[str, Any]) -> OpenNote:
    return OpenNote(
        credit_note_id=row["id"],
        number=row["number"],
        account_name=row["name"],
        names=row["names"],
        total=Money(row["total_minor"], row["currency"]),
        left=Money(row["open_minor"], row["currency"]),
        issued_on=row["issued_on"],
        reason=row["reason"],
    )


async def _found(number: str) -> CreditNote:
    found = await CreditNote.get_or_none(number_key=invoices.number_key(number))
    if found is None:
        raise CreditNoteNotFound(number)
    return found


async def _held(credit_note_id: UUID) -> CreditNote:
    note = await CreditNote.locked(id=credit_note_id)
    assert note is not None, "a credit note cannot be removed"
    return note


async def _lowered(note: CreditNote, left: Money) -> None:
    if left:
        await CreditNote.filter(id=note.id).update(open_minor=left.minor)
        note.open_minor = left.minor
    else:
        await note.move("apply", open_minor=0)
