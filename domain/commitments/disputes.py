"""Disputes: what payers object to. One is open per invoice; only its part pauses, as arithmetic and not as a switch.

A payer brings along the documents that the reason requires; an operator who takes down a call may file without them,
and the dispute then says what is still to come. A second objection adds to the open dispute: its amount on top, or
nothing more when all is disputed. The same form sent twice is answered with what it did the first time. A promise or
a plan over the same money does not stand in the way: what is disputed is not asked for, whatever was promised.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.commitments import dispute_deadlines, dispute_reasons, documents, objections, parties
from domain.commitments.dispute_events import (
    DisputeExtended,
    DisputeFiled,
    DisputeTested,
    EvidenceAdded,
    reference,
)
from domain.commitments.dispute_reasons import DOCUMENTS, Reason
from domain.commitments.dispute_refusals import (
    DescriptionUnusable,
    DisputeClosed,
    DisputeNotFound,
    DisputeTooLarge,
    NothingToDispute,
)
from domain.commitments.documents import Of, Upload
from domain.commitments.models import Dispute
from domain.commitments.objections import Filing, Objection
from domain.commitments.refusals import OtherCurrency
from domain.commitments.states import DisputeState
from domain.kernel import timeline
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Contact, Invoice
from domain.ledger.states import InvoiceState

DESCRIPTIONS_LENGTH = 20_000
"""Characters of all objections of one dispute together."""


async def file(
    core: Core, *, invoice_number: str, filing: Filing, actor: Actor
) -> DisputeFiled | DisputeExtended | DisputeTested:
    """File an objection; the disputed part is not asked for from this moment on.

    Raises:
        NotAllowed: The actor is no payer and may not work the queue.
        InvoiceNotFound: No invoice has that number.
        NotTheirs: The contact belongs to another customer, or is not one any more.
        NothingToDispute: The invoice is settled, void or written off.
        DisputeReasonUnknown, DescriptionUnusable: The form is not filled in.
        AmountNotPositive, OtherCurrency, DisputeTooLarge: The amount does not fit.
        DocumentsMissing: A payer did not bring what the reason requires.
        DocumentUnusable, DocumentsTooMany, FilesUnkept: A file cannot be taken.
    """
    objection = await objections.read(filing, actor)
    async with documents.stored(core, objection.files):
        return await enter(
            core, invoice_number=invoice_number, objection=objection, actor=actor, is_test=filing.is_test
        )


async def enter(
    core: Core, *, invoice_number: str, objection: Objection, actor: Actor, is_test: bool = False
) -> DisputeFiled | DisputeExtended | DisputeTested:
    """File an objection that was read and whose files are stored; ``file`` does all three.

    Raises:
        InvoiceNotFound, NotTheirs, NothingToDispute, OtherCurrency, DisputeTooLarge, DocumentsTooMany: As in ``file``.
    """
    async with core.transaction() as tx:
        invoice = await invoices.locked(invoice_number)
        await parties.admitted(actor, invoice=invoice, contact_id=objection.contact_id)
        if invoice.status is InvoiceState.TEST:
            return await _tested(core, tx, invoice, objection, actor)
        if invoice.status is not InvoiceState.OPEN:
            raise NothingToDispute(invoice.number, invoice.state)
        if is_test:
            return await _tested(core, tx, invoice, objection, actor)
        dispute = await Dispute.locked(invoice_id=invoice.id, state=DisputeState.OPEN.value, is_test=False)
        if dispute is None:
            return await _filed(core, tx, invoice, objection, actor)
        before = await _same_before(core, tx, dispute, objection)
        return before or await _extended(core, tx, invoice, dispute, objection, actor)


async def add_documents(core: Core, *, dispute_id: UUID, uploads: tuple[Upload, ...], actor: Actor) -> EvidenceAdded:
    """Add documents to an open dispute; files that it has already are not kept twice.

    Raises:
        NotAllowed: The actor is no payer and may not work the queue.
        DisputeNotFound: There is none, or it is about another customer's invoice.
        DisputeClosed: It was decided.
        DocumentUnusable, DocumentsTooMany, FilesUnkept: A file cannot be taken.
    """
    objections.may_file(actor)
    files = await documents.accepted(uploads)
    async with documents.stored(core, files), core.transaction() as tx:
        invoice, dispute = await locked(dispute_id, actor=actor)
        names = await documents.keep(core, tx, files, of=Of.DISPUTE, case_id=dispute.id)
        event = EvidenceAdded(
            **about(invoice, dispute),
            names=names,
            missing=await _lacks(tx, dispute.id, dispute_reasons.BY_CODE[dispute.reason_code]),
            **by(actor, core.clock.now()),
        )
        if names:
            await timeline.record(core, tx, event)
    return event


async def locked(dispute_id: UUID, *, actor: Actor) -> tuple[Invoice, Dispute]:
    """Hold the locks of an open dispute in the order in which everybody takes them: the invoice first.

    Raises:
        DisputeNotFound: There is none, or the actor is a payer and it is about another customer's invoice.
        DisputeClosed: It was decided.
    """
    found = await Dispute.get_or_none(id=dispute_id)
    if found is None:
        raise DisputeNotFound
    if actor.kind is ActorKind.PAYER and not await _theirs(found.account_id, actor.id):
        raise DisputeNotFound
    invoice = await Invoice.locked(id=found.invoice_id)
    dispute = await Dispute.locked(id=dispute_id)
    assert invoice is not None, "a dispute's invoice cannot be removed"
    assert dispute is not None, "a dispute cannot be removed"
    if dispute.status is not DisputeState.OPEN:
        raise DisputeClosed(reference(dispute.id), dispute.state)
    return invoice, dispute


def about(invoice: Invoice, dispute: Dispute) -> dict[str, Any]:
    """Return the fields that say which invoice and which dispute an event is about."""
    return {
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "account_id": invoice.account_id,
        "dispute_id": dispute.id,
    }


async def _theirs(account_id: UUID, contact_id: UUID | None) -> bool:
    return await Contact.filter(id=contact_id, account_id=account_id, state="active").exists()


def _disputable(invoice: Invoice, disputed: Money, amount: Money | None) -> Money:
    """Return how much is disputed now: the amount if it fits, or all that is open and not disputed yet."""
    if amount is not None and amount.currency != invoice.currency:
        raise OtherCurrency(amount.currency, invoice.currency)
    most = max(invoice.balance - disputed, Money(0, invoice.currency))
    if amount is None:
        return most
    if amount > most:
        raise DisputeTooLarge(invoice.number, amount, most, min(disputed, invoice.balance))
    return amount


async def _stored(
    core: Core, tx: Transaction, invoice: Invoice, objection: Objection, actor: Actor, *, is_test: bool
) -> Dispute:
    now = core.clock.now()
    amount = _disputable(invoice, Money(0, invoice.currency), objection.amount)
    risk_at, due_at = dispute_deadlines.deadlines(core, now, objection.reason)
    dispute = await Dispute.create(
        id=uuid4(),
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        contact_id=objection.contact_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason_code=objection.reason.code,
        description=objection.description,
        state=Dispute.MACHINE.start.value,
        is_test=is_test,
        sla_due_at=due_at,
        sla_risk_at=risk_at,
        source=objection.source,
        filed_by=actor.name,
        filed_by_id=actor.id if actor.kind is ActorKind.PERSON else None,
        created_at=now,
    )
    await documents.keep(core, tx, objection.files, of=Of.DISPUTE, case_id=dispute.id)
    return dispute


async def _filed(core: Core, tx: Transaction, invoice: Invoice, objection: Objection, actor: Actor) -> DisputeFiled:
    dispute = await _stored(core, tx, invoice, objection, actor, is_test=False)
    event = DisputeFiled(
        **about(invoice, dispute),
        amount=dispute.amount,
        **await _said(tx, dispute, objection, dispute.sla_due_at),
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def _tested(core: Core, tx: Transaction, invoice: Invoice, objection: Objection, actor: Actor) -> DisputeTested:
    dispute = await _stored(core, tx, invoice, objection, actor, is_test=True)
    event = DisputeTested(
        **about(invoice, dispute),
        amount=dispute.amount,
        reason=objection.reason.name,
        source=objection.source,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def _extended(
    core: Core, tx: Transaction, invoice: Invoice, dispute: Dispute, objection: Objection, actor: Actor
) -> DisputeExtended:
    added = _disputable(invoice, dispute.amount, objection.amount)
    description = f"{dispute.description}\n\n— {objection.reason.name} —\n{objection.description}"
    if len(description) > DESCRIPTIONS_LENGTH:
        raise DescriptionUnusable(
            say("This dispute says a great deal already; attach a document instead of more text.")
        )
    dispute.amount_minor += added.minor
    dispute.description = description
    dispute.contact_id = dispute.contact_id or objection.contact_id
    await dispute.save(update_fields=["amount_minor", "description", "contact_id"])
    await documents.keep(core, tx, objection.files, of=Of.DISPUTE, case_id=dispute.id)
    event = DisputeExtended(
        **about(invoice, dispute),
        added=added,
        amount=dispute.amount,
        **await _said(tx, dispute, objection, dispute.sla_due_at),
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def _said(tx: Transaction, dispute: Dispute, objection: Objection, due_at: datetime) -> dict[str, Any]:
    return {
        "contact_id": objection.contact_id,
        "reason_code": objection.reason.code,
        "reason": objection.reason.name,
        "documents": len(objection.files),
        "missing": await _lacks(tx, dispute.id, objection.reason),
        "source": objection.source,
        "sla_due_at": due_at,
        "filing": objection.digest,
    }


async def _lacks(tx: Transaction, dispute_id: UUID, reason: Reason) -> tuple[str, ...]:
    lacking = dispute_reasons.missing(reason, await documents.kinds_of(tx, dispute_id))
    return tuple(DOCUMENTS[kind] for kind in lacking)


async def _same_before(
    core: Core, tx: Transaction, dispute: Dispute, objection: Objection
) -> DisputeFiled | DisputeExtended | None:
    """Return the fact of the very same form for the dispute that is open, if there was one: it was sent twice."""
    row = await tx.row(
        "SELECT id FROM timeline_entry WHERE invoice_id = %s AND kind = ANY(%s)"
        " AND fact->>'dispute_id' = %s AND fact->>'filing' = %s ORDER BY id LIMIT 1",
        (dispute.invoice_id, [DisputeFiled.kind, DisputeExtended.kind], str(dispute.id), objection.digest),
    )
    if row is None:
        return None
    event = (await timeline.entry(core, row["id"])).event
    assert isinstance(event, DisputeFiled | DisputeExtended)
    return event
