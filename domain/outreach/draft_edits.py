"""Edits of drafts: words of one's own in the place of the letter's, and another contact of the customer to write to.

Greeting, invoices, amounts and payment links are not part of the words: they are set around them whatever is written,
so no edit can take the link away. Words may not bring a link of their own: a payer must be able to trust that every
link in a mail of ours is ours.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.deliverability import covering
from domain.deliverability.draft_events import LetterEdited
from domain.deliverability.models import Mailing, MailingItem
from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Rows, Transaction
from domain.outreach import composing, draft_editors, draft_lists, drafts, settling
from domain.outreach.refusals import RecipientRefused, WordsRefused

LONGEST_SUBJECT = 200
LONGEST_BODY = 10_000

MOST_RECIPIENTS = 50
"""Contacts of a customer among whom the recipient is chosen."""

_A_LINK = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

_RECIPIENTS = f"""
    SELECT c.id, c.name, c.email, c.email_key, c.role, c.id = m.contact_id AS chosen
    FROM mailing m JOIN contact c ON c.account_id = m.account_id AND c.state = 'active'
    WHERE m.id = %(mailing)s AND (%(contact)s::uuid IS NULL OR c.id = %(contact)s) AND (c.id = m.contact_id OR (
        {covering.free("c.email_key")}
        AND NOT EXISTS (SELECT FROM hold h WHERE h.contact_id = c.id AND h.state = 'active'
                        AND (h.until IS NULL OR h.until > %(now)s))
        AND NOT (m.asks AND EXISTS (SELECT FROM mailing o WHERE o.contact_id = c.id AND o.asks
                                    AND o.state IN ('drafted', 'queued')))))
    ORDER BY c.id <> m.contact_id, c.role <> 'billing', c.created_at, c.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact of the customer to whom a draft may go."""

    contact_id: UUID
    name: str
    address: str
    """Masked."""
    role: str
    chosen: bool
    """Whether it goes there as it is."""


async def recipients(core: Core, *, mailing_id: UUID, actor: Actor) -> tuple[Recipient, ...]:
    """Return whom a draft may go to, the one that it goes to first: contacts who may be mailed, and have no other wait.

    Raises:
        NotAllowed: The actor may not look at the books.
    """
    actor.require(Permission.VIEW)
    return tuple(
        Recipient(row["id"], row["name"], addresses.masked(row["email"]), row["role"], row["chosen"])
        for row in await _recipients(core, core.database, mailing_id)
    )


async def edit(
    core: Core,
    *,
    mailing_id: UUID,
    subject: str,
    body: str,
    actor: Actor,
    contact_id: UUID | None = None,
    seen: str | None = None,
) -> LetterEdited:
    """Put words of one's own in the place of the letter's, or write to another contact; somebody else approves it.

    Words that are as they were are not kept: the letter goes on to say what is true when it leaves, in its reader's
    language.

    Args:
        core: The core.
        mailing_id: The draft.
        subject: The new subject.
        body: The new words.
        actor: Who edits it.
        contact_id: Whom it goes to; None: as it was.
        seen: The ``wording`` of the draft that was edited, so that nobody writes over another's words.

    Raises:
        NotAllowed: The actor may not work the queue.
        WordsRefused: Empty, too long, with a link, written over somebody else's, or nothing is different.
        RecipientRefused: That contact is none of the customer's, may not be mailed, or has a reminder that waits.
        DraftNotFound: There is no such mail.
        NoDraft: It is no draft (any more).
    """
    actor.require(Permission.WORK_QUEUE)
    heading, words = _words(subject, body)
    try:
        async with core.transaction() as tx:
            mailing = await drafts.draft(tx, mailing_id)
            if seen is not None and seen != draft_lists.wording(
                mailing.edited_subject, mailing.edited_body, mailing.contact_id
            ):
                raise WordsRefused(
                    say("{who} changed it meanwhile; nothing was saved. Open it again.", who=mailing.edited_by or "—")
                )
            now = await composing.preview(core.within(tx), mailing_id=mailing_id)
            anew = (heading, words) != (_one_line(now.subject), _lines(now.words))
            was = mailing.address
            moved = await _readdressed(core, tx, mailing, contact_id)
            if not anew and not moved:
                raise WordsRefused(say("Nothing is different from before, so nothing was saved."))
            await _kept(mailing, actor, (heading, words) if anew else None)
            about = {**await settling.about(core, tx, mailing), **by(actor, core.clock.now())}
            event = LetterEdited(**about, before=addresses.masked(was) if moved else "")
            await timeline.record(core, tx, event)
    except IntegrityError:  # the planner queued a reminder to that contact between our look and our move
        raise RecipientRefused from None
    return event


async def _kept(mailing: Mailing, actor: Actor, words: tuple[str, str] | None) -> None:
    """Write down who edited the draft, and the words unless they are as they were."""
    editors = list(dict.fromkeys([*mailing.editors, draft_editors.mark(actor)]))
    changed = {"edited_by": actor.name, "edited_by_id": actor.id, "editors": editors}
    if words is not None:
        changed |= {"edited_subject": words[0], "edited_body": words[1]}
    await Mailing.filter(id=mailing.id).update(**changed)


async def _readdressed(core: Core, tx: Transaction, mailing: Mailing, contact_id: UUID | None) -> bool:
    """Let the draft go to another contact; False where it goes there already."""
    if contact_id is None or contact_id == mailing.contact_id:
        return False
    found = await _recipients(core, tx, mailing.id, contact_id=contact_id)
    if not found:
        raise RecipientRefused
    to = {"contact_id": contact_id, "address": found[0]["email"], "address_key": found[0]["email_key"]}
    await Mailing.filter(id=mailing.id).update(**to)
    # Its steps keep their keys: they are those of the contact for whom they were planned, who gets no second one.
    await MailingItem.filter(mailing_id=mailing.id, state="included").update(contact_id=contact_id)
    mailing.update_from_dict(to)
    return True


async def _recipients(core: Core, rows: Rows, mailing_id: UUID, *, contact_id: UUID | None = None) -> list[Row]:
    return await rows.rows(
        _RECIPIENTS,
        {"mailing": mailing_id, "contact": contact_id, "now": core.clock.now(), "limit": MOST_RECIPIENTS},
    )


def _words(subject: str, body: str) -> tuple[str, str]:
    heading, words = _one_line(subject), _lines(body)
    if not heading or not words:
        raise WordsRefused(say("A letter needs a subject and a text."))
    if len(heading) > LONGEST_SUBJECT or len(words) > LONGEST_BODY:
        raise WordsRefused(
            say("A subject has at most {subject} characters and a text {body}.",
                subject=str(LONGEST_SUBJECT), body=str(LONGEST_BODY))
        )  # fmt: skip
    if _A_LINK.search(heading) or _A_LINK.search(words):
        raise WordsRefused(say("Leave links out: the invoice's own payment link is added below whatever you write."))
    return heading, words


def _one_line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub("", text).split())


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in _UNPRINTABLE.sub("", text).replace("\r", "").split("\n")).strip()
