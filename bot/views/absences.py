"""Who is away, and who has how much to do."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot import blocks, inputs, text
from bot.blocks import Message
from bot.ids import FormId
from bot.modals import Modal
from domain.casework.absences import Away
from domain.casework.workloads import Workload

LINES_SHOWN = 30

NOTE_LENGTH = 300


def listed(absences: Sequence[Away]) -> Message:
    """Return who is away or will be, the soonest first."""
    if not absences:
        sentence = "Nobody is away. Plan it: `/plixo away from monday until friday deputy @ben`"
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    lines = [_absence(each) for each in absences]
    head = f"{len(absences)} {'absence' if len(absences) == 1 else 'absences'} planned."
    return Message(text=head, blocks=(blocks.section(f"*{head}*"), blocks.section(text.listed(lines, most=15))))


def form(absences: Sequence[Away], *, today: date) -> Modal:
    """Return the form that plans an absence; who is away already stands above."""
    others = (blocks.section(text.listed([_absence(each) for each in absences], most=5)),) if absences else ()
    return Modal(
        title="Away",
        form=FormId.AWAY,
        submit="Plan it",
        blocks=(
            *others,
            inputs.day("from", "From", initial=today + timedelta(days=1)),
            inputs.day("until", "To, with that day", initial=None),
            inputs.person("deputy", "Who stands in?"),
            inputs.text("note", "A word for them", lines=True, most=NOTE_LENGTH, optional=True),
            blocks.context(
                "Queue, tasks, disputes and promises of yours are theirs meanwhile, and yours again afterwards."
                " Back earlier: `/plixo away end`."
            ),
        ),
    )


def _absence(away: Away) -> str:
    note = f" ({text.foreign(away.note, limit=120)})" if away.note else ""
    return (
        f"• *{text.foreign(away.person, limit=40)}*, {text.moment(away.from_at)} to {text.moment(away.until)}:"
        f" {text.foreign(away.deputy, limit=40)} stands in{note}"
    )


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
