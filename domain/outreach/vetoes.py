"""Vetoes: a person strikes out one step of one invoice before it is sent, and may take that back while it is ahead."""

from dataclasses import dataclass
from uuid import uuid4

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Invoice
from domain.ledger.refusals import InvoiceNotFound
from domain.outreach import due
from domain.outreach.events import StepRestored, StepStruck
from domain.outreach.models import Enrolment, Veto
from domain.outreach.refusals import AlreadyStruck, NoSuchStep, NotEnrolled, NotStruck, ReasonMissing, StepPassed
from domain.outreach.steps import Step

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class _Place:
    """The step that is spoken of, in the running cadence of the invoice."""

    invoice: Invoice
    enrolment: Enrolment
    step: Step
    ahead: bool
    """Whether it has not been sent or passed over yet."""


async def strike(core: Core, *, invoice_number: str, step: int, reason: str, actor: Actor) -> StepStruck:
    """Strike out a step: it is never sent and counts as done; a mail that waits with it leaves without it.

    Raises:
        NotAllowed: The actor may not work the queue.
        ReasonMissing: Nobody could be told why.
        InvoiceNotFound: No invoice has that number.
        NotEnrolled: The invoice is in no running cadence.
        NoSuchStep: The cadence has no letter at that step.
        StepPassed: It has left already, or was passed over.
        AlreadyStruck: Somebody did it before; says who and why.
    """
    actor.require(Permission.WORK_QUEUE)
    why = sentences.trimmed(reason, most=LONGEST_REASON)
    if not why:
        raise ReasonMissing(say("A step is struck out for a reason: whoever asks later wants to know it."))
    async with core.transaction() as tx:
        place = await _place(tx, invoice_number, step)
        if (earlier := await Veto.get_or_none(enrolment_id=place.enrolment.id, step=step)) is not None:
            raise AlreadyStruck(place.invoice.number, step, earlier.made_by, earlier.reason)
        if not place.ahead:
            raise StepPassed(place.invoice.number, step)
        now = core.clock.now()
        await Veto.create(
            id=uuid4(), enrolment_id=place.enrolment.id, step=step, reason=why, made_by=actor.name, created_at=now
        )
        event = StepStruck(
            invoice_id=place.invoice.id,
            invoice_number=place.invoice.number,
            account_id=place.invoice.account_id,
            step=step,
            letter=place.step.letter or "",
            reason=why,
            **by(actor, now),
        )
        await timeline.record(core, tx, event)
    return event


async def restore(core: Core, *, invoice_number: str, step: int, actor: Actor) -> StepRestored:
    """Take a veto back; the step is sent when its day comes.

    Raises:
        NotAllowed: The actor may not work the queue.
        InvoiceNotFound: No invoice has that number.
        NotEnrolled: The invoice is in no running cadence.
        NoSuchStep: The cadence has no letter at that step.
        NotStruck: Nobody struck it out.
        StepPassed: Its day has passed; the cadence is further on.
    """
    actor.require(Permission.WORK_QUEUE)
    async with core.transaction() as tx:
        place = await _place(tx, invoice_number, step)
        veto = await Veto.get_or_none(enrolment_id=place.enrolment.id, step=step)
        if veto is None:
            raise NotStruck(place.invoice.number, step)
        if not place.ahead:
            raise StepPassed(place.invoice.number, step)
        await veto.delete()
        event = StepRestored(
            invoice_id=place.invoice.id,
            invoice_number=place.invoice.number,
            account_id=place.invoice.account_id,
            step=step,
            letter=place.step.letter or "",
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def _place(tx: Transaction, invoice_number: str, position: int) -> _Place:
    invoice = await Invoice.get_or_none(number_key=invoices.number_key(invoice_number))
    if invoice is None:
        raise InvoiceNotFound(invoice_number)
    enrolment = await Enrolment.locked(invoice_id=invoice.id, state="running")  # the planner leaves it alone meanwhile
    if enrolment is None:
        raise NotEnrolled(invoice.number)
    cadence = (await due.cadences(tx, ids=[enrolment.cadence_id]))[enrolment.cadence_id]
    step = next((each for each in cadence.steps if each.position == position and each.letter is not None), None)
    if step is None:
        letters = [str(each.position) for each in cadence.steps if each.letter is not None]
        raise NoSuchStep(invoice.number, position, cadence.name, letters)
    pending = await tx.row(
        "SELECT 1 FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id WHERE t.enrolment_id = %s AND t.step = %s"
        " AND t.state = 'included' AND m.state IN ('drafted', 'queued')",
        (enrolment.id, position),
    )
    return _Place(invoice, enrolment, step, position > enrolment.last_position or pending is not None)
