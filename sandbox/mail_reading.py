"""Read a kept mail for show: its headers, its text and HTML, its attachments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail."""

    place: int
    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail as a reader shows it."""

    subject: str
    sender: str
    recipient: str
    reply_to: str
    message_id: str
    date: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...]


def parsed(raw: bytes) -> EmailMessage:
    """Return the mail as the standard library reads it."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage), "the default policy makes such messages"
    return message


def read(raw: bytes) -> ReadMail:
    """Return a mail as a reader shows it; what cannot be decoded is shown as well as can be."""
    message = parsed(raw)
    texts = [part for part in _leaves(message) if not _is_attachment(part)]
    return ReadMail(
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        recipient=_header(message, "To"),
        reply_to=_header(message, "Reply-To"),
        message_id=_header(message, "Message-ID"),
        date=_header(message, "Date"),
        text=_first(texts, "text/plain"),
        html=_first(texts, "text/html"),
        headers=tuple((name, re.sub(r"\r?\n", "\n", str(value))) for name, value in message.raw_items()),
        attachments=tuple(
            Attachment(place, part.get_filename() or "attachment", part.get_content_type(), _bytes(part))
            for place, part in enumerate(part for part in _leaves(message) if _is_attachment(part))
        ),
    )


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    for count, part in enumerate(message.walk()):
        if count < MOST_PARTS and not part.is_multipart() and isinstance(part, EmailMessage):
            yield part


def _is_attachment(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or not part.get_content_type().startswith("text/")


def _first(parts: list[EmailMessage], content_type: str) -> str:
    for part in parts:
        if part.get_content_type() == content_type:
            try:
                return str(part.get_content())
            except (LookupError, UnicodeError):
                return _bytes(part).decode("utf-8", "replace")
    return ""


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, LookupError, IndexError, AttributeError):
        return ""  # the standard library stumbles over some malformed headers


def header_block(raw: bytes) -> bytes:
    """Return the raw headers, which a bounce sends back."""
    return re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0] + b"\r\n"
