"""Radar: promises and instalments that need a look today."""

from bot.asks import Ask, Press
from bot.blocks import Message
from bot.views import radar as views
from domain.commitments import radar
from domain.kernel.core import Core


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo radar``."""
    del ask
    return views.page(await radar.radar(core))


async def press(core: Core, press: Press) -> Message:
    """Answer a click on Radar."""
    del press
    return views.page(await radar.radar(core))
