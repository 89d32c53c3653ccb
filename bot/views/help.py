"""Help: made from the one table of commands, and only what the reader may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot import blocks, text
from bot.blocks import Message


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One command as help shows it."""

    group: str
    usage: str
    does: str
    example: str


def listed(lines: Sequence[HelpLine], *, roles: Sequence[str], note: str = "", detailed: bool = False) -> Message:
    """Return the commands that the reader may use, by what they are about; the details come with examples."""
    held = ", ".join(roles) or "no role"
    ordered = sorted(lines, key=lambda each: [line.group for line in lines].index(each.group))
    head = f"*What you may do* ({text.foreign(held, limit=200)}){'' if detailed else _begin(lines)}"
    more = () if detailed else (blocks.context("Examples: `/plixo help promise`. An invoice's number alone shows it."),)
    return Message(
        text=f"You have {text.foreign(held, limit=200)}; {len(lines)} commands are shown.",
        blocks=(
            blocks.section(head),
            *(
                blocks.section(f"*{group}*\n" + "\n".join(_line(each, detailed=detailed) for each in theirs))
                for group, theirs in groupby(ordered, key=lambda each: each.group)
            ),
            *more,
            *([blocks.context(text.said(note))] if note else ()),
        ),
    )


BEGIN = {"next": "the case that comes first", "queue": "all that needs somebody", "mails": "what customers wrote"}
"""With which commands a day begins, in their order."""


def _begin(lines: Sequence[HelpLine]) -> str:
    mine = {line.usage.split()[0] for line in lines}
    ways = [f"`/plixo {command}` {does}" for command, does in BEGIN.items() if command in mine]
    return f"\n*Begin here*: {', '.join(ways)}." if ways else ""


def _line(line: HelpLine, *, detailed: bool) -> str:
    example = f"\n      _e.g. /plixo {text.escape(line.example)}_" if detailed and line.example != line.usage else ""
    return f"`/plixo {text.escape(line.usage)}`  {text.escape(line.does)}{example}"
