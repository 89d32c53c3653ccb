"""Snoozes: put a case off until a moment, for a reason, and take it up again before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import snoozes as views
from domain.casework import snoozes
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.operations import cases

EXAMPLE = "snooze INV-1042 until friday they are at a fair"


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to put a case off by a click."""

    days: int
    reason: str


CHOICES: Mapping[str, Choice] = {
    "tomorrow": Choice(1, "nobody answered; try again tomorrow"),
    "three-days": Choice(3, "they call back"),
    "week": Choice(7, "waiting for documents"),
}


async def snooze(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo snooze INV-1042 until friday reason…``.

    Raises:
        Misunderstood: Invoice, end or reason is missing.
    """
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    read = words.until(rest, now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.office_opens)
    if read.at is None:
        raise Misunderstood(f"Until when? For example `/plixo {EXAMPLE}`.")
    reason = asks.reason(tuple(read.rest.split()), why="Why is it put off?", example=EXAMPLE)
    event = await snoozes.snooze(core, invoice_number=number, until=read.at, reason=reason, actor=ask.actor)
    return answers.done(event, views.wake(event.invoice_id))


async def wake(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unsnooze INV-1042``."""
    number = asks.invoice_number(ask.words, example="unsnooze INV-1042")
    return answers.done(await snoozes.wake(core, invoice_number=number, actor=ask.actor))


async def press(core: Core, press: Press) -> Message:
    """Answer a click on Snooze: offer choices, or do the one that was chosen."""
    assert press.subject.invoice is not None, "the route asks for it"
    number = await cases.number(core, invoice_id=press.subject.invoice)
    choice = CHOICES.get(press.subject.seen or "")
    if choice is None:
        offered = [(name, _end(core, each), each.reason) for name, each in CHOICES.items()]
        return views.choices(number, press.subject.invoice, offered)
    event = await snoozes.snooze(
        core, invoice_number=number, until=_end(core, choice), reason=choice.reason, actor=press.actor
    )
    return answers.done(event, views.wake(event.invoice_id), replaces=True)


async def press_wake(core: Core, press: Press) -> Message:
    """Answer a click on Wake up."""
    assert press.subject.invoice is not None, "the route asks for it"
    number = await cases.number(core, invoice_id=press.subject.invoice)
    return answers.done(await snoozes.wake(core, invoice_number=number, actor=press.actor), replaces=True)


def _end(core: Core, choice: Choice) -> datetime:
    zone = core.merchant.zone
    return datetime.combine(local_date(core.clock, zone) + timedelta(days=choice.days), core.limits.office_opens, zone)


COMMANDS: tuple[Command, ...] = (
    command(Group.WORK, "snooze", "INV until DAY reason…", Permission.WORK_QUEUE, "puts a case off", EXAMPLE, snooze),
    command(Group.WORK, "unsnooze", "INV", Permission.WORK_QUEUE, "puts it back before", "unsnooze INV-1042", wake),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SNOOZE: Route(Permission.WORK_QUEUE, press, ("invoice",)),
    Action.WAKE: Route(Permission.WORK_QUEUE, press_wake, ("invoice",)),
}
