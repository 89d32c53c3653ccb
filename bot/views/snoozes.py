"""Putting off: the menu on a card, and the way back."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids
from bot.blocks import Block
from domain.kernel.speech import say

OTHER = "other"


def menu(invoice_id: UUID, offered: Sequence[tuple[str, str]]) -> Block:
    """Return the menu of a card that puts its case off; *offered* are the usual ends by name."""
    ends = [*offered, (OTHER, say("Another day…"))]
    return blocks.menu(
        say("Snooze…"),
        action=ids.Action.SNOOZE,
        choices=[(said, ids.value(invoice_id=invoice_id, card=True, seen=name)) for name, said in ends],
    )


def wake(invoice_id: UUID) -> Block:
    """Return the button that ends it before its time."""
    return blocks.button(
        say("Wake up"),
        action=ids.Action.WAKE,
        value=ids.value(invoice_id=invoice_id),
        label=say("Put it back into the queue"),
    )
