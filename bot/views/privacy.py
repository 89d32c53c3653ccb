"""Erasures of people's data: what would go, what stays, and how far each is."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Block, Message
from domain.kernel import speech
from domain.kernel.speech import counted, say, say_as
from domain.operations.erasing.asking import Listed
from domain.operations.erasing.events import ErasureProposed
from domain.operations.erasing.subjects import Preview


def listed(found: Sequence[Listed]) -> Message:
    """Return the erasures, the newest first."""
    head = counted("{n} erasure of personal data", "{n} erasures of personal data", len(found))
    how = say("`/plixo privacy erase ADDRESS reason` asks for one; a second person approves it.")
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, found), most=40, tail=[blocks.context(how)]),
    )


def proposed(event: ErasureProposed, shown: Preview) -> Message:
    """Return that an erasure was asked for, with what it would come to."""
    head = say("Asked for: erasure #{number}. A second person approves it with `/plixo privacy approve {number}`.",
               number=str(event.number))  # fmt: skip
    total = sum(shown.stored.values())
    goes = counted("{n} entry goes for good.", "{n} entries go for good.", total)
    kept = "\n".join(f"• {say(name)}: {speech.number(count)}" for name, count in shown.kept.items())
    stays = say("*What stays, as the law and the books need it:*")
    shown_blocks = [blocks.section(head), blocks.section(goes), *([blocks.section(f"{stays}\n{kept}")] if kept else [])]
    return Message(text=head, blocks=tuple(shown_blocks))


def _line(each: Listed) -> Block:
    whose = say("data of a contact") if each.whom == "contact" else say("data of an operator who left")
    lines = [
        f"*#{each.number}*  {whose}  {_state(each.state)}",
        say("{at}, asked for by {name}: {reason}", at=text.moment(each.created_at),
            name=text.foreign(each.asked_by, limit=40), reason=text.foreign(each.reason, limit=150)),
    ]  # fmt: skip
    if each.done_at is not None:
        lines.append(counted("{n} entry was erased", "{n} entries were erased", sum(each.counts.values())))
    return blocks.section("\n".join(lines))


def _state(state: str) -> str:
    known = {
        "proposed": say_as("state of an erasure", "waits for a second person"),
        "running": say_as("state of an erasure", "running"),
        "done": say_as("state of an erasure", "done"),
        "declined": say_as("state of an erasure", "declined"),
    }
    return known[state]
