"""Writing: queue the letter that an event calls for, once for each contact who should get it."""

from dataclasses import dataclass
from uuid import UUID

from domain.commitments.dispute_events import DisputeFiled, DisputeResolved
from domain.commitments.events import PlanApproved, PlanCountered, PlanRejected, PromiseMade
from domain.deliverability import mailings
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger.events import PaymentReceived
from domain.ledger.models import Contact, Payment
from domain.pay_links.events import LinkRegenerated


@dataclass(frozen=True, slots=True)
class Answer:
    """A letter that answers an event."""

    event: InvoiceEvent
    key: str
    """What makes it one message; of several recipients each has its own."""
    reason: str
    contact_id: UUID | None = None
    """Whom it concerns; the customer's billing contacts where nobody is named."""
    payment_id: UUID | None = None
    about_id: UUID | None = None


async def write(core: Core, *, entry_id: int, letter: str) -> None:
    """Queue *letter* for the event of that timeline entry (the job ``write_letter``); safe to repeat."""
    event = (await timeline.entry(core, entry_id)).event
    async with core.transaction() as tx:
        answer = await _answer(event, letter)
        if answer is not None:
            await _queue(core, tx, letter, answer)


async def _answer(event: Event, letter: str) -> Answer | None:
    match event:
        case PaymentReceived() if letter == "receipt":
            return await _receipt(event)
        case LinkRegenerated() if letter == "new-link":
            return Answer(event, f"new-link:{event.link_id}", say("a new payment link was asked for"), event.contact_id)
        case PromiseMade() if letter == "promise-noted":
            about = event.promise_id
            reason = say("{amount} promised by {day}", amount=event.amount, day=event.promised_on)
            return Answer(event, f"promise-noted:{about}", reason, event.contact_id, about_id=about)
        case PlanApproved() if letter == "plan-approved":
            about = event.plan_id
            return Answer(event, f"plan-approved:{about}", say("the plan was agreed"), event.contact_id, about_id=about)
        case PlanCountered() if letter == "plan-countered":
            about, key = event.plan_id, f"plan-countered:{event.plan_id}:{event.at:%Y%m%d%H%M%S%f}"
            return Answer(event, key, say("other terms were offered"), event.contact_id, about_id=about)
        case PlanRejected() if letter == "plan-rejected":
            about = event.plan_id
            return Answer(
                event, f"plan-rejected:{about}", say("the plan was declined"), event.contact_id, about_id=about
            )
        case DisputeFiled() if letter == "dispute-received":
            about, reason = event.dispute_id, say("an objection to {amount} arrived", amount=event.amount)
            return Answer(event, f"dispute-received:{about}", reason, event.contact_id, about_id=about)
        case DisputeResolved() if letter == "dispute-resolved":
            about, reason = event.dispute_id, say("the objection was {outcome}", outcome=say(event.outcome))
            return Answer(event, f"dispute-resolved:{about}", reason, event.contact_id, about_id=about)
        case _:
            raise AssertionError(f"no letter {letter!r} follows from {event.kind}")


async def _receipt(event: PaymentReceived) -> Answer | None:
    payment = await Payment.get(id=event.payment_id)
    if payment.source == "import" or payment.kind != "payment":
        return None  # the ERP system that the file came from has its own receipts; a won chargeback had one
    reason = say("payment of {amount} received", amount=event.amount)
    return Answer(event, f"receipt:{payment.id}", reason, event.contact_id, payment_id=payment.id)


async def _queue(core: Core, tx: Transaction, letter: str, answer: Answer) -> None:
    for contact in await _readers(answer):
        await mailings.queue(
            core,
            tx,
            unique_key=f"{answer.key}:{contact.id}",
            letter=letter,
            invoice_id=answer.event.invoice_id,
            contact=contact,
            payment_id=answer.payment_id,
            about_id=answer.about_id,
            reason=answer.reason,
        )


async def _readers(answer: Answer) -> list[Contact]:
    """Return whom an answer goes to: the contact concerned, else the billing contacts, else whoever there is."""
    active = Contact.filter(account_id=answer.event.account_id, state="active").order_by("created_at", "id")
    if answer.contact_id is not None:
        return await active.filter(id=answer.contact_id)
    everybody = await active.limit(MOST_READERS)
    return [each for each in everybody if each.role == "billing"] or everybody


MOST_READERS = 20
"""Contacts of one customer who get the same answer."""
