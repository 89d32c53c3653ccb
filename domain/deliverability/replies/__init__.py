"""Read what a person answered: a pure function from bytes to a ``Reply``; no clock, no network, no database.

It imports the standard library only, so it can be done by the reading process, which holds no secrets.
"""

from datetime import date

from domain.deliverability.replies.reply import Amount, Attachment, Day, Intent, IntentKind, Reply, Share

__all__ = ["Amount", "Attachment", "Day", "Intent", "IntentKind", "Reply", "Share", "read"]


def read(raw: bytes, *, today: date, language: str = "") -> Reply:
    """Read one answer.

    *today* is the day on which it came, at the merchant's. *language* is what is known of the writer, best as a locale
    (``en-US``): it tells how figures are meant. The language of the reply is guessed from the text in any case.
    """
    # imported here: most who know what a Reply is read none, and need not wait for the tables of wordings
    from domain.deliverability.reading import mime
    from domain.deliverability.replies import attachments, body, intents, trimming
    from domain.deliverability.replies.language import guess as guess_language

    text = body.readable(mime.opened(raw))
    trimmed = trimming.trim(text)
    spoken = guess_language(trimmed.new)
    return Reply(
        text=text,
        new=trimmed.new,
        quoted=trimmed.quoted,
        signature=trimmed.signature,
        intents=intents.intents(trimmed.new, today=today, language=language or spoken),
        attachments=attachments.listed(raw),
        language=spoken,
    )
