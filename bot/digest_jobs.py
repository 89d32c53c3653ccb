"""Digest jobs: bring a digest to its reader in Slack, once, with the picture of ageing below it."""

import logging
from uuid import UUID

from bot import readers
from bot.errors import SlackRefused
from bot.poster import Poster
from bot.uploads import Upload, Uploads
from bot.views import digest as views
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from domain.operations import digest_charts, digests
from domain.operations.digest_contents import Common

log = logging.getLogger(__name__)

LONGEST_ALT = 1_900
"""Characters of what a screen reader says of the picture; the message above has all of it in words."""


class DigestJobs:
    """Sends digests."""

    def __init__(self, core: Core, poster: Poster, uploads: Uploads) -> None:
        self._core, self._poster, self._uploads, self._common = core, poster, uploads, Common()

    def jobs(self) -> dict[str, JobFunction]:
        """Return the jobs that this does."""
        return {"tell_digest": self.tell}

    async def tell(self, digest_id: str) -> None:
        """Write a digest to its reader, unless it is empty or was written before; a job.

        Raises:
            TryLater: Slack is away.
        """
        key = f"digest:{UUID(digest_id)}"
        found = await digests.planned(self._core, digest_id=UUID(digest_id))
        if found is None or found.is_over or await self._uploads.is_done(f"{key}:chart"):
            return
        told = await digests.content(self._core, found, common=self._common)
        if told is None:
            return
        try:
            place = await self._poster.to_person(lambda _: views.digest(told), slack_id=found.slack_id, key=key)
            reader = await readers.person(self._core, slack_id=found.slack_id)
            with readers.spoken_to(self._core, reader):
                chart = await digest_charts.ageing(told)
            if chart is not None:
                file = Upload(chart.name, chart.body, chart.described[:LONGEST_ALT])
                await self._uploads.once(file, key=f"{key}:chart", channel=place.channel)
        except SlackRefused as refused:
            log.error("a digest is not sent, Slack refuses: %s", refused)
