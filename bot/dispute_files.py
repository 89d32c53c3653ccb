"""Dispute files: what was handed in with an objection is fetched from Slack and kept as a document of the dispute."""

import logging
from collections.abc import Mapping
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.audience import Audience
from bot.blocks import Message
from bot.calls import Calls
from bot.downloads import Downloads, Unfetchable
from bot.errors import SlackRefused
from bot.poster import Poster
from bot.views import disputes as views
from domain.commitments import dispute_uploads
from domain.commitments.dispute_refusals import FilesUnkept
from domain.commitments.dispute_uploads import Awaited
from domain.commitments.documents import LARGEST
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction, TryLater
from domain.kernel.refusals import Refusal
from domain.kernel.speech import phrase, say
from domain.people import people

log = logging.getLogger(__name__)

SOURCE = "slack:"
"""Before the id of a file at Slack."""

NEVER_CAME = phrase("It could not be fetched for a day ({why}).")


class DisputeFiles:
    """Fetches them."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, poster: Poster, *, api_url: str) -> None:
        self._core, self._poster = core, poster
        self._downloads = Downloads(client, calls, api_url=api_url)

    def jobs(self) -> Mapping[str, JobFunction]:
        """Return the jobs that this does."""
        return {"fetch_dispute_file": self.fetch}

    async def fetch(self, dispute_id: str, source: str) -> None:
        """Fetch a file, or tell whoever handed it in why it cannot be had; a job, harmless when it runs twice.

        Raises:
            TryLater: Slack or the store of files is away.
        """
        file = await dispute_uploads.awaited(self._core, dispute_id=UUID(dispute_id), source=source)
        if file is None:
            return
        if not file.problem:
            try:
                problem = await self._problem(file, source)
            except TryLater as later:
                if self._core.clock.now() - file.asked_at < dispute_uploads.GIVEN_UP:
                    raise
                problem = say(NEVER_CAME, why=str(later))
            if not problem:
                return
            await dispute_uploads.missed(self._core, dispute_id=file.dispute_id, source=source, problem=problem)
            file = await dispute_uploads.awaited(self._core, dispute_id=file.dispute_id, source=source)
        if file is not None:
            await self._tell(file, source)

    async def _problem(self, file: Awaited, source: str) -> str:
        """Fetch and keep the file; return why it cannot be had, or nothing."""
        try:
            actor = await people.actor(self._core, slack_id=file.chat_id)
            found = await self._downloads.described(source.removeprefix(SOURCE))
            body = await self._downloads.fetched(found, most=LARGEST)
            await dispute_uploads.fetched(
                self._core, dispute_id=file.dispute_id, source=source, name=found.name, body=body, actor=actor
            )
        except FilesUnkept as error:
            raise TryLater(errors.OUTAGE_WAIT, "the store of files does not answer") from error
        except (Unfetchable, Refusal) as why:
            return str(why)
        return ""

    async def _tell(self, file: Awaited, source: str) -> None:
        def draw(_: Audience) -> Message:
            return views.missed(file)

        try:
            key = f"dispute-file:{file.dispute_id}:{source}:{file.asked_at.timestamp():.0f}"
            await self._poster.to_person(draw, slack_id=file.chat_id, key=key)
        except SlackRefused as refused:
            log.warning("a person cannot be told of a file: %s", refused)
