"""Mail answers: what a person writes back to a mail of the customer, once, and in the thread of that very mail.

It goes to the contact on file who wrote, never to an address that merely stands in a mail. As every answer it obeys
suppressions, and neither quiet hours nor caps. With it the mail is dealt with.
"""

from typing import Any
from uuid import UUID, uuid4

from domain.casework import questions
from domain.casework.mail_answer_events import MailReplied
from domain.casework.refusals import AnsweredBefore, MailUnplaced, WriterUnknown
from domain.deliverability import inbound, mailings
from domain.deliverability.reading import mime, returned
from domain.deliverability.refusals import MailNotFound
from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.ledger.models import Contact

LONGEST = questions.LONGEST_ANSWER

LETTER = "mail-answered"

LONGEST_SUBJECT = 140

MOST_REFERENCES = 20
"""Earlier mails of the thread that the answer names; the first and the latest matter to mail programs."""

HEAD_BYTES = 64 * 1024
"""Of the stored mail: its headers, in which it says by what name it is answered."""

_MAIL = """
    SELECT m.account_id, m.invoice_id, m.reading->>'sender' AS sender, m.reading->>'subject' AS subject,
           substring(m.body for %(head)s) AS head, i.number
    FROM inbound_mail m LEFT JOIN invoice i ON i.id = m.invoice_id
    WHERE m.id = %(mail)s AND m.reading->>'kind' = 'human'
"""


async def answer(core: Core, *, mail_id: UUID, text: str, actor: Actor, ends: bool = True) -> MailReplied:
    """Answer a mail: the text leaves as a mail in its thread, and the mail is dealt with.

    Args:
        core: The core.
        mail_id: The mail.
        text: The answer.
        actor: Who writes it.
        ends: Whether nothing else is to be done; else the mail waits on, and reminders with it.

    Raises:
        NotAllowed: The actor may not work the queue.
        MailNotFound: No stored mail has that id, or it was not written by a person.
        MailUnplaced: Nobody has said yet which invoice it is about.
        WriterUnknown: Whoever wrote is not a contact of the customer.
        AnsweredBefore: It was answered, perhaps by the first click of two.
        TextUnusable: The answer says nothing, or is too long.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        said = questions.worded(text, what=phrase("An answer"), most=LONGEST)
        row = await tx.row(_MAIL, {"mail": mail_id, "head": HEAD_BYTES})
        if row is None:
            raise MailNotFound(str(mail_id))
        if row["invoice_id"] is None:
            raise MailUnplaced
        sender = row["sender"] or ""
        contact = await Contact.get_or_none(
            account_id=row["account_id"], email_key=addresses.key(sender), state="active"
        )
        if contact is None:
            raise WriterUnknown(addresses.masked(sender), row["number"])
        answer_id = await _stored(core, tx, mail_id=mail_id, row=row, contact=contact, text=said, actor=actor)
        mailing_id = await mailings.queue(
            core,
            tx,
            unique_key=f"{LETTER}:{mail_id}",
            letter=LETTER,
            invoice_id=row["invoice_id"],
            contact=contact,
            about_id=answer_id,
            reason=say("a mail was answered"),
        )
        await tx.execute("UPDATE mailing SET edited_subject = %s WHERE id = %s", (_re(row["subject"]), mailing_id))
        event = MailReplied(
            mail_id=mail_id, answer_id=answer_id, contact_id=contact.id, sent_to=addresses.masked(contact.email),
            invoice_id=row["invoice_id"], invoice_number=row["number"], account_id=row["account_id"],
            **by(actor, core.clock.now()))  # fmt: skip
        await timeline.record(core, tx, event)
        if ends:  # only now, as everywhere: a merger of customers, too, holds them before it comes to their mails
            await inbound.seen(core.within(tx), mail_id=str(mail_id), actor=actor, note=say("answered by mail"))
    return event


async def _stored(
    core: Core, tx: Transaction, *, mail_id: UUID, row: dict[str, Any], contact: Contact, text: str, actor: Actor
) -> UUID:
    """Write the answer down; the key of the mail makes it the only one."""
    answer_id, (answered, references) = uuid4(), _thread(bytes(row["head"]))
    made = await tx.row(
        "INSERT INTO mail_answer (id, mail_id, invoice_id, contact_id, text, in_reply_to, thread_ids, made_by,"
        " made_by_id, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (mail_id) DO NOTHING RETURNING id",
        (
            answer_id,
            mail_id,
            row["invoice_id"],
            contact.id,
            text,
            answered,
            references,
            actor.name,
            actor.id,
            core.clock.now(),
        ),
    )
    if made is None:
        before = await tx.row("SELECT made_by FROM mail_answer WHERE mail_id = %s", (mail_id,))
        raise AnsweredBefore(before["made_by"] if before else "somebody")
    return answer_id


def _thread(head: bytes) -> tuple[str, list[str]]:
    """Return the Message-ID of a mail, empty where it has none of use, and all that an answer refers to."""
    headers, _ = mime.split(head)
    own = [each for each in returned.message_ids(headers, "message-id") if _plain(each)][:1]
    before = [each for each in returned.message_ids(headers, "references", "in-reply-to") if _plain(each)]
    thread = list(dict.fromkeys([*before, *own]))
    return (own[0] if own else ""), [*thread[:1], *thread[1:][-(MOST_REFERENCES - 1) :]]


def _plain(message_id: str) -> bool:
    """Tell whether a stranger's Message-ID may stand in a header of ours."""
    return message_id.isascii() and message_id.isprintable() and " " not in message_id


def _re(subject: str | None) -> str:
    """Return the subject of an answer, as mail programs write it."""
    heading = " ".join((subject or "").split())
    while heading.casefold().startswith("re:"):
        heading = heading[3:].strip()
    return f"Re: {heading[:LONGEST_SUBJECT]}" if heading else ""
