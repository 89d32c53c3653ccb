"""What holds mail back as a whole."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.kernel import kept
from domain.kernel.speech import counted, say, say_as
from domain.outreach.gates import GateShown, Holds


def listed(gates: Sequence[GateShown]) -> Message:
    """Return the closed gates."""
    if not gates:
        sentence = say("No gate is closed: mail leaves as usual.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted("{n} gate holds mail back.", "{n} gates hold mail back.", len(gates))
    lines = text.listed([f"• {_line(each)}" for each in gates], most=8)
    return Message(text=head, blocks=(blocks.section(f"*{head}*"), blocks.section(lines)))


def held(holds: str) -> str:
    """Return what a gate keeps back, in words."""
    match holds:
        case Holds.ALL_MAIL:
            return say_as("what a gate holds back", "all mail")
        case Holds.AUTOPILOT:
            return say_as("what a gate holds back", "autopilot")
        case _:
            return text.foreign(holds, limit=40)


def _line(gate: GateShown) -> str:
    name = f"*{text.foreign(kept.said(gate.name), limit=40)}*"
    if gate.segment:
        name = f"{name}, {say('segment {segment}', segment=text.foreign(gate.segment, limit=60))}"
    why = f"{text.said(kept.said(gate.reason), limit=120)} ({text.foreign(gate.made_by, limit=40)})"
    about = {"gate": name, "mail": held(gate.holds), "why": why}
    if gate.until:
        return say("{gate} holds {mail} until {moment}: {why}", moment=text.moment(gate.until), **about)
    return say("{gate} holds {mail} until somebody opens it: {why}", **about)
