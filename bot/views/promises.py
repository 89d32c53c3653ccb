"""Promises as the operators see them: why nothing is left to promise."""

from bot import blocks, text
from bot.blocks import Message
from domain.commitments.pauses import Paused


def nothing_left(number: str, paused: Paused) -> Message:
    """Return why nothing of an invoice may be promised."""
    why = f" ({text.said(paused.why, limit=300)})" if paused.why else ""
    sentence = f"Nothing of {text.foreign(number)} is left to promise{why}."
    return Message(text=sentence, blocks=(blocks.section(sentence),))
