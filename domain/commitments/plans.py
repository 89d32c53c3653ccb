"""Plans: instalments asked for, countered, approved, and ended by a person; money ends them in ``judging``."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from domain.commitments import instalments, judging, parties, terms
from domain.commitments.events import (
    PlanApproved,
    PlanCancelled,
    PlanCountered,
    PlanDefaulted,
    PlanRejected,
    PlanRequested,
)
from domain.commitments.models import Plan, PlanInstalment, Promise
from domain.commitments.parties import Source
from domain.commitments.refusals import PlanExists, PlanNotFound, PlanOutdated, PlanUnsound
from domain.commitments.states import PlanState, PromiseState
from domain.commitments.terms import Instalment, Terms
from domain.kernel import timeline
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.refusals import StaleRecord
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Invoice
from domain.people import second_person

LIVE = (PlanState.REQUESTED.value, PlanState.COUNTERED.value, PlanState.RUNNING.value)
"""States of which an invoice has one plan at most."""


async def request(
    core: Core,
    *,
    invoice_number: str,
    wanted: Terms,
    reason: str,
    actor: Actor,
    source: Source,
    contact_id: UUID | None = None,
) -> PlanRequested:
    """Ask for instalments; nothing pauses before somebody approves.

    Raises:
        NotAllowed, NotTheirs: The actor may not speak for this invoice's customer.
        InvoiceNotFound, NothingToPay: There is no such debt.
        PlanExists: The invoice has a plan that is requested, countered or running.
        PlanUnsound, ReasonMissing: The instalments do not fit, or nobody says why they are needed.
    """
    async with core.transaction() as tx:
        invoice = await invoices.locked(invoice_number)
        contact = await parties.admitted(actor, invoice=invoice, contact_id=contact_id)
        parties.require_open(invoice)
        if (live := await Plan.get_or_none(invoice_id=invoice.id, state__in=LIVE)) is not None:
            raise PlanExists(invoice.number, live.state)
        made = terms.drawn_up(wanted, balance=invoice.balance, today=_today(core))
        plan = await Plan.create(
            id=uuid4(),
            invoice_id=invoice.id,
            account_id=invoice.account_id,
            contact_id=contact,
            currency=invoice.currency,
            covers_minor=invoice.open_minor,
            frequency=terms.frequency_of(wanted).value,
            grace_days=core.limits.promise_grace_days,
            reason=parties.said(reason, what=phrase("A plan")),
            state=Plan.MACHINE.start.value,
            source=source.value,
            made_by=actor.name,
            made_by_id=actor.id,
            created_at=core.clock.now(),
        )
        await _store(plan, made)
        event = PlanRequested(
            **await _facts(core, tx, invoice, plan, actor),
            reason=plan.reason,
            source=plan.source,
            needs_controller=needs_controller(core, plan.covers, made[-1].due_on),
        )
        await timeline.record(core, tx, event)
    return event


async def counter(
    core: Core, *, invoice_number: str, wanted: Terms, actor: Actor, note: str = "", stamp: str | None = None
) -> PlanCountered:
    """Offer other terms on today's balance; they hold once the payer accepts.

    An offer binds the merchant, so whoever makes it needs the right to approve it.

    Raises:
        NotAllowed, PlanNotFound, MoveRefused, StaleRecord, NothingToPay, PlanUnsound: As their names say.
    """
    async with core.transaction() as tx:
        invoice, plan = await _locked(invoice_number, actor, Permission.APPROVE, stamp)
        parties.require_open(invoice)
        made = terms.drawn_up(wanted, balance=invoice.balance, today=_today(core))
        _require_right(core, invoice.balance, made, actor)
        said = parties.said(note, what=phrase("The note"), required=False)
        await plan.move(
            "counter",
            covers_minor=invoice.open_minor,
            frequency=terms.frequency_of(wanted).value,
            grace_days=core.limits.promise_grace_days,
            note=said,
            **_decided(core, actor),
        )
        await PlanInstalment.filter(plan_id=plan.id).delete()  # the terms before are in the timeline
        await _store(plan, made)
        event = PlanCountered(**await _facts(core, tx, invoice, plan, actor), note=said)
        await timeline.record(core, tx, event)
    return event


async def approve(core: Core, *, invoice_number: str, actor: Actor, stamp: str | None = None) -> PlanApproved:
    """Let the requested plan run; *stamp* names the terms that the approver was shown.

    Raises:
        NotAllowed: The plan is above what the actor may approve.
        OwnWork: The actor asked for it.
        PlanOutdated, PlanUnsound: The balance or the first day is not what it was.
        PlanNotFound, MoveRefused, StaleRecord, NothingToPay: As their names say.
    """
    async with core.transaction() as tx:
        invoice, plan = await _locked(invoice_number, actor, Permission.APPROVE, stamp)
        second_person.different(core, maker_id=plan.made_by_id, maker=plan.made_by, actor=actor)
        return await _run(core, tx, invoice, plan, actor, step="approve")


async def accept(core: Core, *, invoice_number: str, actor: Actor, stamp: str | None = None) -> PlanApproved:
    """Take the terms that were offered: the payer, or somebody whom the payer told and who did not make the offer.

    Raises:
        NotAllowed, NotTheirs: The actor may not speak for this invoice's customer.
        OwnWork: The actor made the offer.
        PlanOutdated, PlanUnsound: The balance or the first day is not what it was.
        PlanNotFound, MoveRefused, StaleRecord, NothingToPay: As their names say.
    """
    async with core.transaction() as tx:
        invoice, plan = await _locked(invoice_number, actor, Permission.WORK_QUEUE, stamp)
        second_person.different(core, maker_id=plan.decided_by_id, maker=plan.decided_by or "", actor=actor)
        return await _run(core, tx, invoice, plan, actor, step="accept")


async def reject(core: Core, *, invoice_number: str, reason: str, actor: Actor) -> PlanRejected:
    """Decline the plan; reminders go on as before.

    Raises:
        NotAllowed, PlanNotFound, MoveRefused, ReasonMissing: As their names say.
    """
    async with core.transaction() as tx:
        invoice, plan = await _locked(invoice_number, actor, Permission.APPROVE)
        said = parties.said(reason, what=phrase("Rejecting a plan"))
        await plan.move("reject", note=said, **_decided(core, actor))
        event = PlanRejected(**await _facts(core, tx, invoice, plan, actor), reason=said)
        await timeline.record(core, tx, event)
    return event


async def cancel(core: Core, *, invoice_number: str, reason: str, actor: Actor) -> PlanCancelled:
    """Take a plan back. A request may be dropped by the payer or an operator; a running plan by whoever may approve.

    Raises:
        NotAllowed, NotTheirs, PlanNotFound, ReasonMissing: As their names say.
    """
    return await take_back(core, invoice_number=invoice_number, reason=reason, actor=actor)


async def take_back(
    core: Core, *, invoice_number: str, reason: str, actor: Actor, stamp: str | None = None
) -> PlanCancelled:
    """Take a plan back as ``cancel`` does; *stamp* names the terms that its reader was shown.

    Raises:
        StaleRecord: It has other terms by now.
        NotAllowed, NotTheirs, PlanNotFound, ReasonMissing: As their names say.
    """
    async with core.transaction() as tx:
        invoice, plan = await _locked(invoice_number, actor, Permission.WORK_QUEUE, stamp)
        if plan.status is PlanState.RUNNING:
            actor.require(Permission.APPROVE)
        said = parties.said(reason, what=phrase("Cancelling a plan"))
        await plan.move("cancel", note=said, **_decided(core, actor))
        event = PlanCancelled(**await _facts(core, tx, invoice, plan, actor), reason=said)
        await timeline.record(core, tx, event)
    return event


async def default(core: Core, *, invoice_number: str, reason: str, actor: Actor) -> PlanDefaulted:
    """Give a running plan up: the whole balance is due again.

    Raises:
        NotAllowed, PlanNotFound, MoveRefused, ReasonMissing: As their names say.
    """
    async with core.transaction() as tx:
        invoice, plan = await _locked(invoice_number, actor, Permission.APPROVE)
        said = parties.said(reason, what=phrase("Declaring a default"))
        await plan.move("default", note=said, **_decided(core, actor))
        event = PlanDefaulted(**await _facts(core, tx, invoice, plan, actor), reason=said, balance=invoice.balance)
        await timeline.record(core, tx, event)
    return event


def needs_controller(core: Core, covers: Money, last_on: date) -> bool:
    """Tell whether a plan is so large, or ends so late, that it takes more than the usual approval."""
    long = last_on > terms.add_months(_today(core), core.limits.plan_months)
    return long or core.limits.exceeds(covers, core.limits.plan_amount, core.merchant.currency)


def stamp_of(plan_id: UUID, terms_at: datetime) -> str:
    """Return the text that names a plan's terms as they were shown: other terms, another stamp."""
    return f"{plan_id}@{terms_at.astimezone(UTC).isoformat()}"


async def _run(core: Core, tx: Transaction, invoice: Invoice, plan: Plan, actor: Actor, *, step: str) -> PlanApproved:
    parties.require_open(invoice)
    made = await _made(core, tx, plan)
    if step == "approve":
        _require_right(core, plan.covers, made, actor)
    Plan.MACHINE.after(PlanState(plan.state), step)
    if plan.covers != invoice.balance:
        raise PlanOutdated(invoice.number, plan.covers, invoice.balance)
    if made[0].due_on < _today(core):
        raise PlanUnsound(
            say("The first instalment was for {day}, which has passed. Counter with new days.", day=made[0].due_on)
        )
    await plan.move(step, **_decided(core, actor))
    running = Promise.filter(invoice_id=invoice.id, state=PromiseState.RUNNING.value, promised_on__gte=_today(core))
    for promise in await running.select_for_update():  # the plan says anew when which part of it comes
        await promise.move("replace", judged_at=core.clock.now())
    event = PlanApproved(**await _facts(core, tx, invoice, plan, actor), accepted=step == "accept")
    await timeline.record(core, tx, event)
    return event


def _require_right(core: Core, covers: Money, made: Sequence[Instalment], actor: Actor) -> None:
    actor.require(Permission.MOVE_MONEY if needs_controller(core, covers, made[-1].due_on) else Permission.APPROVE)


async def _locked(number: str, actor: Actor, permission: Permission, stamp: str | None = None) -> tuple[Invoice, Plan]:
    """Return the invoice and its live plan, both locked, for somebody who may."""
    invoice = await invoices.locked(number)
    payer_may = permission is Permission.WORK_QUEUE and actor.kind is ActorKind.PAYER
    if payer_may:
        await parties.admitted(actor, invoice=invoice, contact_id=None)
    else:
        actor.require(permission)
    plan = await Plan.locked(invoice_id=invoice.id, state__in=LIVE)
    if plan is None:
        raise PlanNotFound(invoice.number)
    if stamp is not None and stamp != stamp_of(plan.id, plan.decided_at or plan.created_at):
        raise StaleRecord(Plan.MACHINE.name)
    return invoice, plan


async def _store(plan: Plan, made: Sequence[Instalment]) -> None:
    await PlanInstalment.bulk_create(
        [
            PlanInstalment(
                id=uuid4(), plan_id=plan.id, position=place, due_on=each.due_on, amount_minor=each.amount.minor
            )
            for place, each in enumerate(made, 1)
        ]
    )


async def _made(core: Core, tx: Transaction, plan: Plan) -> tuple[Instalment, ...]:
    standings = await instalments.of_plan(tx, plan_id=plan.id, today=_today(core))
    return tuple(Instalment(each.due_on, each.amount) for each in standings)


async def _facts(core: Core, tx: Transaction, invoice: Invoice, plan: Plan, actor: Actor) -> dict[str, Any]:
    standings = await instalments.of_plan(tx, plan_id=plan.id, today=_today(core))
    about = {"invoice_id": invoice.id, "invoice_number": invoice.number, "account_id": invoice.account_id}
    return {**about, **judging.facts(plan, standings), **by(actor, core.clock.now())}


def _decided(core: Core, actor: Actor) -> dict[str, Any]:
    return {"decided_by": actor.name, "decided_by_id": actor.id, "decided_at": core.clock.now()}


def _today(core: Core) -> date:
    return local_date(core.clock, core.merchant.zone)
