"""Snoozes: put a case off until a moment, for a reason, and take it up again before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot import asks, entered, sessions, words
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Values
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import case_forms as forms
from bot.views import snoozes as views
from domain.casework import snoozes
from domain.casework.refusals import SnoozeImpossible
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases
from domain.operations.cases import Case

EXAMPLE = "snooze INV-1042 until friday they are at a fair"


HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """One usual way to put a case off."""

    said: str
    until: Callable[[Core], datetime]
    reason: str


def _in_an_hour(core: Core) -> datetime:
    return core.clock.now() + HOUR


def _tomorrow(core: Core) -> datetime:
    return _opening(core, local_date(core.clock, core.merchant.zone) + timedelta(days=1))


def _monday(core: Core) -> datetime:
    today = local_date(core.clock, core.merchant.zone)
    return _opening(core, today + timedelta(days=7 - today.weekday()))


CHOICES: Mapping[str, Choice] = {
    "hour": Choice(phrase("1 hour"), _in_an_hour, phrase("later today")),
    "tomorrow": Choice(phrase("Tomorrow, {opens}"), _tomorrow, phrase("tomorrow")),
    "monday": Choice(phrase("Monday, {opens}"), _monday, phrase("next week")),
}
"""What the menu on a card offers, beside any other day."""


async def snooze(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo snooze INV-1042 until friday reason…``; what is missing is asked for in a form.

    Raises:
        Misunderstood: Invoice, end or reason is missing.
    """
    if len(ask.words) < 2:
        return forms.snooze(await _case(core, ask.words), ends=_ends(core), card=None)
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    read = words.until(rest, now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.office_opens)
    if read.at is None:
        raise Misunderstood(say("Until when? For example `/plixo {example}`.", example=EXAMPLE))
    reason = asks.reason(tuple(read.rest.split()), why=say("Why is it put off?"), example=EXAMPLE)
    event = await snoozes.snooze(core, invoice_number=number, until=read.at, reason=reason, actor=ask.actor)
    return answers.done(event, views.wake(event.invoice_id))


async def wake(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unsnooze INV-1042``."""
    number = asks.invoice_number(ask.words, example="unsnooze INV-1042")
    return answers.done(await snoozes.wake(core, invoice_number=number, actor=ask.actor))


async def press(core: Core, press: Press) -> Answer:
    """Answer a click on Snooze: do what was chosen from the menu, or show the form."""
    assert press.subject.invoice is not None, "the route asks for it"
    case = await cases.case(core, invoice_id=press.subject.invoice)
    choice = CHOICES.get(press.subject.seen or "")
    if choice is None:
        return forms.snooze(case, ends=_ends(core), card=press.subject.card, other=True)
    event = await snoozes.snooze(
        core, invoice_number=case.invoice_number, until=choice.until(core), reason=say(choice.reason), actor=press.actor
    )
    return answers.done(event, views.wake(event.invoice_id))


async def submit(core: Core, filled: Filled) -> Message:
    """Put the case off until what was entered."""
    case = await entered.case(core, filled)
    choice = None if filled.values.day("on") else CHOICES.get(filled.values.choice("end"))
    until = choice.until(core) if choice else _entered(core, filled.values)
    reason = filled.values.needed("reason", or_else=say("Say why it is put off, in a few words."))
    with entered.at_fields({"end" if choice else "on": (SnoozeImpossible,)}):
        event = await snoozes.snooze(
            core, invoice_number=case.invoice_number, until=until, reason=reason, actor=filled.actor
        )
    return answers.done(event, views.wake(event.invoice_id))


async def press_wake(core: Core, press: Press) -> Message:
    """Answer a click on Wake up."""
    assert press.subject.invoice is not None, "the route asks for it"
    number = await cases.number(core, invoice_id=press.subject.invoice)
    return answers.done(await snoozes.wake(core, invoice_number=number, actor=press.actor), replaces=True)


def offered(core: Core) -> Sequence[tuple[str, str]]:
    """Return the usual ends by name, as they are called."""
    opens = f"{core.limits.office_opens:%H:%M}"
    return [(name, say(each.said, opens=opens)) for name, each in CHOICES.items()]


def _ends(core: Core) -> Sequence[tuple[str, str, datetime]]:
    return [(name, said, CHOICES[name].until(core)) for name, said in offered(core)]


def _entered(core: Core, values: Values) -> datetime:
    """Return the moment that was entered.

    Raises:
        Misfilled: There is no day.
    """
    day = entered.day(values, "on", or_else=say("Until which day?"))
    at = values.clock("at")
    return datetime.combine(day, time.fromisoformat(at), core.merchant.zone) if at else _opening(core, day)


def _opening(core: Core, day: date) -> datetime:
    return datetime.combine(day, core.limits.office_opens, core.merchant.zone)


async def _case(core: Core, said: tuple[str, ...]) -> Case | None:
    return await cases.case(core, invoice_number=asks.invoice_number(said, example=EXAMPLE)) if said else None


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "snooze",
        "[INV until DAY reason…]",
        Permission.WORK_QUEUE,
        phrase("puts a case off"),
        EXAMPLE,
        snooze,
        opens=1,
    ),
    command(
        Group.WORK, "unsnooze", "INV", Permission.WORK_QUEUE, phrase("puts it back before"), "unsnooze INV-1042", wake
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SNOOZE: Route(Permission.WORK_QUEUE, sessions.pressed(press), ("invoice",), opens=True),
    Action.WAKE: Route(Permission.WORK_QUEUE, press_wake, ("invoice",)),
}

FORMS: Mapping[FormId, Form] = {
    FormId.SNOOZE: Form(Permission.WORK_QUEUE, sessions.filled(submit)),
}
