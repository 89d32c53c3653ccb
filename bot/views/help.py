"""Help: made from the one table of commands, and only what the reader may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import blocks, text
from bot.blocks import Message


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One command as help shows it."""

    usage: str
    does: str
    example: str


def listed(lines: Sequence[HelpLine], *, roles: Sequence[str], note: str = "") -> Message:
    """Return the commands that the reader may use."""
    held = ", ".join(roles) or "no role"
    commands = "\n".join(
        f"`/plixo {text.escape(line.usage)}`  {text.escape(line.does)}"
        + (f"  _e.g. /plixo {text.escape(line.example)}_" if line.example != line.usage else "")
        for line in lines
    )
    return Message(
        text=f"You have {text.foreign(held, limit=200)}; {len(lines)} commands are yours.",
        blocks=(
            blocks.section(f"*What you may do* ({text.foreign(held, limit=200)})\n{commands}"),
            *([blocks.context(text.said(note))] if note else ()),
        ),
    )
