"""Radar: promises and instalments that need a look today."""

from collections.abc import Mapping

from bot.asks import Ask, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import radar as views
from domain.commitments import radar
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo radar``."""
    del ask
    return views.page(await radar.radar(core))


async def press(core: Core, press: Press) -> Message:
    """Answer a click on Radar."""
    del press
    return views.page(await radar.radar(core))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "radar",
        "",
        Permission.VIEW,
        phrase("shows promises and instalments that need a look today"),
        "radar",
        show,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.RADAR: Route(Permission.VIEW, press),
}
