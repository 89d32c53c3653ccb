"""News: what happened, as a line in a case's thread or as a message of its own."""

from collections.abc import Sequence
from itertools import accumulate

from bot import blocks, text
from bot.blocks import Message
from domain.kernel.events import Event

MOST_CHARACTERS = 11_000
"""Of the lines of one message; what does not fit stands in the invoice's history."""


def in_thread(events: Sequence[Event], *, invoice_number: str) -> Message:
    """Return the lines for the thread of a case, one for each event."""
    number = text.foreign(invoice_number)
    lines = [_line(event) for event in events]
    lengths = accumulate(len(line) for line in lines)
    shown = [line for line, length in zip(lines, lengths, strict=True) if length <= MOST_CHARACTERS]
    left = len(lines) - len(shown)
    first = text.said(events[0].told(), limit=300)
    more = f" … +{len(events) - 1} more" if len(events) > 1 else ""
    return Message(
        text=f"{number}: {first}{more}",
        blocks=(
            *(blocks.section(line) for line in shown),
            *([blocks.context(f"… +{left} more, see `/plixo invoice {number}`")] if left else ()),
        ),
    )


def alone(event: Event) -> Message:
    """Return the message about something that belongs to no invoice."""
    return Message(text=text.said(event.told()), blocks=(blocks.section(_line(event)),))


def _line(event: Event) -> str:
    return f"{text.said(event.told(), limit=500)}\n_{text.foreign(event.actor, limit=40)}, {text.moment(event.at)}_"
