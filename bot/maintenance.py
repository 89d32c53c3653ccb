"""Maintenance: hold back all mail and close the payers' pages for a reason and a time, and open again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot import asks, entered, words
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Command, Form, Group, Route, command
from bot.views import answers
from bot.views import maintenance as views
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import maintenance
from domain.outreach import gates
from domain.outreach.gates import Holds
from domain.outreach.refusals import GateRefused

OVER = phrase("maintenance is over")
"""Why it is opened again, unless somebody says more."""

LONGER = timedelta(hours=1)
"""By which the button prolongs it."""

EXAMPLE = 'maintenance on "the bank moves its accounts" until 14:00'


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo maintenance``: what holds mail back now."""
    del ask
    return views.listed(await gates.closed(core))


async def on(core: Core, ask: Ask) -> Message | Modal:
    """Answer ``/plixo maintenance on "reason" until 14:00``; without any words a form asks for both.

    Raises:
        Misunderstood: The reason or the end is missing.
    """
    if not ask.words:
        first = core.clock.now() + timedelta(hours=views.TERMS[0][1])
        return views.on_form(await maintenance.impact(core, until=first))
    read = words.until(ask.words, now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.opens)
    reason = asks.reason(tuple(read.rest.split()), why=say("Why? Everybody whose mail waits is told."), example=EXAMPLE)
    if read.at is None:
        raise Misunderstood(say("Until when? It ends by itself then. For example `/plixo {example}`.", example=EXAMPLE))
    return await _begin(core, until=read.at, reason=reason, actor=ask.actor)


async def submit_on(core: Core, filled: Filled) -> Message:
    """Take the form in which maintenance begins."""
    until = entered.until(core, filled.values, "hours", views.TERMS)
    reason = filled.values.needed("reason", or_else=say("Why? Whoever wonders reads it."))
    return await _begin(core, until=until, reason=reason, actor=filled.actor)


async def _begin(core: Core, *, until: datetime, reason: str, actor: Actor) -> Message:
    held = await maintenance.impact(core, until=until)
    event = await gates.close(
        core, name=gates.MAINTENANCE, holds=Holds.ALL_MAIL, reason=reason, actor=actor, until=until
    )
    return answers.done(
        event,
        note=views.waiting(held)
        + " "
        + say(
            "The payers' pages are closed, too; what comes in is taken all the same."
            " End it sooner: `/plixo maintenance off reason…`"
        ),
    )


async def off(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo maintenance off [reason…]``."""
    reason = " ".join(ask.words) or say(OVER)
    return answers.done(await maintenance.end(core, reason=reason, actor=ask.actor))


async def preview(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo maintenance preview until 14:00``: what would wait, without switching it on."""
    return views.impact(
        await maintenance.impact(core, until=_end(core, ask, example="maintenance preview until 14:00"))
    )


async def prolong(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo maintenance prolong until 16:00``."""
    until = _end(core, ask, example="maintenance prolong until 16:00")
    return answers.done(await maintenance.prolong(core, until=until, actor=ask.actor))


async def press_end(core: Core, press: Press) -> Message:
    """Answer a click on End now."""
    await _current(core, press)
    return answers.done(await maintenance.end(core, reason=say(OVER), actor=press.actor))


async def press_prolong(core: Core, press: Press) -> Message:
    """Answer a click on One hour more; a second click finds another end than it was shown."""
    shown = await _current(core, press)
    until = (shown.until or core.clock.now()) + LONGER
    return answers.done(await maintenance.prolong(core, until=until, actor=press.actor))


async def _current(core: Core, press: Press) -> maintenance.Board:
    shown = await maintenance.board(core)
    if shown is None or not shown.on or views.seen(shown) != press.subject.seen:
        raise GateRefused(say("Maintenance has changed since this was shown. `/plixo maintenance` says how it stands."))
    return shown


def _end(core: Core, ask: Ask, *, example: str) -> datetime:
    read = words.until(ask.words, now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.opens)
    if read.at is None:
        raise Misunderstood(say("Until when? For example `/plixo {example}`.", example=example))
    return read.at.astimezone(UTC)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.POLICY, "maintenance", "", Permission.VIEW, phrase("shows what holds all mail back"), "maintenance", show
    ),
    command(
        Group.POLICY,
        "maintenance on",
        '"reason" until TIME',
        Permission.OPERATE,
        phrase("holds mail back and closes the payers' pages"),
        EXAMPLE,
        on,
        opens=0,
    ),
    command(
        Group.POLICY,
        "maintenance preview",
        "until TIME",
        Permission.VIEW,
        phrase("says what it would hold back until then"),
        "maintenance preview until 14:00",
        preview,
    ),
    command(
        Group.POLICY,
        "maintenance prolong",
        "until TIME",
        Permission.OPERATE,
        phrase("moves its end"),
        "maintenance prolong until 16:00",
        prolong,
    ),
    command(
        Group.POLICY,
        "maintenance off",
        "[reason…]",
        Permission.OPERATE,
        phrase("lets it go again"),
        "maintenance off all done",
        off,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.END_MAINTENANCE: Route(Permission.OPERATE, press_end, ("seen",)),
    Action.PROLONG_MAINTENANCE: Route(Permission.OPERATE, press_prolong, ("seen",)),
}

FORMS: Mapping[FormId, Form] = {FormId.BEGIN_MAINTENANCE: Form(Permission.OPERATE, submit_on)}
