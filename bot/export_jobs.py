"""Export jobs: make a file that somebody asked for and bring it there, once, with the rights of that moment."""

import logging
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from bot import errors, uploads
from bot.audience import Audience
from bot.blocks import Message
from bot.calls import Calls
from bot.errors import SlackRefused
from bot.poster import Poster
from bot.views import answers, charts
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction, TryLater
from domain.kernel.ports import StoreUnavailable
from domain.kernel.refusals import Refusal
from domain.operations import chat_messages, exports
from domain.operations.exports import Exported, What
from domain.people import people

log = logging.getLogger(__name__)

LONGEST_ALT = 1_900
"""Characters of what a screen reader says of a picture; its figures are in a message besides."""


class ExportJobs:
    """Sends files to those who asked for them."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, poster: Poster) -> None:
        self._core, self._client, self._calls, self._poster = core, client, calls, poster

    def jobs(self) -> dict[str, JobFunction]:
        """Return the jobs that this does."""
        return {"send_export": self.send}

    async def send(self, export_id: str, what: str, words: list[str], chat_id: str, channel: str) -> None:
        """Make a file and bring it; a job that does nothing when the file was brought before.

        Raises:
            TryLater: Slack or the store of files is away.
        """
        key = f"export:{UUID(export_id)}"
        known = await chat_messages.found(self._core, keys=[key])
        if known and known[0].ts is not None:
            return
        try:
            target = await self._target(chat_id, channel)
            actor = await people.actor(self._core, slack_id=chat_id)
            made = await exports.made(self._core, what=What(what), words=words, actor=actor)
            await self._bring(made, target, key=key)
        except Refusal as no:
            await self._say(answers.refused(str(no)), chat_id=chat_id, key=key)
        except SlackRefused as refused:
            log.error("a file is not sent to whoever asked for it, Slack refuses: %s", refused)
        except StoreUnavailable as error:
            raise TryLater(errors.OUTAGE_WAIT, "the store of files does not answer") from error

    async def _target(self, chat_id: str, channel: str) -> str:
        """Return the channel that was wished if nobody reads along there who may not; else the talk with the person.

        A talk in which a command was typed may be one of two people, in which we cannot write.
        """
        if channel and not channel.startswith("D") and not (await self._poster.rooms.audience(channel)).brief:
            return channel
        return await self._poster.rooms.direct(chat_id)

    async def _bring(self, made: Exported, channel: str, *, key: str) -> None:
        if made.figures is not None:

            def draw(readers: Audience) -> Message:
                return charts.twin(made.figures, made.described, readers)

            reserved = await chat_messages.reserve(self._core, keys=[f"{key}:text"], channel=channel)
            if open_ := await self._poster.unposted(reserved):
                await self._poster.once(draw, reserved=open_, channel=channel)
        await chat_messages.reserve(self._core, keys=[key], channel=channel)
        file_id = await uploads.share(
            self._client, self._calls, name=made.name, body=made.body, channel=channel, alt=made.described[:LONGEST_ALT]
        )
        await chat_messages.mark_posted(self._core, keys=[key], channel=channel, ts=file_id)

    async def _say(self, message: Message, *, chat_id: str, key: str) -> None:
        try:
            await self._poster.to_person(lambda _: message, slack_id=chat_id, key=f"{key}:refused")
        except SlackRefused as refused:
            log.error("a refusal is not shown, Slack refuses: %s", refused)
