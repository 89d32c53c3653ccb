"""Endings of disputes: accepted with a credit, accepted in part, rejected, withdrawn.

While something is open on the invoice, accepting means a credit: the dispute stays open, and its part paused, until
the credit is approved, and ends then by the job ``conclude_dispute``. When the credit is declined the dispute is as it
was, and can be ended anew. A newer end replaces one that waits, whose credit is declined with it. On an invoice of
which nothing is open, accepting ends the dispute at once: what was paid is refunded in Stripe.
"""

from enum import StrEnum
from uuid import UUID

from domain.commitments import disputes, words
from domain.commitments.dispute_events import DisputeResolved, DisputeTestEnded, reference
from domain.commitments.dispute_refusals import DisputeClosed, ResolutionUnusable, ResolutionWaits
from domain.commitments.models import Dispute
from domain.commitments.refusals import OtherCurrency, ReasonMissing
from domain.commitments.states import DisputeState
from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from domain.ledger.events import CreditApproved, CreditProposed
from domain.ledger.models import Credit, Invoice
from domain.ledger.states import CreditState, InvoiceState

NOTE_LENGTH = 400
"""Characters of the words in which an end is explained; with the dispute's own they are a credit's reason."""


class Outcome(StrEnum):
    """How a dispute can be decided."""

    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly accepted"
    REJECTED = "rejected"


_STEPS = {
    DisputeState.ACCEPTED: "accept",
    DisputeState.PARTLY_ACCEPTED: "accept in part",
    DisputeState.REJECTED: "reject",
    DisputeState.WITHDRAWN: "withdraw",
}

_WITHOUT_CREDIT = {
    DisputeState.REJECTED: words.DISPUTE_REJECTED,
    DisputeState.WITHDRAWN: words.DISPUTE_WITHDRAWN,
}

_STATES = {
    Outcome.ACCEPTED: DisputeState.ACCEPTED,
    Outcome.PARTLY_ACCEPTED: DisputeState.PARTLY_ACCEPTED,
    Outcome.REJECTED: DisputeState.REJECTED,
}


async def resolve(
    core: Core, *, dispute_id: UUID, outcome: Outcome, note: str, actor: Actor, credit: Money | None = None
) -> DisputeResolved | CreditProposed:
    """Decide a dispute. A credit is proposed where one is due, and somebody else approves it.

    Accepted credits all that is disputed (as far as it is open still); partly accepted credits *credit*, which is less.

    Raises:
        NotAllowed: The actor may neither work the queue nor approve credits.
        DisputeNotFound, DisputeClosed: There is nothing to decide.
        ReasonMissing: Nothing was said about why.
        ResolutionUnusable, OtherCurrency: The credit does not fit the outcome, or it is a test.
        ResolutionWaits: Just this end waits for its credit already.
    """
    if Permission.APPROVE_CREDITS not in actor.may:
        actor.require(Permission.WORK_QUEUE)
    note = sentences.trimmed(note, most=NOTE_LENGTH)
    if not note:
        raise ReasonMissing(phrase("The end of a dispute"))
    async with core.transaction() as tx:
        invoice, dispute = await disputes.locked(dispute_id, actor=actor)
        if dispute.is_test:
            raise ResolutionUnusable(say("This is a test; it is withdrawn, not decided."))
        amount = None if outcome is Outcome.REJECTED else _credit(invoice, dispute, outcome, credit)
        await _replace(core, tx, invoice, dispute, _STATES[outcome], amount, note, actor)
        if amount is None:
            return await _end(core, tx, invoice, dispute, _STATES[outcome], note=note, actor=actor)
        return await _propose(core, tx, invoice, dispute, _STATES[outcome], amount, note, actor)


async def withdraw(core: Core, *, dispute_id: UUID, actor: Actor, note: str = "") -> DisputeResolved | DisputeTestEnded:
    """Take a dispute back: a payer their own, an operator for them, or the end of a test.

    Raises:
        NotAllowed: The actor is no payer and may not work the queue.
        DisputeNotFound, DisputeClosed: There is nothing to withdraw.
    """
    if actor.kind is not ActorKind.PAYER:
        actor.require(Permission.WORK_QUEUE)
    note = sentences.trimmed(note, most=NOTE_LENGTH)
    async with core.transaction() as tx:
        invoice, dispute = await disputes.locked(dispute_id, actor=actor)
        if dispute.is_test:
            return await _end_test(core, tx, invoice, dispute, actor)
        await _replace(core, tx, invoice, dispute, DisputeState.WITHDRAWN, None, note, actor)
        return await _end(core, tx, invoice, dispute, DisputeState.WITHDRAWN, note=note, actor=actor)


async def conclude(core: Core, *, entry_id: int) -> None:
    """End the dispute whose credit that timeline entry says was approved (``conclude_dispute``); safe to repeat."""
    approved = (await timeline.entry(core, entry_id)).event
    assert isinstance(approved, CreditApproved), "only an approved credit ends a dispute"
    async with core.transaction() as tx:
        invoice = await Invoice.locked(id=approved.invoice_id)
        dispute = await Dispute.locked(credit_id=approved.credit_id)
        if invoice is None or dispute is None or dispute.status is not DisputeState.OPEN:
            return  # a credit of its own, or the job runs again
        await _end(
            core,
            tx,
            invoice,
            dispute,
            DisputeState(dispute.intended),
            note=dispute.resolution,
            actor=SYSTEM,
            credited=approved.amount,
            resolved_by=approved.proposed_by,
        )


async def drop(core: Core, *, entry_id: int) -> None:
    """End the dispute of an invoice that is asked for no more (``drop_dispute``); safe to repeat."""
    invoice_id = (await timeline.entry(core, entry_id)).event.invoice_ref
    async with core.transaction() as tx:
        invoice = await Invoice.locked(id=invoice_id)
        dispute = await Dispute.locked(invoice_id=invoice_id, state=DisputeState.OPEN.value, is_test=False)
        if invoice is None or dispute is None or invoice.status is InvoiceState.OPEN:
            return  # there was none, or the invoice is asked for again
        note = say(words.NOTHING_ASKED, why=words.invoice_closed(invoice.state))
        await _replace(core, tx, invoice, dispute, DisputeState.WITHDRAWN, None, note, SYSTEM)
        await _end(core, tx, invoice, dispute, DisputeState.WITHDRAWN, note=note, actor=SYSTEM)


def _credit(invoice: Invoice, dispute: Dispute, outcome: Outcome, credit: Money | None) -> Money | None:
    """Return what an accepted dispute takes off the balance; None when nothing is open."""
    if credit is not None and credit.currency != invoice.currency:
        raise OtherCurrency(credit.currency, invoice.currency)
    if not invoice.balance:
        return None
    most = min(dispute.amount, invoice.balance)
    if outcome is Outcome.ACCEPTED:
        if credit is not None and credit != most:
            raise ResolutionUnusable(
                say("To accept is to credit all that is disputed and open, which is {most}.", most=most)
            )
        return most
    if credit is None or credit.minor <= 0:
        raise ResolutionUnusable(say("Say how much of {most} is credited.", most=most))
    if credit > invoice.balance or credit >= dispute.amount:
        raise ResolutionUnusable(
            say("To accept in part is to credit less than {most}; else accept or reject it.", most=most)
        )
    return credit


async def _replace(
    core: Core,
    tx: Transaction,
    invoice: Invoice,
    dispute: Dispute,
    state: DisputeState,
    amount: Money | None,
    note: str,
    actor: Actor,
) -> None:
    """Decline the credit of an end that waits, so that this one can take its place.

    Raises:
        ResolutionWaits: It is this very end that waits.
        DisputeClosed: The credit was approved a moment ago, and ends the dispute.
    """
    waiting = await Credit.locked(id=dispute.credit_id) if dispute.credit_id else None
    if waiting is None or waiting.status is CreditState.REJECTED:
        return
    if waiting.status is CreditState.APPROVED:
        raise DisputeClosed(reference(dispute.id), dispute.intended)
    credit = Money(waiting.amount_minor, waiting.currency)
    if amount == credit and dispute.intended == state.value and dispute.resolution == note:
        raise ResolutionWaits(reference(dispute.id), credit)
    why = say(_WITHOUT_CREDIT[state] if amount is None and state in _WITHOUT_CREDIT else words.ANOTHER_END)
    await credits.rejected(core, tx, invoice=invoice, credit=waiting, reason=why, actor=actor)


async def _propose(
    core: Core,
    tx: Transaction,
    invoice: Invoice,
    dispute: Dispute,
    state: DisputeState,
    amount: Money,
    note: str,
    actor: Actor,
) -> CreditProposed:
    ended = words.dispute_state(state.value)
    reason = say("dispute {reference} {state}: {why}", reference=reference(dispute.id), state=ended, why=note)
    event = await credits.proposed(core, tx, invoice=invoice, amount=amount, reason=reason, actor=actor)
    dispute.credit_id, dispute.intended, dispute.resolution = event.credit_id, state.value, note
    await dispute.save(update_fields=["credit_id", "intended", "resolution"])
    return event


async def _end(
    core: Core,
    tx: Transaction,
    invoice: Invoice,
    dispute: Dispute,
    state: DisputeState,
    *,
    note: str,
    actor: Actor,
    credited: Money | None = None,
    resolved_by: str | None = None,
) -> DisputeResolved:
    now = core.clock.now()
    await dispute.move(_STEPS[state], resolution=note, resolved_by=resolved_by or actor.name, resolved_at=now)
    event = DisputeResolved(
        **disputes.about(invoice, dispute),
        contact_id=dispute.contact_id,
        outcome=state.value.replace("_", " "),
        amount=dispute.amount,
        credited=credited,
        balance=invoice.balance,
        note=note,
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event


async def _end_test(core: Core, tx: Transaction, invoice: Invoice, dispute: Dispute, actor: Actor) -> DisputeTestEnded:
    now = core.clock.now()
    await dispute.move("withdraw", resolved_by=actor.name, resolved_at=now)
    event = DisputeTestEnded(**disputes.about(invoice, dispute), **by(actor, now))
    await timeline.record(core, tx, event)
    return event
