"""Watching: a job every few minutes that looks after the channels themselves.

It learns who reads along where that may have changed, tells once when a channel may get nothing, tries again what
was refused, and notices by itself that a trouble is over, since otherwise only the next event would.
"""

import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot import blocks, errors, text
from bot.blocks import Message
from bot.calls import Calls
from bot.decided import Redrawer
from bot.errors import BlocksRefused, MessageGone, SlackRefused
from bot.missed import Missing
from bot.poster import Poster
from bot.telling import Teller
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.operations import chat_channels, chat_troubles
from domain.operations.chat_channels import Channel, ChannelClass
from domain.operations.chat_troubles import Trouble
from domain.people import people

log = logging.getLogger(__name__)

CAUGHT_UP = 50
"""Lines that were refused and are tried again in one pass."""

MOST_TOLD = 5
"""Controllers who are told that a channel may get nothing."""


class Watcher:
    """Looks after the channels."""

    def __init__(
        self, core: Core, client: AsyncWebClient, calls: Calls, *, poster: Poster, teller: Teller, redrawer: Redrawer
    ) -> None:
        self._core, self._client, self._calls = core, client, calls
        self._poster, self._teller, self._redrawer = poster, teller, redrawer
        self._missing = Missing(core, poster)

    async def watch(self, entry_id: int = 0) -> None:
        """Look after every channel that is set. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        del entry_id
        self._poster.ready()
        for channel in self._poster.rooms.plan.all():
            await self._look_at(channel)
        troubles = await chat_troubles.listed(self._core)
        if troubles:
            await self._probe(troubles)
        await self._redrawer.redraw()

    async def _look_at(self, channel: str) -> None:
        """Learn who reads along, and tell people once if nothing may be posted."""
        found = await self._poster.rooms.channel(channel)
        if found.channel_class is not ChannelClass.EXTERNAL:
            return
        await chat_troubles.note(self._core, place=channel, code=errors.EXTERNAL)
        if await chat_channels.first_telling(self._core, channel=channel):
            log.error("nothing is posted to %s: people of another company read along there", channel)
            await self._tell_controllers(found)

    async def _tell_controllers(self, channel: Channel) -> None:
        """Write to the Controllers that the channel gets nothing, and why."""
        told = False
        for slack_id in await people.slack_ids_of_controllers(self._core, limit=MOST_TOLD):
            try:
                await self._poster.to_person(
                    lambda _: _external(channel), slack_id=slack_id, key=f"external:{channel.id}"
                )
                told = True
            except SlackRefused as refused:
                log.warning("a Controller cannot be written to: %s", refused)
        if not told:
            await chat_channels.untold(self._core, channel=channel.id)

    async def _probe(self, troubles: tuple[Trouble, ...]) -> None:
        """Try whether places take messages again, beginning with what was missed meanwhile."""
        try:
            await self._calls.make(self._client.auth_test)
        except SlackRefused as refused:
            log.error("Slack refuses us: %s", refused)
            await chat_troubles.note(self._core, place=chat_troubles.WHOLE_CHAT, code=refused.code)
            return
        over = [each.place for each in troubles if each.is_whole or await self._is_open(each.place)]
        if not over:
            return
        try:
            await self._missing.collapse(troubles)
        except SlackRefused as refused:
            log.error("what was missed cannot be told, Slack refuses: %s", refused)
            return
        await chat_troubles.over(self._core, places=over)
        await self._teller.catch_up(limit=CAUGHT_UP)
        await self._teller.put_right(troubles)

    async def _is_open(self, channel: str) -> bool:
        """Tell whether a channel would take a message, as far as Slack says."""
        try:
            told = await self._calls.make(lambda: self._client.conversations_info(channel=channel))
        except (SlackRefused, MessageGone, BlocksRefused):
            return False
        found = told.get("channel")
        if not isinstance(found, dict) or found.get("is_archived"):
            return False
        known = await self._poster.rooms.learn(channel)
        is_member = bool(found.get("is_member", True)) or known.channel_class is ChannelClass.DIRECT
        return is_member and known.channel_class is not ChannelClass.EXTERNAL


def _external(channel: Channel) -> Message:
    """Return what Controllers are told of a channel that another company reads."""
    name = text.foreign(channel.name)
    sentence = say("Plixo posts nothing to {name} any more: people of another company read along there.", name=name)
    return Message(
        text=sentence,
        blocks=(
            blocks.section(f"*{sentence}*"),
            blocks.context(
                say(
                    "Stop sharing the channel, or set another one (PLIXO_SLACK_CHANNEL). Until then nothing is lost:"
                    " all of it stands on the timelines, and is told in one message afterwards. `plixo check` says so"
                    " as well."
                )
            ),
        ),
    )
