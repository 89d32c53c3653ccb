"""Conversations: what a person wrote to us, whose it is, and which of its wishes are left."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.casework.events import MailAssigned
from domain.deliverability.authentications import Authentication
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.replies import Attachment, Intent, IntentKind, Reply
from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound

MOST_LISTED = 50

PROVEN = frozenset({"token", "reference", "quoted token"})
"""Ways in which a mail is known to answer one of ours; by its sender alone it is only claimed."""

MOST_GUESSES = 4
"""Of a mail, the likeliest first, are shown and waited for."""

MOST_BESIDE = 10
"""Of the other invoices that a mail may be about."""


@dataclass(frozen=True, slots=True)
class Beside:
    """An open invoice that a mail may be about as well: our message asked for it too."""

    number: str
    open: Money


@dataclass(frozen=True, slots=True)
class MailCard:
    """One mail of a person with all that is needed to answer it; addresses are masked."""

    id: UUID
    received_at: datetime
    sender: str
    subject: str
    text: str
    """The new text, or all of it where the parts could not be told from each other."""
    rest: str
    """What it quotes, and the signature."""
    guesses: tuple[Intent, ...]
    attachments: tuple[Attachment, ...]
    thread: str
    account_name: str | None
    invoice_number: str | None
    currency: str | None
    beside: tuple[Beside, ...]
    """Other open invoices that the message asked for which it answers; all of the customer's where none is known."""
    answered: bool
    waits_until: datetime | None
    """When reminders go on even so, since the mail is the customer's by its sender alone; None: not by themselves."""
    authentication: str
    """What SPF, DKIM and DMARC say of its sender, where that was asked."""
    stamp: str
    """Names this reading of the mail; a guess of an older one is not taken."""
    known_writer: bool = False
    """Whether the sender is a contact of the customer, and so can be answered."""
    answer: str = ""
    """What was written back."""
    answered_by: str = ""
    noted: frozenset[int] = frozenset()
    """Which of the guesses somebody has noted, from 1."""

    @property
    def left(self) -> tuple[Intent, ...]:
        """The wishes that nobody has noted yet; empty where the mail is dealt with."""
        return () if self.answered else self.others(frozenset())

    def others(self, places: frozenset[int]) -> tuple[Intent, ...]:
        """Return the wishes that are left once the guesses at these places are noted, too."""
        return tuple(
            each
            for place, each in enumerate(self.guesses[:MOST_GUESSES], 1)
            if place not in self.noted | places
            and each.kind is not IntentKind.OTHER
            and not (each.kind is IntentKind.QUESTION and self.answer)
        )


_CARD = f"""
    SELECT m.id, m.received_at, m.reading, m.reply, m.thread, m.seen_at IS NOT NULL AS answered, a.name AS account_name,
           m.reading->>'sender' AS sender, m.noted, m.waits_until, m.authentication,
           w.text AS answer, w.made_by AS answered_by,
           a.id AS account_id, i.id AS invoice_id, i.number AS invoice_number, i.currency, i.open_minor,
           (SELECT c.id FROM contact c WHERE c.account_id = m.account_id AND c.state = 'active'
            AND c.email_key = lower(m.reading->>'sender')) AS contact_id,
           (SELECT jsonb_agg(jsonb_build_array(b.number, b.open_minor, b.currency)) FROM (
                SELECT o.number, o.open_minor, o.currency FROM invoice o
                WHERE o.account_id = m.account_id AND o.state = 'open' AND o.id IS DISTINCT FROM m.invoice_id
                  AND (m.invoice_id IS NULL OR EXISTS (SELECT FROM mailing_item t WHERE t.mailing_id = m.mailing_id
                                                       AND t.invoice_id = o.id AND t.state = 'included'))
                ORDER BY o.due_on, o.number LIMIT {MOST_BESIDE}) b) AS beside
    FROM inbound_mail m LEFT JOIN account a ON a.id = m.account_id LEFT JOIN invoice i ON i.id = m.invoice_id
    LEFT JOIN mail_answer w ON w.mail_id = m.id
"""


async def card(core: Core, *, mail_id: UUID) -> MailCard:
    """Return one mail that a person wrote.

    Raises:
        MailNotFound: No stored mail has that id, or it was not written by a person.
    """
    return read(await stored(core, mail_id))


async def waiting(core: Core, *, limit: int = MOST_LISTED) -> tuple[MailCard, ...]:
    """Return what people wrote and nobody has dealt with, the oldest first."""
    rows = await core.database.rows(
        f"{_CARD} WHERE m.seen_at IS NULL AND m.reading->>'kind' = 'human' ORDER BY m.received_at, m.id LIMIT %s",
        (min(limit, MOST_LISTED),),
    )
    return tuple(read(row) for row in rows)


async def assign(core: Core, *, mail_id: UUID, invoice_number: str, actor: Actor) -> MailAssigned:
    """Say which invoice a mail is about; reminders to that customer then wait until it is dealt with.

    Raises:
        NotAllowed: The actor may not work the queue.
        MailNotFound: No stored mail has that id.
        InvoiceNotFound: No invoice has that number.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        invoice = await tx.row(
            "SELECT id, number, account_id FROM invoice WHERE number_key = %s FOR KEY SHARE",  # waits for a merger
            (invoices.number_key(invoice_number),),
        )
        if invoice is None:
            raise InvoiceNotFound(invoice_number)
        moved = await tx.row(
            "UPDATE inbound_mail SET account_id = %s, invoice_id = %s, thread = 'person', waits_until = NULL"
            " WHERE id = %s RETURNING id",
            (invoice["account_id"], invoice["id"], mail_id),
        )
        if moved is None:
            raise MailNotFound(str(mail_id))
        event = MailAssigned(
            mail_id=mail_id, invoice_id=invoice["id"], invoice_number=invoice["number"],
            account_id=invoice["account_id"], **by(actor, core.clock.now()))  # fmt: skip
        await timeline.record(core, tx, event)
    return event


def named(guess: Intent, mail: MailCard) -> tuple[str, ...]:
    """Return which of the invoices that a mail may be about a guess names; empty where it names none of them."""
    written = {invoices.number_key(each) for each in guess.invoices}
    known = ((mail.invoice_number,) if mail.invoice_number else ()) + tuple(each.number for each in mail.beside)
    return tuple(each for each in known if invoices.number_key(each) in written)


def mark(guess: Intent) -> str:
    """Return what names a guess however often its mail is read again: what it is, and where its words stand."""
    return f"{guess.kind.value}@{guess.start}"


async def stored(core: Core, mail_id: UUID) -> Row:
    """Return a mail that a person wrote, as it is stored, with whose it is.

    Raises:
        MailNotFound: No stored mail has that id, or it was not written by a person.
    """
    row = await core.database.row(f"{_CARD} WHERE m.id = %s AND m.reading->>'kind' = 'human'", (mail_id,))
    if row is None:
        raise MailNotFound(str(mail_id))
    return row


def read(row: Row) -> MailCard:
    """Return what is shown of a stored mail."""
    reading, reply = _reading(row), _reply(row)
    guesses_ = reply.intents if reply else ()
    stamp = hashlib.sha256(json.dumps(reply.as_json() if reply else None, sort_keys=True).encode()).hexdigest()[:16]
    return MailCard(
        id=row["id"],
        received_at=row["received_at"],
        sender=addresses.masked(row["sender"] or ""),
        subject=reading.get("subject", ""),
        text=(reply.new.strip() or reply.text.strip()) if reply else "",
        rest="\n".join(each for each in (reply.signature, reply.quoted) if each.strip()) if reply else "",
        guesses=guesses_,
        attachments=tuple(each for each in reply.attachments if not each.inline) if reply else (),
        thread=row["thread"],
        account_name=row["account_name"],
        invoice_number=row["invoice_number"],
        currency=row["currency"],
        beside=tuple(Beside(number, Money(minor, currency)) for number, minor, currency in _list(row["beside"])),
        answered=row["answered"],
        waits_until=row["waits_until"],
        authentication=Authentication.from_json(row["authentication"]).told() if row["authentication"] else "",
        stamp=stamp,
        known_writer=row["contact_id"] is not None,
        answer=row["answer"] or "",
        answered_by=row["answered_by"] or "",
        noted=frozenset(place for place, each in enumerate(guesses_, 1) if mark(each) in row["noted"]),
    )


def _reading(row: Row) -> dict[str, Any]:
    return _plain(row["reading"])


def _reply(row: Row) -> Reply | None:
    return Reply.from_json(_plain(row["reply"])) if row["reply"] is not None else None


def _list(value: Any) -> list[Any]:
    found: list[Any] = json.loads(value) if isinstance(value, str) else value or []
    return found


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found
