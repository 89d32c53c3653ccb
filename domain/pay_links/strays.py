"""Strays: money at the provider that fits no entry of ours, and what a person decides about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.ports import Reversal
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import entries, invoices, payments
from domain.ledger.models import Invoice, Payment
from domain.ledger.refusals import InvoiceNotFound
from domain.pay_links import bookings
from domain.pay_links.models import StrayMovement
from domain.pay_links.provider_news import StrayBooked, StrayDismissed
from domain.pay_links.refusals import StrayNotFound, StrayUnbookable
from domain.pay_links.states import StrayState

MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Stray:
    """One of them, as lists show it."""

    id: UUID
    object_id: str
    kind: str
    amount: Money
    happened_at: datetime
    about: str
    note: str
    """Why it fits nothing."""
    invoice_id: UUID | None
    """The invoice that it names, if it names just one."""
    invoice_number: str | None
    entered: bool = False
    """Whether it contradicts an entry that the ledger has, so that there is nothing to book."""


@dataclass(frozen=True, slots=True)
class StrayList:
    """The newest of them, and how many there are in all."""

    strays: tuple[Stray, ...]
    total: int


async def waiting(core: Core, *, actor: Actor, limit: int = 25) -> StrayList:
    """Return the money that waits for a decision, the newest first.

    Raises:
        NotAllowed: The actor may not look at it.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(
        "SELECT y.id, y.object_id, y.kind, y.amount_minor, y.currency, y.happened_at, y.about, y.note, y.invoice_id,"
        " y.payment_id, i.number, count(*) OVER () AS total"
        " FROM stray_movement y LEFT JOIN invoice i ON i.id = y.invoice_id"
        " WHERE y.state = 'open' ORDER BY y.found_at DESC, y.id LIMIT %s",
        (limit,),
    )
    strays = tuple(
        Stray(
            id=row["id"],
            object_id=row["object_id"],
            kind=row["kind"],
            amount=Money(row["amount_minor"], row["currency"]),
            happened_at=row["happened_at"],
            about=row["about"],
            note=sentences.said(row["note"]),
            invoice_id=row["invoice_id"],
            invoice_number=row["number"],
            entered=row["payment_id"] is not None,
        )
        for row in rows
    )
    return StrayList(strays, rows[0]["total"] if rows else 0)


async def book(core: Core, *, stray_id: UUID, invoice_number: str, actor: Actor) -> StrayBooked:
    """Enter the money into the ledger: a payment on that invoice, or what went back from the payment it belongs to.

    Raises:
        NotAllowed: The actor may not apply cash.
        InvoiceNotFound: No invoice has that number.
        StrayNotFound: It waits for nobody any more.
        StrayUnbookable: Another currency, or its payment is not in the ledger, or is there with another amount.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPLY_CASH)
        invoice = await _invoice_held(tx, stray_id, invoice_number)
        stray = await _locked(stray_id)
        if stray.currency != invoice.currency:
            raise StrayUnbookable(
                say(
                    "It is in {currency}, and {number} is in {other}.",
                    currency=stray.currency,
                    number=invoice.number,
                    other=invoice.currency,
                )
            )
        if await Payment.filter(object_id=stray.object_id, kind=stray.kind).exists():
            raise StrayUnbookable(
                say(
                    "{id} is in the ledger already ({note}). Put that right there, then dismiss this one with a "
                    "reason.",
                    id=stray.object_id,
                    note=stray.note,
                )
            )
        await (_receive if stray.kind == "payment" else _reverse)(core, tx, invoice, stray, actor)
        now = core.clock.now()
        await stray.move(
            "book", invoice_id=invoice.id, account_id=invoice.account_id, decided_by=actor.name, decided_at=now
        )
        event = StrayBooked(
            invoice_id=invoice.id,
            invoice_number=invoice.number,
            account_id=invoice.account_id,
            stray_id=stray.id,
            object_id=stray.object_id,
            what=stray.kind,
            amount=stray.amount,
            **by(actor, now),
        )
        await timeline.record(core, tx, event)
    return event


async def dismiss(core: Core, *, stray_id: UUID, reason: str, actor: Actor) -> StrayDismissed:
    """Decide that the money is none of ours; it is not asked about again.

    Raises:
        NotAllowed: The actor may not apply cash.
        StrayNotFound: It waits for nobody any more.
        StrayUnbookable: No reason was given.
    """
    async with core.transaction() as tx:
        actor.require(Permission.APPLY_CASH)
        said = reason.strip()[:MOST_WORDS]
        if not said:
            raise StrayUnbookable(say("Say why it is left out of the ledger."))
        stray = await _locked(stray_id)
        now = core.clock.now()
        await stray.move("dismiss", decided_by=actor.name, decision=said, decided_at=now)
        event = StrayDismissed(
            stray_id=stray.id,
            object_id=stray.object_id,
            what=stray.kind,
            amount=stray.amount,
            reason=said,
            **by(actor, now),
        )
        await timeline.record(core, tx, event)
    return event


_MEANT = """
    SELECT i.id AS invoice_id, p.id AS payment_id FROM invoice i
    LEFT JOIN (stray_movement y JOIN payment p ON p.object_id = y.charge_id AND p.kind = 'payment') ON y.id = %(stray)s
          AND y.kind <> 'payment'
    WHERE i.number_key = %(key)s
"""


async def _invoice_held(tx: Transaction, stray_id: UUID, number: str) -> Invoice:
    """Hold the invoice that a person names, and all that the payment is on which the stray takes back."""
    row = await tx.row(_MEANT, {"stray": stray_id, "key": invoices.number_key(number)})
    if row is None:
        raise InvoiceNotFound(number)
    meant = [row["invoice_id"]]
    of_payment = entries.family_held(tx, row["payment_id"], besides=meant) if row["payment_id"] else None
    return (await (of_payment or entries.invoices_held(meant)))[row["invoice_id"]]


async def _locked(stray_id: UUID) -> StrayMovement:
    stray = await StrayMovement.locked(id=stray_id)
    if stray is None or stray.status is not StrayState.OPEN:
        raise StrayNotFound
    return stray


async def _receive(core: Core, tx: Transaction, invoice: Invoice, stray: StrayMovement, actor: Actor) -> None:
    await payments.receive(
        core,
        tx,
        invoice=invoice,
        amount=stray.amount,
        source=bookings.SOURCE,
        object_id=stray.object_id,
        method=stray.method or "Stripe",
        received_on=bookings.day_of(core, stray.happened_at),
        actor=actor,
    )


async def _reverse(core: Core, tx: Transaction, invoice: Invoice, stray: StrayMovement, actor: Actor) -> None:
    del actor  # the provider moved it; who decided where it belongs stands with the stray
    payment = await Payment.get_or_none(object_id=stray.charge_id, kind="payment")
    if payment is None:
        raise StrayUnbookable(
            say(
                "The payment that it takes back ({id}) is not in the ledger. Book that first.",
                id=stray.charge_id or say("unknown"),
            )
        )
    if payment.currency != stray.currency:
        raise StrayUnbookable(
            say(
                "It is in {currency}, and its payment {id} in {other}.",
                currency=stray.currency,
                id=stray.charge_id,
                other=payment.currency,
            )
        )
    back = Reversal(stray.object_id, stray.kind, stray.amount, stray.happened_at)
    await bookings.reverse(core, tx, invoice, payment, back)
