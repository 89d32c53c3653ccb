"""What is said where people of another company read along: nothing but where to ask instead."""

from bot import blocks
from bot.blocks import Message

NOT_HERE = "Not here: people of another company read along in this channel. Write to me directly (Apps, Plixo)."


def not_here() -> Message:
    """Return the only answer that a command or a click gets in such a channel."""
    return Message(text=NOT_HERE, blocks=(blocks.section(NOT_HERE),))
