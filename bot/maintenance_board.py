"""The message about maintenance in the channel: posted when it is switched on, and kept current until it is over."""

import logging

from bot.audience import Audience
from bot.blocks import Message
from bot.errors import SlackRefused
from bot.poster import Poster
from bot.views import maintenance as views
from domain.kernel.core import Core
from domain.operations import chat_messages, maintenance

log = logging.getLogger(__name__)


class MaintenanceBoard:
    """Keeps the message of the newest maintenance."""

    def __init__(self, core: Core, poster: Poster) -> None:
        self._core, self._poster = core, poster

    async def show(self, entry_id: int = 0) -> None:
        """Draw the message anew; one that was over before anybody told of it is not posted. A job.

        Raises:
            TryLater: Slack is busy or away, or the message was changed a moment ago.
        """
        del entry_id
        shown = await maintenance.board(self._core)
        if shown is None:
            return
        key = f"maintenance:{shown.gate_id}"
        if not shown.on and not await chat_messages.found(self._core, keys=[key]):
            return
        self._poster.ready()

        def draw(audience: Audience) -> Message:
            return views.board(shown, audience)

        try:
            await self._poster.living(draw, key=key)
        except SlackRefused as refused:
            log.error("the message about maintenance is not shown, Slack refuses: %s", refused)
