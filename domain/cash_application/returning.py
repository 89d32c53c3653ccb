"""Returning: book that a payment came back through the bank, as a person confirmed it."""

from uuid import UUID, uuid4

from domain.cash_application import booking
from domain.cash_application.events import LineReturned
from domain.cash_application.models import BankLine
from domain.cash_application.refusals import LineDecided, LineIncoming, LineNotFound, ReturnUnclear
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.ledger import entries, payments
from domain.ledger.models import Account, Invoice, Payment

KIND = "chargeback"
"""A transfer or direct debit that the bank took back is that to the ledger: it was not the merchant's act."""


async def confirm(core: Core, *, line_id: UUID, payment_id: UUID, actor: Actor) -> LineReturned:
    """Book that the payment came back whole; its invoices are open again by what it had paid on them.

    Raises:
        NotAllowed: The actor may not apply cash.
        LineNotFound: There is no such line.
        LineIncoming: The line is money that came in.
        LineDecided: The line was decided before.
        ReturnUnclear: The payment is not of that amount, or came back before.
    """
    actor.require(Permission.APPLY_CASH)
    async with core.transaction() as tx:
        invoices = await entries.family_held(tx, payment_id)
        line = await BankLine.locked(id=line_id)
        if line is None:
            raise LineNotFound
        if line.status not in booking.WAITING:
            raise LineDecided(line.state, line.decided_by)
        if line.amount_minor > 0:
            raise LineIncoming(line.amount)
        payment = await Payment.get_or_none(id=payment_id)
        if payment is None or not await _fits(tx, line, payment):
            raise ReturnUnclear
        told_about = [invoices[each] for each in await entries.applied(tx, payment_id)]
        reversal_id = await _booked(core, tx, line, payment, told_about, actor)
        return await _told(core, tx, line, payment, reversal_id, told_about, actor)


async def _fits(tx: Transaction, line: BankLine, payment: Payment) -> bool:
    row = await tx.row("SELECT EXISTS (SELECT FROM payment WHERE reverses_id = %s) AS back", (payment.id,))
    same = payment.kind == "payment" and payment.currency == line.currency
    return same and payment.amount_minor == -line.amount_minor and not (row and row["back"])


async def _booked(
    core: Core, tx: Transaction, line: BankLine, payment: Payment, invoices: list[Invoice], actor: Actor
) -> UUID:
    """Book the way back, and return its id; a payment that is applied nowhere only leaves the unapplied cash."""
    if invoices:
        await payments.reverse(
            core,
            tx,
            invoice=invoices[0],
            payment=payment,
            kind=KIND,
            amount=-line.amount,
            object_id=booking.object_id(line.id),
            received_on=line.booked_on,
            actor=actor,
        )
        return (await Payment.get(object_id=booking.object_id(line.id), kind=KIND)).id
    back = await Payment.create(
        id=uuid4(),
        account_id=payment.account_id,
        kind=KIND,
        source=booking.SOURCE,
        object_id=booking.object_id(line.id),
        currency=line.currency,
        amount_minor=line.amount_minor,
        received_on=line.booked_on,
        method=payment.method,
        reverses_id=payment.id,
        created_at=core.clock.now(),
    )
    await entries.rest_kept(tx, payment.id, now=core.clock.now())
    return back.id


async def _told(
    core: Core,
    tx: Transaction,
    line: BankLine,
    payment: Payment,
    reversal_id: UUID,
    invoices: list[Invoice],
    actor: Actor,
) -> LineReturned:
    account = await Account.get(id=payment.account_id)
    now = core.clock.now()
    await line.move("post", account_id=account.id, payment_id=reversal_id, decided_by=actor.name, decided_at=now)
    event = LineReturned(
        line_id=line.id,
        account_id=account.id,
        account_name=account.name,
        amount=-line.amount,
        booked_on=line.booked_on,
        payment_id=payment.id,
        invoices=tuple(each.number for each in invoices),
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event
