"""Write-offs: what will not come is given up by two people; a small difference of a payment by one, within limits.

To void an invoice is proposed and approved in the same way, since it makes a claim disappear just as well. What waits
is one proposal for an invoice, listed with ``waiting``. Reversing a write-off opens the invoice again; a void invoice
stays void, and a new one is imported in its place.
"""

from uuid import UUID

from domain.kernel import timeline
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import entries, invoices
from domain.ledger import write_off_records as records
from domain.ledger.entry_events import (
    InvoiceVoided,
    InvoiceWrittenOff,
    VarianceLetGo,
    WriteOffApproved,
    WriteOffProposed,
    WriteOffRejected,
    WriteOffReversed,
)
from domain.ledger.events import InvoiceSettled
from domain.ledger.models import Invoice, WriteOff
from domain.ledger.refusals import (
    EntryUnusable,
    MoreThanOpen,
    NothingToPay,
    WriteOffDecided,
    WriteOffWaits,
)
from domain.ledger.states import WriteOffState
from domain.people import second_person

WRITE_OFF, VOID, VARIANCE = "write-off", "void", "variance"

PROPOSERS = (Permission.WORK_QUEUE, Permission.APPLY_CASH)


async def propose(
    core: Core, *, invoice_number: str, amount: Money | None = None, reason: str, actor: Actor
) -> WriteOffProposed:
    """Propose to give up a part of an invoice, or all that is open; nothing changes before a second person approves.

    Raises:
        NotAllowed: The actor may neither work the queue nor apply cash.
        InvoiceNotFound: No invoice has that number.
        NothingToPay: Nothing is open.
        EntryUnusable: No reason, no amount, or another currency.
        MoreThanOpen: More than is open.
        WriteOffWaits: A proposal for this invoice waits already.
    """
    async with core.transaction() as tx:
        _require_any(actor, PROPOSERS)
        invoice = await invoices.locked(invoice_number)
        return await proposed(core, tx, invoice=invoice, amount=amount, reason=reason, actor=actor)


async def propose_void(core: Core, *, invoice_number: str, reason: str, actor: Actor) -> WriteOffProposed:
    """Propose to void an invoice: it should never have been, or another one took its place.

    Raises:
        NotAllowed: The actor may neither work the queue nor apply cash.
        InvoiceNotFound: No invoice has that number.
        NothingToPay: Nothing is open; what was paid is refunded or taken back first.
        EntryUnusable: No reason, or money is applied to it.
        WriteOffWaits: A proposal for this invoice waits already.
    """
    async with core.transaction() as tx:
        _require_any(actor, PROPOSERS)
        invoice = await invoices.locked(invoice_number)
        await records.nothing_applied(tx, invoice)
        return await proposed(core, tx, invoice=invoice, reason=reason, actor=actor, kind=VOID)


async def proposed(
    core: Core,
    tx: Transaction,
    *,
    invoice: Invoice,
    amount: Money | None = None,
    reason: str,
    actor: Actor,
    kind: str = WRITE_OFF,
    payment_id: UUID | None = None,
) -> WriteOffProposed:
    """Propose a write-off as a step of a transaction that holds the invoice's lock; raises as ``propose`` does."""
    amount = invoice.balance if amount is None else amount
    reason = records.checked(invoice, amount, reason)
    await _none_waits(invoice)
    write_off = await records.stored(core, invoice, amount, reason, actor, kind=kind, payment_id=payment_id)
    event = WriteOffProposed(
        **entries.about(invoice),
        write_off_id=write_off.id,
        of=kind,
        amount=amount,
        reason=reason,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def approve(core: Core, *, write_off_id: UUID, actor: Actor) -> WriteOffApproved | InvoiceVoided:
    """Approve a write-off or a void: the balance falls at once; an invoice of which all is given up ends.

    Raises:
        NotAllowed: The actor may not move money.
        WriteOffNotFound: There is no such proposal.
        WriteOffDecided: Somebody has decided it.
        OwnWork: The actor proposed it.
        MoreThanOpen: Less is open than when it was proposed.
        EntryUnusable: Money was applied meanwhile to what is to be voided.
    """
    async with core.transaction() as tx:
        actor.require(Permission.MOVE_MONEY)
        invoice, write_off = await records.locked(write_off_id)
        records.waits(write_off)
        second_person.different(core, maker_id=write_off.proposed_by_id, maker=write_off.proposed_by, actor=actor)
        if write_off.kind == VOID:
            return await _voided(core, tx, invoice, write_off, actor)
        return await _approved(core, tx, invoice, write_off, actor)


async def reject(core: Core, *, write_off_id: UUID, reason: str, actor: Actor) -> WriteOffRejected:
    """Decline a proposal; whoever made it may take it back in the same way.

    Raises:
        NotAllowed: The actor may not move money and did not propose it.
        WriteOffNotFound: There is no such proposal.
        WriteOffDecided: Somebody has decided it.
        EntryUnusable: No reason.
    """
    async with core.transaction() as tx:
        invoice, write_off = await records.locked(write_off_id)
        records.waits(write_off)
        if not second_person.made_by(actor, maker_id=write_off.proposed_by_id, maker=write_off.proposed_by):
            actor.require(Permission.MOVE_MONEY)
        reason = records.worded(reason)
        await write_off.move("reject", **records.decided(core, actor))
        event = WriteOffRejected(
            **records.about(invoice, write_off),
            of=write_off.kind,
            reason=reason,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def reverse(core: Core, *, write_off_id: UUID, reason: str, actor: Actor) -> WriteOffReversed:
    """Collect again what was given up or let go: the invoice is open by that much once more.

    Raises:
        NotAllowed: The actor may not move money.
        WriteOffNotFound: There is no such write-off.
        WriteOffDecided: It was not approved, or is reversed already.
        EntryUnusable: No reason, or the invoice is void.
    """
    async with core.transaction() as tx:
        actor.require(Permission.MOVE_MONEY)
        invoice, write_off = await records.locked(write_off_id)
        if write_off.status is not WriteOffState.APPROVED:
            raise WriteOffDecided(write_off.state, write_off.decided_by or write_off.proposed_by)
        if invoice.state == "void":
            raise EntryUnusable(
                say(
                    "Invoice {number} is void and stays so; import the invoice that replaces it.", number=invoice.number
                )
            )
        reason = records.worded(reason)
        await write_off.move("reverse", **records.decided(core, actor))
        amount = Money(write_off.amount_minor, write_off.currency)
        await entries.lowered(invoice, -amount, on=local_date(core.clock, core.merchant.zone))
        event = WriteOffReversed(
            **records.about(invoice, write_off),
            balance=invoice.balance,
            reason=reason,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def variance(
    core: Core,
    tx: Transaction,
    *,
    invoice: Invoice,
    amount: Money,
    payment_id: UUID | None = None,
    reason: str,
    actor: Actor,
) -> VarianceLetGo | WriteOffProposed:
    """Let the difference of a short payment go, as far as the actor's rights reach; else propose to write it off.

    A step of a transaction that holds the invoice's lock.

    Raises:
        NotAllowed: The actor may not apply cash.
        EntryUnusable, MoreThanOpen: It does not fit the invoice.
        WriteOffWaits: A proposal for this invoice waits, which may be about the same cents.
    """
    actor.require(Permission.APPLY_CASH)
    reason = records.checked(invoice, amount, reason)
    if core.limits.exceeds(amount, most(core, actor), core.merchant.currency):
        return await proposed(
            core, tx, invoice=invoice, amount=amount, reason=reason, actor=actor, payment_id=payment_id
        )
    await _none_waits(invoice)
    write_off = await records.stored(core, invoice, amount, reason, actor, kind=VARIANCE, payment_id=payment_id)
    await write_off.move("approve", **records.decided(core, actor))
    await entries.lowered(invoice, amount, on=local_date(core.clock, core.merchant.zone))
    said = by(actor, core.clock.now())
    event = VarianceLetGo(
        **records.about(invoice, write_off),
        payment_id=payment_id,
        balance=invoice.balance,
        reason=reason,
        **said,
    )
    await timeline.record(core, tx, event)
    if not invoice.balance:
        settled = InvoiceSettled(**entries.about(invoice), total=invoice.total, **said)
        await timeline.record(core, tx, settled)
    return event


async def _none_waits(invoice: Invoice) -> None:
    if await WriteOff.filter(invoice_id=invoice.id, state=WriteOffState.PROPOSED.value).exists():
        raise WriteOffWaits(invoice.number)


def most(core: Core, actor: Actor) -> int:
    """Return how much of a short payment the actor may let go at once, in major units of the base currency.

    The product itself has the least of the limits: what it posts without a person is looked at by nobody.
    """
    limits = core.limits
    if actor.kind is ActorKind.SYSTEM:
        return limits.variance_operator
    allowed = (
        (Permission.APPLY_CASH, limits.variance_operator),
        (Permission.APPROVE, limits.variance_manager),
        (Permission.MOVE_MONEY, limits.variance_controller),
    )
    return max((limit for right, limit in allowed if right in actor.may), default=0)


async def _approved(
    core: Core, tx: Transaction, invoice: Invoice, write_off: WriteOff, actor: Actor
) -> WriteOffApproved:
    amount = Money(write_off.amount_minor, write_off.currency)
    if amount > invoice.balance:
        raise MoreThanOpen(invoice.number, amount, invoice.balance)
    await write_off.move("approve", **records.decided(core, actor))
    await entries.lowered(invoice, amount, on=local_date(core.clock, core.merchant.zone), step="write off")
    said = by(actor, core.clock.now())
    event = WriteOffApproved(
        **records.about(invoice, write_off),
        balance=invoice.balance,
        reason=write_off.reason,
        proposed_by=write_off.proposed_by,
        **said,
    )
    await timeline.record(core, tx, event)
    if not invoice.balance:
        await timeline.record(core, tx, InvoiceWrittenOff(**entries.about(invoice), amount=amount, **said))
    return event


async def _voided(core: Core, tx: Transaction, invoice: Invoice, write_off: WriteOff, actor: Actor) -> InvoiceVoided:
    if not invoice.balance:
        raise NothingToPay(invoice.number, invoice.state)
    await records.nothing_applied(tx, invoice)
    open_at_last = invoice.balance
    await write_off.move("approve", **records.decided(core, actor))
    await invoice.move("void", open_minor=0)
    event = InvoiceVoided(
        **entries.about(invoice),
        amount=open_at_last,
        reason=write_off.reason,
        proposed_by=write_off.proposed_by,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


def _require_any(actor: Actor, rights: tuple[Permission, ...]) -> None:
    if actor.may.isdisjoint(rights):
        actor.require(rights[0])
