"""Crons: what happens by the clock, pausing one for a reason and a time, and letting it go on."""

from collections.abc import Mapping

from bot import asks, entered, words
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Command, Form, Group, Route, command
from bot.views import answers
from bot.views import crons as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cron_dangers, cron_lists, cron_pauses, crons

EXAMPLE = 'cron pause plan-reminders "the ledger is being corrected" until 14:00'


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cron``: every cron, those that need a look first."""
    del ask
    return views.listed(await cron_lists.standings(core))


async def pause(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cron pause NAME "reason" until TIME``.

    Raises:
        Misunderstood: Name, reason or end is missing.
    """
    if not ask.words:
        raise Misunderstood(say("Which cron? For example `/plixo {example}`.", example=EXAMPLE))
    line = crons.by_name(ask.words[0])
    read = words.until(ask.words[1:], now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.opens)
    reason = asks.reason(tuple(read.rest.split()), why=say("Why? Whoever wonders reads it."), example=EXAMPLE)
    if read.at is None:
        raise Misunderstood(say("Until when? It ends by itself then. For example `/plixo {example}`.", example=EXAMPLE))
    event = await cron_pauses.pause(core, name=line.name, until=read.at, reason=reason, actor=ask.actor)
    return answers.done(event, views.look(), note=_note(line.name))


async def resume(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cron resume NAME [reason…]``.

    Raises:
        Misunderstood: The name is missing.
    """
    if not ask.words:
        raise Misunderstood(
            say("Which cron? For example `/plixo {example}`.", example="cron resume plan-reminders it is done")
        )
    reason = " ".join(ask.words[1:])
    return answers.done(await cron_pauses.resume(core, name=ask.words[0], reason=reason, actor=ask.actor), views.look())


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on the button that shows the list."""
    del press
    return views.listed(await cron_lists.standings(core))


async def press_pause(core: Core, press: Press) -> Message | Modal:
    """Answer a click on Pause: a form asks why and for how long."""
    del core
    line = crons.by_name(press.subject.seen or "")
    return views.pause_form(line, warning=cron_dangers.WARNINGS.get(line.name, ""))


async def press_resume(core: Core, press: Press) -> Message:
    """Answer a click on Resume."""
    return answers.done(await cron_pauses.resume(core, name=press.subject.seen or "", actor=press.actor), views.look())


async def submit_pause(core: Core, filled: Filled) -> Message:
    """Take the form in which a cron is to be paused."""
    until = entered.until(core, filled.values, "hours", views.TERMS)
    name = filled.subject.seen or ""
    event = await cron_pauses.pause(
        core,
        name=name,
        until=until,
        reason=filled.values.needed("reason", or_else=say("Why? Whoever wonders reads it.")),
        actor=filled.actor,
    )
    return answers.done(event, views.look(), note=_note(event.cron))


def _note(name: str) -> str:
    warning = cron_dangers.WARNINGS.get(name)
    return say(warning) if warning else ""


COMMANDS: tuple[Command, ...] = (
    command(
        Group.POLICY, "cron", "", Permission.VIEW, phrase("shows what happens by the clock, and what is paused"),
        "cron", show,
    ),
    command(
        Group.POLICY, "cron pause", 'NAME "reason" until TIME', Permission.OPERATE,
        phrase("keeps one from running for a while"), EXAMPLE, pause,
    ),
    command(
        Group.POLICY, "cron resume", "NAME [reason…]", Permission.OPERATE,
        phrase("lets it run again, and catches up"), "cron resume plan-reminders it is done", resume,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.LIST_CRONS: Route(Permission.VIEW, press_list),
    Action.PAUSE_CRON: Route(Permission.OPERATE, press_pause, ("seen",), opens=True),
    Action.RESUME_CRON: Route(Permission.OPERATE, press_resume, ("seen",)),
}

FORMS: Mapping[FormId, Form] = {FormId.PAUSE_CRON: Form(Permission.OPERATE, submit_pause, ("seen",))}
