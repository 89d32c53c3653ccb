"""Who is away, and who has how much to do."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot import blocks, inputs, text
from bot.blocks import Message
from bot.ids import FormId
from bot.modals import Modal
from domain.casework.absences import Away
from domain.casework.workloads import Workload
from domain.kernel.speech import counted, say, say_as

LINES_SHOWN = 30

NOTE_LENGTH = 300


def listed(absences: Sequence[Away]) -> Message:
    """Return who is away or will be, the soonest first."""
    if not absences:
        sentence = say("Nobody is away. Plan it: `/plixo away from monday until friday deputy @ben`")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    lines = [_absence(each) for each in absences]
    head = counted("{n} absence planned.", "{n} absences planned.", len(absences))
    return Message(text=head, blocks=(blocks.section(f"*{head}*"), blocks.section(text.listed(lines, most=15))))


def form(absences: Sequence[Away], *, today: date) -> Modal:
    """Return the form that plans an absence; who is away already stands above."""
    others = (blocks.section(text.listed([_absence(each) for each in absences], most=5)),) if absences else ()
    return Modal(
        title=say_as("a person", "Away"),
        form=FormId.AWAY,
        submit=say("Plan it"),
        blocks=(
            *others,
            inputs.day("from", say_as("a day", "From"), initial=today + timedelta(days=1)),
            inputs.day("until", say("To, with that day"), initial=None),
            inputs.person("deputy", say("Who stands in?")),
            inputs.text("note", say("A word for them"), lines=True, most=NOTE_LENGTH, optional=True),
            blocks.context(
                say(
                    "Queue, tasks, disputes and promises of yours are theirs meanwhile, and yours again afterwards."
                    " Back earlier: `/plixo away end`."
                )
            ),
        ),
    )


def _absence(away: Away) -> str:
    note = f" ({text.foreign(away.note, limit=120)})" if away.note else ""
    told = say(
        "*{person}*, {start} to {end}: {deputy} stands in",
        person=text.foreign(away.person, limit=40),
        start=text.moment(away.from_at),
        end=text.moment(away.until),
        deputy=text.foreign(away.deputy, limit=40),
    )
    return f"• {told}{note}"


def workloads(loads: Sequence[Workload]) -> Message:
    """Return who has how much to do."""
    lines = [_load(each) for each in loads]
    head = counted("{n} person works the queue.", "{n} people work the queue.", len(loads))
    nobody = say("Nobody owns a customer yet: `/plixo assign NAME to @ben`")
    shown = text.listed(lines, most=LINES_SHOWN, empty=nobody)
    return Message(text=head, blocks=(blocks.section(say("*Who has how much to do*")), blocks.section(shown)))


def _load(load: Workload) -> str:
    name = text.foreign(load.person, limit=40) if load.person_id else say("nobody's customers")
    parts = (
        say("{waiting} waiting ({urgent} urgent)", waiting=load.waiting, urgent=load.urgent),
        text.said(load.exposure_told),
        counted("{n} customer", "{n} customers", load.accounts),
        counted("{n} task", "{n} tasks", load.tasks),
        say("{n} in hand", n=load.in_hand),
        say("{n} taken up today", n=load.taken_today),
    )
    return f"• *{name}*: {', '.join(parts)}{_away(load)}"


def _away(load: Workload) -> str:
    if not load.away_until:
        return ""
    until, deputy = text.moment(load.away_until), text.foreign(load.deputy, limit=40)
    return "; " + say("away until {until}, {deputy} stands in", until=until, deputy=deputy)
