"""What a person is told about a suppressed address."""

from bot import blocks, text
from bot.blocks import Message
from domain.deliverability.events import SuppressionLifted


def lifted(event: SuppressionLifted) -> Message:
    """Return the answer to the one who lifted it."""
    sentence = f"{text.foreign(event.address)} may be mailed again: {text.said(event.reason, limit=200)}"
    return Message(text=sentence, blocks=(blocks.section(sentence),))
