"""Composing: a mailing's letter, written from what the ledger says at this moment and in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import letters
from domain.deliverability import return_paths, unsubscribes
from domain.deliverability.models import Mailing
from domain.deliverability.refusals import MailingNotFound
from domain.kernel.core import Core
from domain.ledger.receipts import IssuedReceipt
from domain.letters import Edited, Letter
from domain.outreach import contents, fact_sheets
from domain.outreach.facts import ItemFacts

BY_HAND = frozenset({"mail-answered", "dispute-question"})
"""Letters whose words a person wrote to one reader."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation to which an answer belongs that a person wrote."""

    answers: str
    """The Message-ID of the mail that is answered; empty where it has none."""
    references: tuple[str, ...]
    """Earlier mails of it, the oldest first."""


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail, ready for the wire."""

    mailing_id: UUID
    to: str
    to_name: str
    letter: Letter
    message_id: str
    reply_to: str
    unsubscribe: str | None
    """The address to which a mail ends the reminders; only in what asks for money."""
    attachments: tuple[Attachment, ...]
    unsubscribe_page: str | None = None
    """Where one click does the same (RFC 8058)."""
    thread: Thread | None = None
    """Of a mail that a person wrote; all others are written by the product."""
    pictures: tuple[Attachment, ...] = ()
    """What the HTML shows besides the logo, each by its name as its Content-ID."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A mail that is about to leave."""

    mailing: Mailing
    """Its own link is issued."""
    items: Sequence[ItemFacts] = ()
    """The invoices that a reminder is about, as the guardrails saw them; none for an answer."""
    receipt: IssuedReceipt | None = None
    """The receipt that goes with it."""


async def composed(
    core: Core, mailing: Mailing, items: Sequence[ItemFacts], receipt: IssuedReceipt | None
) -> OutgoingMail:
    """Write one mail; see ``composed_all``."""
    return (await composed_all(core, [Leaving(mailing, items, receipt)]))[mailing.id]


async def composed_all(
    core: Core, leaving: Sequence[Leaving], *, issued: Mapping[UUID, UUID] | None = None
) -> dict[UUID, OutgoingMail]:
    """Write the mails. The caller holds the locks in whose shelter their items were read and judged.

    Args:
        core: The core.
        leaving: The mails.
        issued: Links that are not written down yet, by their items.
    """
    if not leaving:
        return {}
    read = await contents.read(core, [(each.mailing, each.items) for each in leaving], issued=issued)
    threads = await _threads(core, [each.mailing for each in leaving])
    return {each.mailing.id: await _composed(core, each, read, threads) for each in leaving}


async def _threads(core: Core, mails: Sequence[Mailing]) -> Mapping[UUID, Thread]:
    """Return the conversations to which answers of people belong, by the answers' ids."""
    written = [each.about_id for each in mails if each.letter in BY_HAND]
    if not written:
        return {}
    rows = await core.database.rows(
        "SELECT id, in_reply_to, thread_ids FROM mail_answer WHERE id = ANY(%(written)s)"
        " UNION ALL SELECT id, in_reply_to, thread_ids FROM dispute_question WHERE id = ANY(%(written)s)",
        {"written": written},
    )
    return {row["id"]: Thread(row["in_reply_to"], tuple(row["thread_ids"])) for row in rows}


async def _composed(core: Core, leaving: Leaving, read: contents.Read, threads: Mapping[UUID, Thread]) -> OutgoingMail:
    mailing, receipt = leaving.mailing, leaving.receipt
    page = _unsubscribe_page(core, mailing) if mailing.asks else ""
    writing = await contents.of(core, mailing, leaving.items, receipt, opt_out_link=page, read_before=read)
    day = core.clock.now().date()
    attachments = (Attachment(f"{receipt.number}.pdf", "application/pdf", receipt.pdf),) if receipt else ()
    return OutgoingMail(
        mailing_id=mailing.id,
        to=mailing.address,
        to_name=writing.to_name,
        letter=_letter(core, mailing, writing),
        message_id=mailing.message_id,
        reply_to=return_paths.reply_address(core, mailing_id=mailing.id, day=day),
        unsubscribe=return_paths.unsubscribe_address(core, mailing_id=mailing.id, day=day) if mailing.asks else None,
        attachments=attachments,
        unsubscribe_page=page or None,
        thread=threads.get(mailing.about_id) if mailing.about_id else None,
    )


async def preview(core: Core, *, mailing_id: UUID) -> Letter:
    """Return the letter as it would leave now; links that are made only then are shown as an example.

    Raises:
        MailingNotFound: There is no such mailing.
    """
    mailing = await Mailing.get_or_none(id=mailing_id)
    if mailing is None:
        raise MailingNotFound(mailing_id)
    facts = (await fact_sheets.read(core, core.database, mailing_ids=[mailing_id]))[mailing_id]
    page = f"{core.merchant.public_url}/u/…" if mailing.asks else ""  # whoever looks must not opt the payer out
    example = f"{core.merchant.public_url}/l/…"
    writing = await contents.of(core, mailing, facts.items, None, opt_out_link=page, example_link=example)
    return _letter(core, mailing, writing)


def _letter(core: Core, mailing: Mailing, writing: contents.Writing) -> Letter:
    edited = None
    if mailing.edited_subject or mailing.edited_body:
        edited = Edited(mailing.edited_subject or "", mailing.edited_body or "")
    return letters.render(
        writing.letter,
        writing.contents,
        tone=writing.tone,
        language=writing.language,
        folder=core.merchant.letters_folder,
        edited=edited,
    )


def _unsubscribe_page(core: Core, mailing: Mailing) -> str:
    return unsubscribes.page(core, mailing_id=mailing.id, day=core.clock.now().date())
