"""Export jobs: make a file that somebody asked for and bring it there, once, with the rights of that moment."""

import logging
from collections.abc import Callable
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from bot import readers
from bot.audience import Audience, Own
from bot.blocks import Message
from bot.calls import Calls
from bot.digest_jobs import DigestJobs
from bot.errors import SlackRefused
from bot.poster import Poster
from bot.uploads import Upload, Uploads
from bot.views import answers, charts
from bot.views import exports as views
from domain.kernel import request_ids
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
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
        self._core, self._poster, self._uploads = core, poster, Uploads(core, client, calls)
        self._digests = DigestJobs(core, poster, self._uploads)

    def jobs(self) -> dict[str, JobFunction]:
        """Return the jobs that this does."""
        return {"send_export": self.send, "tell_export_given_up": self.give_up, **self._digests.jobs()}

    async def send(self, export_id: str, what: str, words: list[str], chat_id: str, channel: str) -> None:
        """Make a file and bring it; a job that does nothing when the file was brought before.

        Raises:
            TryLater: Slack is away. Where the store of files is, whoever asked is told so and may ask again.
        """
        key = _key(export_id)
        if await self._uploads.is_done(key):
            return
        try:
            target = await self._target(chat_id, channel)
            with readers.spoken_to(self._core, await readers.person(self._core, slack_id=chat_id)):
                actor = await people.actor(self._core, slack_id=chat_id)
                made = await exports.made(self._core, what=What(what), words=words, actor=actor)
            await self._bring(made, target, chat_id=chat_id, key=key)
        except Refusal as no:
            refused = str(no)
            await self._say(lambda: answers.refused(refused), chat_id=chat_id, key=f"{key}:refused")
        except SlackRefused as error:
            log.error("a file is not sent to whoever asked for it, Slack refuses: %s", error)
            await self.give_up(export_id, what, words, chat_id, channel)

    async def give_up(self, export_id: str, what: str, words: list[str], chat_id: str, channel: str) -> None:
        """Tell whoever asked for a file that it cannot be made, after the last try; a job.

        Raises:
            TryLater: Slack is away.
        """
        del channel
        key = _key(export_id)
        if await self._uploads.is_done(key):
            return
        request_id = request_ids.current()
        await self._say(
            lambda: views.given_up(What(what), words, request_id=request_id), chat_id=chat_id, key=f"{key}:given-up"
        )

    async def _target(self, chat_id: str, channel: str) -> str:
        """Return the channel that was wished if nobody reads along there who may not; else the talk with the person.

        A talk in which a command was typed may be one of two people, in which we cannot write.
        """
        if channel and not channel.startswith("D") and not (await self._poster.rooms.audience(channel)).brief:
            return channel
        return await self._poster.rooms.direct(chat_id)

    async def _bring(self, made: Exported, channel: str, *, chat_id: str, key: str) -> None:
        if made.figures is not None:
            own = await readers.person(self._core, slack_id=chat_id) if channel.startswith("D") else None

            def draw(readers: Audience) -> Message:
                return charts.twin(made.figures, made.described, readers)

            reserved = await chat_messages.reserve(self._core, keys=[f"{key}:text"], channel=channel)
            if open_ := await self._poster.unposted(reserved):
                await self._poster.once(Own(own, draw) if own else draw, reserved=open_, channel=channel)
        await self._uploads.once(Upload(made.name, made.body, made.described[:LONGEST_ALT]), key=key, channel=channel)

    async def _say(self, said: Callable[[], Message], *, chat_id: str, key: str) -> None:
        try:
            await self._poster.to_person(lambda _: said(), slack_id=chat_id, key=key)
        except SlackRefused as refused:
            log.error("a person cannot be told of a file, Slack refuses: %s", refused)


def _key(export_id: str) -> str:
    return f"export:{UUID(export_id)}"
