"""Questions: what payers ask in the portal, answered by a person; the answer leaves as a mail in their language.

While nobody has answered, reminders to that customer wait, as they do for a mail that answers one of ours.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from domain.casework.models import Question
from domain.casework.question_events import QuestionAnswered, QuestionAsked, QuestionClosed, reference
from domain.casework.refusals import QuestionEnded, QuestionNotFound, QuestionsTooMany, TextUnusable, WordsMissing
from domain.casework.states import QuestionState
from domain.commitments import documents
from domain.commitments.documents import Of, Upload
from domain.commitments.promises import about
from domain.deliverability import mailings
from domain.kernel import addresses, card_numbers, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row
from domain.ledger.models import Contact, Invoice
from domain.ledger.refusals import ContactNotFound
from domain.pay_links import acts

LONGEST = 2_000
"""Characters of a question."""

LONGEST_ANSWER = 4_000

LONGEST_NOTE = 300

MOST_WAITING = 5
"""Questions of one payer about one invoice that wait at the same time."""

MOST_LISTED = 50

LETTER = "question-answered"


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A file that came with a question."""

    document_id: UUID
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with all that is needed to answer it."""

    id: UUID
    reference: str
    invoice_id: UUID
    invoice_number: str
    account_name: str
    asker: str
    """The contact, masked."""
    text: str
    state: QuestionState
    answer: str
    ended_by: str
    asked_at: datetime
    ended_at: datetime | None
    files: tuple[QuestionFile, ...]


async def ask(core: Core, *, secret: str, text: str, uploads: tuple[Upload, ...] = ()) -> QuestionAsked | None:
    """Ask something about the invoice of a session; None when the very same question waits already.

    Raises:
        LinkNotFound: The session is over.
        TextUnusable: It says nothing, or is too long.
        QuestionsTooMany: As many wait as one payer may have waiting.
        DocumentUnusable, DocumentsTooMany, FilesUnkept: A file cannot be taken.
    """
    said = card_numbers.masked(worded(text, what=phrase("A question"), most=LONGEST))
    files = await documents.accepted(uploads)
    digest = hashlib.sha256(said.encode() + b"".join(sorted(each.sha256 for each in files))).hexdigest()
    async with documents.stored(core, files), acts.acting(core, secret=secret) as act:
        mine = Question.filter(
            invoice_id=act.invoice.id, contact_id=act.actor.id, state=Question.MACHINE.start.value
        )  # under the invoice's lock, so of two clicks the second finds the first's
        if await mine.filter(digest=digest).exists():
            return None
        if await mine.count() >= MOST_WAITING:
            raise QuestionsTooMany(MOST_WAITING)
        assert act.actor.id is not None, "a payer is a contact"
        question = await Question.create(
            id=uuid4(),
            invoice_id=act.invoice.id,
            contact_id=act.actor.id,
            text=said,
            digest=digest,
            state=Question.MACHINE.start.value,
            created_at=core.clock.now(),
        )
        await documents.keep(act.core, act.tx, files, of=Of.QUESTION, case_id=question.id)
        event = QuestionAsked(
            **about(act.invoice),
            question_id=question.id,
            contact_id=act.actor.id,
            documents=len(files),
            **by(act.actor, core.clock.now()),
        )
        await timeline.record(core, act.tx, event)
    return event


async def answer(core: Core, *, question_id: UUID, text: str, actor: Actor) -> QuestionAnswered:
    """Answer a question: by mail to whoever asked, and on the invoice's page.

    Raises:
        NotAllowed: The actor may not work the queue.
        QuestionNotFound: There is none.
        QuestionEnded: It was answered or closed, perhaps by the first click of two.
        TextUnusable: The answer says nothing, or is too long.
        ContactNotFound: Whoever asked is not a contact any more.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        said = worded(text, what=phrase("An answer"), most=LONGEST_ANSWER)
        invoice, question = await _waiting(question_id)
        contact = await Contact.get(id=question.contact_id)
        if contact.state != "active":
            raise ContactNotFound("The customer", addresses.masked(contact.email))
        await question.move("answer", answer=said, ended_by=actor.name, ended_at=core.clock.now())
        event = QuestionAnswered(
            **about(invoice),
            question_id=question.id,
            contact_id=question.contact_id,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def close(core: Core, *, question_id: UUID, note: str, actor: Actor) -> QuestionClosed:
    """Close a question that needs no answer by mail, for a reason; reminders go on.

    Raises:
        NotAllowed: The actor may not work the queue.
        WordsMissing: Nobody could be told why.
        QuestionNotFound, QuestionEnded: As their names say.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        said = note.replace("\x00", "").strip()[:LONGEST_NOTE]
        if not said:
            raise WordsMissing(phrase("Say how it was answered, or why it needs no answer, in a few words."))
        invoice, question = await _waiting(question_id)
        await question.move("close", ended_by=actor.name, ended_at=core.clock.now())
        event = QuestionClosed(**about(invoice), question_id=question.id, note=said, **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


async def mail_answer(core: Core, *, entry_id: int) -> None:
    """Queue the mail with the answer (the job ``mail_answer``); safe to repeat."""
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, QuestionAnswered)
    async with core.transaction() as tx:
        contact = await Contact.get_or_none(id=event.contact_id, state="active")
        if contact is None:
            return
        await mailings.queue(
            core,
            tx,
            unique_key=f"{LETTER}:{event.question_id}:{contact.id}",
            letter=LETTER,
            invoice_id=event.invoice_id,
            contact=contact,
            about_id=event.question_id,
            reason=say("a question was answered"),
        )


_VIEW = """
    SELECT q.*, i.number AS invoice_number, a.name AS account_name, c.email,
           (SELECT jsonb_agg(jsonb_build_array(d.id, d.name, d.size_bytes) ORDER BY d.created_at, d.id)
            FROM document d WHERE d.question_id = q.id) AS files
    FROM question q JOIN invoice i ON i.id = q.invoice_id JOIN account a ON a.id = i.account_id
    JOIN contact c ON c.id = q.contact_id
"""


async def question(core: Core, *, question_id: UUID) -> QuestionView:
    """Return one question.

    Raises:
        QuestionNotFound: There is none.
    """
    row = await core.database.row(f"{_VIEW} WHERE q.id = %s", (question_id,))
    if row is None:
        raise QuestionNotFound
    return _view(row)


async def waiting(core: Core, *, limit: int = MOST_LISTED) -> tuple[QuestionView, ...]:
    """Return the questions that nobody has answered, the oldest first."""
    rows = await core.database.rows(
        f"{_VIEW} WHERE q.state = 'asked' ORDER BY q.created_at, q.id LIMIT %s", (min(limit, MOST_LISTED),)
    )
    return tuple(_view(row) for row in rows)


async def of_payer(core: Core, *, invoice_id: UUID, contact_id: UUID, limit: int = 5) -> tuple[QuestionView, ...]:
    """Return what one payer asked about an invoice, newest first; what was closed is not shown."""
    rows = await core.database.rows(
        f"{_VIEW} WHERE q.invoice_id = %s AND q.contact_id = %s AND q.state <> 'closed'"
        " ORDER BY q.created_at DESC, q.id LIMIT %s",
        (invoice_id, contact_id, limit),
    )
    return tuple(_view(row) for row in rows)


async def _waiting(question_id: UUID) -> tuple[Invoice, Question]:
    """Return a question that waits and its invoice, both locked; the invoice first, as everywhere."""
    found = await Question.get_or_none(id=question_id)
    invoice = await Invoice.locked(id=found.invoice_id) if found else None
    question = await Question.locked(id=question_id)
    if invoice is None or question is None:
        raise QuestionNotFound
    if question.state != Question.MACHINE.start.value:
        raise QuestionEnded(question.state, question.ended_by or "somebody")
    return invoice, question


def worded(text: str, *, what: str, most: int) -> str:
    """Return what somebody wrote as it is kept.

    Raises:
        TextUnusable: It says nothing, or is too long.
    """
    kept = text.replace("\x00", "").encode("utf-8", "replace").decode().strip()
    if not kept or len(kept) > most:
        raise TextUnusable(what, most)
    return kept


def _view(row: Row) -> QuestionView:
    return QuestionView(
        id=row["id"],
        reference=reference(row["id"]),
        invoice_id=row["invoice_id"],
        invoice_number=row["invoice_number"],
        account_name=row["account_name"],
        asker=addresses.masked(row["email"]),
        text=row["text"],
        state=QuestionState(row["state"]),
        answer=row["answer"],
        ended_by=row["ended_by"] or "",
        asked_at=row["created_at"],
        ended_at=row["ended_at"],
        files=tuple(QuestionFile(UUID(each), name, size) for each, name, size in row["files"] or ()),
    )
