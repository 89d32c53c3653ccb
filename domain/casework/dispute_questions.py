"""Dispute questions: what a person asks the payer about a dispute, by mail, in the thread of our mails about it.

While the payer has not answered, the dispute's time stands still, for a while at most: its deadlines are moved at once
as if nobody answered, and moved back when somebody does. So nobody has to wake them, and all that reads deadlines reads
true ones. Whatever the payer says about the invoice is an answer: a mail, more to the dispute, a question on the page.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.casework import questions
from domain.casework.dispute_question_events import PayerAnswered, PayerAsked
from domain.casework.question_events import QuestionAsked
from domain.casework.refusals import NobodyToAsk, PayerAskedBefore
from domain.commitments import dispute_deadlines, disputes
from domain.commitments.dispute_events import DisputeExtended, EvidenceAdded
from domain.commitments.models import Dispute
from domain.deliverability import covering, mailings
from domain.deliverability.events import MailArrived
from domain.kernel import addresses, timeline
from domain.kernel.actor import SYSTEM, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row, Transaction
from domain.ledger.models import Contact, Invoice

LONGEST = questions.LONGEST_ANSWER

LETTER = "dispute-question"

MOST_RECIPIENTS = 20

MOST_REFERENCES = 20
"""Earlier mails of the thread that the question names."""

_RECIPIENTS = f"""
    SELECT c.id, c.name, c.email, c.id = d.contact_id AS theirs FROM dispute d
    JOIN contact c ON c.account_id = d.account_id AND c.state = 'active' AND {covering.free("c.email_key")}
    WHERE d.id = %s ORDER BY c.id IS DISTINCT FROM d.contact_id, c.created_at, c.id LIMIT %s
"""

_THREAD = """
    SELECT m.message_id FROM mailing m
    WHERE m.invoice_id = %(invoice)s AND m.contact_id = %(contact)s AND m.state = 'sent'
      AND (m.letter = 'dispute-received' AND m.about_id = %(dispute)s OR m.letter = %(letter)s AND m.about_id IN (
          SELECT q.id FROM dispute_question q WHERE q.dispute_id = %(dispute)s))
    ORDER BY m.sent_at, m.id LIMIT %(most)s
"""

_OPEN = """
    SELECT q.id, q.dispute_id, q.wait_until, q.due_before, q.risk_before, q.created_at FROM dispute_question q
    JOIN dispute d ON d.id = q.dispute_id AND d.state = 'open'
    WHERE q.invoice_id = %s AND q.answered_at IS NULL ORDER BY q.created_at DESC LIMIT 1 FOR UPDATE OF q
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact who can be asked."""

    contact_id: UUID
    name: str
    address: str
    """Masked."""
    theirs: bool
    """Whether the dispute is this contact's."""


async def recipients(core: Core, *, dispute_id: UUID) -> tuple[Recipient, ...]:
    """Return who can be asked about a dispute, whoever filed it first."""
    rows = await core.database.rows(_RECIPIENTS, (dispute_id, MOST_RECIPIENTS))
    return tuple(
        Recipient(row["id"], row["name"] or "", addresses.masked(row["email"]), bool(row["theirs"])) for row in rows
    )


async def ask(core: Core, *, dispute_id: UUID, text: str, actor: Actor, contact_id: UUID | None = None) -> PayerAsked:
    """Ask the payer about a dispute: the text leaves as a mail, and the dispute's time stands still for a while.

    Args:
        core: The core.
        dispute_id: The dispute.
        text: The question.
        actor: Who asks.
        contact_id: Who is asked; else whoever filed it, or the customer's first contact that can be mailed.

    Raises:
        NotAllowed: The actor may not work the queue.
        TextUnusable: The question says nothing, or is too long.
        DisputeNotFound, DisputeClosed: As their names say.
        NobodyToAsk: It is a test, or no such contact can be mailed.
        PayerAskedBefore: A question waits for its answer, perhaps that of the first click of two.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        said = questions.worded(text, what=phrase("A question"), most=LONGEST)
        invoice, dispute = await disputes.locked(dispute_id, actor=actor)
        contact = await _recipient(tx, dispute, contact_id)
        now = core.clock.now()
        waiting = await tx.row(
            "SELECT made_by FROM dispute_question WHERE dispute_id = %s AND answered_at IS NULL AND wait_until > %s",
            (dispute.id, now),
        )
        if waiting is not None:
            raise PayerAskedBefore(waiting["made_by"])
        question_id, until = uuid4(), now + core.limits.dispute_wait
        await _store(tx, question_id, invoice, dispute, contact, said, actor, {"now": now, "until": until})
        dispute.sla_risk_at, dispute.sla_due_at = (
            dispute_deadlines.standing_still(core, now, until, each)
            for each in (dispute.sla_risk_at, dispute.sla_due_at)
        )
        await dispute.save(update_fields=["sla_risk_at", "sla_due_at"])
        event = PayerAsked(
            **disputes.about(invoice, dispute),
            question_id=question_id,
            contact_id=contact.id,
            sent_to=addresses.masked(contact.email),
            wait_until=until,
            sla_due_at=dispute.sla_due_at,
            **by(actor, now),
        )
        await timeline.record(core, tx, event)
        await mailings.queue(
            core,
            tx,
            unique_key=f"{LETTER}:{question_id}",
            letter=LETTER,
            invoice_id=invoice.id,
            contact=contact,
            about_id=question_id,
            reason=say("a question about a dispute"),
        )
    return event


async def hear(core: Core, *, entry_id: int) -> None:
    """Let a dispute's time run again when its payer has said something (the job ``hear_dispute_answer``)."""
    event, mail_id = (await timeline.entry(core, entry_id)).event, None
    match event:
        case MailArrived(what="human"):
            mail_id = event.mail_id
        case DisputeExtended() | EvidenceAdded() | QuestionAsked() if event.actor_kind == ActorKind.PAYER:
            pass
        case _:
            return
    if event.invoice_id is None:
        return
    async with core.transaction() as tx:
        invoice = await Invoice.locked(id=event.invoice_id)
        row = await tx.row(_OPEN, (event.invoice_id,))
        if invoice is None or row is None or event.at < row["created_at"]:
            return
        dispute = await Dispute.locked(id=row["dispute_id"])
        assert dispute is not None, "a dispute cannot be removed"
        await tx.execute(  # earlier ones too, on which nobody waits any more: it is one answer
            "UPDATE dispute_question SET answered_at = %s WHERE dispute_id = %s AND answered_at IS NULL"
            " AND created_at <= %s",
            (event.at, row["dispute_id"], row["created_at"]),
        )
        if event.at < row["wait_until"]:
            dispute.sla_risk_at, dispute.sla_due_at = (
                dispute_deadlines.standing_still(core, row["created_at"], event.at, before)
                for before in (row["risk_before"], row["due_before"])
            )
            await dispute.save(update_fields=["sla_risk_at", "sla_due_at"])
        answered = PayerAnswered(
            **disputes.about(invoice, dispute),
            question_id=row["id"],
            mail_id=mail_id,
            sla_due_at=dispute.sla_due_at,
            **by(SYSTEM, core.clock.now()),
        )
        await timeline.record(core, tx, answered)


async def _recipient(tx: Transaction, dispute: Dispute, contact_id: UUID | None) -> Contact:
    """Return who is asked.

    Raises:
        NobodyToAsk: It is a test, or no such contact can be mailed.
    """
    rows = [] if dispute.is_test else await tx.rows(_RECIPIENTS, (dispute.id, MOST_RECIPIENTS))
    found = [row["id"] for row in rows if contact_id in (None, row["id"])]
    if not found:
        raise NobodyToAsk
    return await Contact.get(id=found[0])


async def _store(
    tx: Transaction,
    question_id: UUID,
    invoice: Invoice,
    dispute: Dispute,
    contact: Contact,
    text: str,
    actor: Actor,
    times: dict[str, Any],
) -> None:
    """Write the question down, with the deadlines as they were and the thread to which it belongs."""
    about = {"invoice": invoice.id, "contact": contact.id, "dispute": dispute.id, "letter": LETTER}
    rows: list[Row] = await tx.rows(_THREAD, {**about, "most": MOST_REFERENCES})
    thread = [row["message_id"] for row in rows]
    await tx.execute(
        "INSERT INTO dispute_question (id, dispute_id, invoice_id, contact_id, text, in_reply_to, thread_ids, made_by,"
        " made_by_id, wait_until, due_before, risk_before, created_at) VALUES (%(id)s, %(dispute)s, %(invoice)s,"
        " %(contact)s, %(text)s, %(answers)s, %(thread)s, %(by)s, %(by_id)s, %(until)s, %(due)s, %(risk)s, %(now)s)",
        {
            **about,
            **times,
            "id": question_id,
            "text": text,
            "answers": thread[-1] if thread else "",
            "thread": thread,
            "by": actor.name,
            "by_id": actor.id,
            "due": dispute.sla_due_at,
            "risk": dispute.sla_risk_at,
        },
    )
