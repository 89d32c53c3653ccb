"""Noise: hear less of something in a channel, see what is muted and what the week came to, hear of it again."""

from collections.abc import Mapping

from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import noise as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import chat_channels, noise


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo noise``: what is muted, and how much each kind of news came to in the week."""
    del ask
    return await listed(core)


async def press_less(core: Core, press: Press) -> Message:
    """Let the channel hear less of the kind of news on whose message the button was."""
    channel, _, kind = (press.subject.seen or "").partition(" ")
    if not channel or not kind:
        raise Misunderstood(say("This button is from an older version. `/plixo noise` lists what is muted."))
    return views.muted(await noise.mute(core, channel=channel, kind=kind, actor=press.actor))


async def press_lift(core: Core, press: Press) -> Message:
    """Let the channel hear of it again, and show what is still muted."""
    assert press.subject.mute is not None, "the route says that it is there"
    await noise.lift(core, mute_id=press.subject.mute, actor=press.actor)
    return await listed(core)


async def listed(core: Core) -> Message:
    """Show what is muted, and the figures of the week."""
    names = {each.id: each.name for each in await chat_channels.listed(core)}
    return views.listed(await noise.mutes(core), await noise.week(core), names=names, budget=core.limits.chat_budget)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.POLICY, "noise", "", Permission.VIEW,
        phrase("shows what channels hear less of, and what a week of news came to"), "noise", show,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.HEAR_LESS: Route(Permission.WORK_QUEUE, press_less, ("seen",)),
    Action.LIFT_MUTE: Route(Permission.WORK_QUEUE, press_lift, ("mute",)),
}
