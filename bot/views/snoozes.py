"""Putting off: the choices, and the way back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message


def choices(number: str, invoice_id: UUID, offered: Sequence[tuple[str, datetime, str]]) -> Message:
    """Return the ends and reasons among which a person chooses by a click."""
    shown = text.foreign(number)
    head = f"Until when is {shown} put off, and why?"
    return Message(
        text=head,
        blocks=(
            blocks.section(f"*{head}*"),
            *(
                blocks.section(
                    f"{text.moment(until)}: {text.said(reason)}",
                    accessory=blocks.button(
                        "Snooze",
                        action=ids.Action.SNOOZE,
                        value=ids.value(invoice_id=invoice_id, seen=name),
                        label=f"Snooze {text.plain(number, limit=40)}: {reason}",
                    ),
                )
                for name, until, reason in offered
            ),
            blocks.context(f"Or say it in your own words: `/plixo snooze {shown} until friday reason…`"),
        ),
    )


def wake(invoice_id: UUID) -> Block:
    """Return the button that ends it before its time."""
    return blocks.button(
        "Wake up", action=ids.Action.WAKE, value=ids.value(invoice_id=invoice_id), label="Put it back into the queue"
    )
