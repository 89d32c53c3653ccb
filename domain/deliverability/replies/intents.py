"""Guess what the writer of an answer wants, from its new text alone."""

from datetime import date

from domain.deliverability.replies.reply import Intent


def intents(new_text: str, *, today: date, language: str = "") -> tuple[Intent, ...]:
    """Return the guesses, the surest first."""
    return ()
