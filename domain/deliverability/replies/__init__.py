"""Read what a person answered: a pure function from bytes to a ``Reply``; no clock, no network, no database.

It imports the standard library only, so it can be done by the reading process, which holds no secrets.
"""

from datetime import date

from domain.deliverability.reading import mime
from domain.deliverability.replies import attachments, body, intents, language, trimming
from domain.deliverability.replies.reply import Amount, Attachment, Day, Intent, IntentKind, Reply, Share

__all__ = ["Amount", "Attachment", "Day", "Intent", "IntentKind", "Reply", "Share", "read"]


def read(raw: bytes, *, today: date) -> Reply:
    """Read one answer; *today* is the day on which it came, at the merchant's."""
    text = body.readable(mime.opened(raw))
    trimmed = trimming.trim(text)
    spoken = language.guess(trimmed.new)
    return Reply(
        text=text,
        new=trimmed.new,
        quoted=trimmed.quoted,
        signature=trimmed.signature,
        intents=intents.intents(trimmed.new, today=today, language=spoken),
        attachments=attachments.listed(raw),
        language=spoken,
    )
