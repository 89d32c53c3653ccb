"""The board of readiness in the channel: one living message, pinned where Slack lets us, and kept current by a job."""

import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot.audience import Audience
from bot.blocks import Message
from bot.calls import Calls
from bot.errors import BlocksRefused, MessageGone, SlackRefused
from bot.poster import Place, Poster
from bot.views import readiness as views
from domain.kernel.core import Core
from domain.operations import chat_messages, homes, readiness

log = logging.getLogger(__name__)

KEY = "readiness"

PINNED = "pinned"
"""Form of the message's row behind the place where it was pinned: ``pinned 1700000000.000100``."""


class Board:
    """Keeps the board."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, *, poster: Poster) -> None:
        self._core, self._client, self._calls, self._poster = core, client, calls, poster

    async def show(self, entry_id: int = 0) -> None:
        """Draw the board anew, and pin it where it is not. A job.

        Raises:
            TryLater: Slack is busy or away, or the board was changed a moment ago.
        """
        del entry_id
        self._poster.ready()
        shown = await readiness.board(self._core)

        def draw(audience: Audience) -> Message:
            return views.board(shown, audience=audience, living=True)

        try:
            place = await self._poster.living(draw, key=KEY)
            await self._pin(place)
        except SlackRefused as refused:
            log.error("the board of readiness is not shown, Slack refuses: %s", refused)
        await homes.stir(self._core)

    async def _pin(self, place: Place) -> None:
        """Pin the message once; without the scope, or where the channel is full of pins, it stands there unpinned."""
        wanted = f"{PINNED} {place.ts}"
        known = await chat_messages.found(self._core, keys=[KEY])
        if not known or known[0].form == wanted:
            return
        try:
            await self._calls.make(lambda: self._client.pins_add(channel=place.channel, timestamp=place.ts))
        except (SlackRefused, MessageGone, BlocksRefused) as refused:
            log.warning("the board of readiness is not pinned: %s", refused)
        await chat_messages.describe(self._core, keys=[KEY], subjects={}, form=wanted)
