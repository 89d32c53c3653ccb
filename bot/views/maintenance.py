"""What holds mail back as a whole."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.outreach.gates import GateShown


def listed(gates: Sequence[GateShown]) -> Message:
    """Return the closed gates."""
    if not gates:
        sentence = "No gate is closed: mail leaves as usual."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(gates)} {'gate holds' if len(gates) == 1 else 'gates hold'} mail back."
    lines = [
        f"• *{text.foreign(each.name, limit=40)}*"
        + (f", segment {text.foreign(each.segment, limit=60)}" if each.segment else "")
        + f" holds {each.holds}, {f'until {text.moment(each.until)}' if each.until else 'until somebody opens it'}:"
        f" {text.said(each.reason, limit=120)} ({text.foreign(each.made_by, limit=40)})"
        for each in gates
    ]
    return Message(text=head, blocks=(blocks.section(f"*{head}*"), blocks.section(text.listed(lines, most=8))))
