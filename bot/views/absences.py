"""Who is away, and who has how much to do."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.casework.absences import Away
from domain.casework.workloads import Workload

LINES_SHOWN = 30


def listed(absences: Sequence[Away]) -> Message:
    """Return who is away or will be, the soonest first."""
    if not absences:
        sentence = "Nobody is away. Plan it: `/plixo away from monday until friday deputy @ben`"
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    lines = [
        f"• *{text.foreign(each.person, limit=40)}*, {text.moment(each.from_at)} to {text.moment(each.until)}:"
        f" {text.foreign(each.deputy, limit=40)} stands in"
        for each in absences
    ]
    head = f"{len(absences)} {'absence' if len(absences) == 1 else 'absences'} planned."
    return Message(text=head, blocks=(blocks.section(f"*{head}*"), blocks.section(text.listed(lines, most=15))))


def workloads(loads: Sequence[Workload]) -> Message:
    """Return who has how much to do."""
    lines = [_load(each) for each in loads]
    head = f"{len(loads)} {'person works' if len(loads) == 1 else 'people work'} the queue."
    shown = text.listed(lines, most=LINES_SHOWN, empty="Nobody owns a customer yet: `/plixo assign NAME to @ben`")
    return Message(text=head, blocks=(blocks.section("*Who has how much to do*"), blocks.section(shown)))


def _load(load: Workload) -> str:
    name = text.foreign(load.person, limit=40) if load.person else "nobody's customers"
    away = ""
    if load.away_until:
        away = f"; away until {text.moment(load.away_until)}, {text.foreign(load.deputy, limit=40)} stands in"
    return (
        f"• *{name}*: {load.waiting} waiting ({load.urgent} urgent), {load.exposure_told}, {load.accounts} customers,"
        f" {load.tasks} tasks, {load.in_hand} in hand, {load.taken_today} taken up today"
        f"{away}"
    )
