"""What is shown of the mail that came back: a list, and one mail with its reading."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.deliverability.authentications import Authentication
from domain.deliverability.reading import Reading
from domain.deliverability.refusals import AttachmentNotFound, MailNotFound, MailUnclear
from domain.deliverability.replies import Attachment, attachments
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.transactions import Row

MAX_LISTED = 200

_HEX = re.compile(r"[0-9a-f]{4,32}")
"""Fewer signs fit too many; nobody types them by intent."""


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail of the list."""

    id: UUID
    received_at: datetime
    state: str
    kind: str
    rule: str
    note: str
    size_bytes: int
    invoice_number: str | None
    unread: bool


@dataclass(frozen=True, slots=True)
class MailShown:
    """One mail with all that is known of it, for the eyes of an operator; addresses are not masked."""

    line: MailLine
    envelope_from: str
    sent_to: tuple[str, ...]
    reading: Reading | None
    body: bytes
    attachments: tuple[Attachment, ...] = ()
    """What it brought along, in its order."""
    authentication: Authentication | None = None
    """What SPF, DKIM and DMARC say of the sender, where that was asked."""


_LINE = """
    SELECT m.id, m.received_at, m.state, coalesce(m.reading->>'kind', '') AS kind,
           coalesce(m.reading->>'rule', '') AS rule, m.reason AS note, m.size_bytes, i.number AS invoice_number,
           m.seen_at IS NULL AS unread
    FROM inbound_mail m LEFT JOIN invoice i ON i.id = m.invoice_id
"""


async def mails(core: Core, *, unread: bool = False, state: str | None = None, limit: int = 50) -> list[MailLine]:
    """Return the newest mails, newest first; only unread ones, or only those in one state."""
    rows = await core.database.rows(
        f"{_LINE} WHERE (NOT %s OR m.seen_at IS NULL) AND (%s::text IS NULL OR m.state = %s)"
        " ORDER BY m.received_at DESC, m.id LIMIT %s",
        (unread, state, state, min(limit, MAX_LISTED)),
    )
    return [_line(row) for row in rows]


async def named(core: Core, *, text: str) -> UUID:
    """Return the id of the one stored mail whose id begins with that text, such as the eight signs that lists show.

    Raises:
        MailNotFound: None begins so, or the text is no id.
        MailUnclear: Several do.
    """
    digits = text.strip().casefold().replace("-", "")
    if not _HEX.fullmatch(digits):
        raise MailNotFound(text)
    found = await core.database.rows(
        "SELECT id FROM inbound_mail WHERE id BETWEEN %s::uuid AND %s::uuid LIMIT 2",
        (digits.ljust(32, "0"), digits.ljust(32, "f")),
    )
    if not found:
        raise MailNotFound(text)
    if len(found) > 1:
        raise MailUnclear(text)
    mail_id: UUID = found[0]["id"]
    return mail_id


async def attachment(core: Core, *, mail_id: UUID, place: int) -> tuple[Attachment, bytes]:
    """Return one attachment of a mail with its content, as the sender sent it: anything may be in it.

    Args:
        core: The core.
        mail_id: The mail.
        place: Which of them, from 1, in the order in which the mail has them.

    Raises:
        MailNotFound: No stored mail has that id.
        AttachmentNotFound: It has no such attachment.
    """
    row = await core.database.row("SELECT body FROM inbound_mail WHERE id = %s", (mail_id,))
    if row is None:
        raise MailNotFound(str(mail_id))
    found = attachments.listed(bytes(row["body"]))
    if not 1 <= place <= len(found):
        raise AttachmentNotFound(len(found))
    return found[place - 1], attachments.content(bytes(row["body"]), place - 1)


async def mail(core: Core, *, mail_id: str) -> MailShown:
    """Return one mail with its reading.

    Raises:
        MailNotFound: No stored mail has that id.
    """
    try:
        wanted = UUID(mail_id)
    except ValueError:
        raise MailNotFound(mail_id) from None
    line = await core.database.row(f"{_LINE} WHERE m.id = %s", (wanted,))
    row = await core.database.row(
        "SELECT envelope_from, sent_to, reading, body, authentication FROM inbound_mail WHERE id = %s", (wanted,)
    )
    if line is None or row is None:
        raise MailNotFound(mail_id)
    return MailShown(
        _line(line),
        row["envelope_from"],
        tuple(row["sent_to"]),
        _reading(row["reading"]),
        bytes(row["body"]),
        attachments.listed(bytes(row["body"])),
        Authentication.from_json(row["authentication"]) if row["authentication"] else None,
    )


def _line(row: Row) -> MailLine:
    return MailLine(**{**row, "note": sentences.said(row["note"])})


def _reading(value: Any) -> Reading | None:
    if value is None:
        return None
    return Reading.from_json(json.loads(value) if isinstance(value, str) else value)
