"""What is said where people of another company read along: nothing but where to ask instead."""

from bot import blocks
from bot.blocks import Message
from domain.kernel.speech import say


def not_here() -> Message:
    """Return the only answer that a command or a click gets in such a channel."""
    sentence = say(
        "Not here: people of another company read along in this channel. Write to me directly (Apps, Plixo)."
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))
