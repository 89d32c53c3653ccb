"""Calls: every call of Slack's Web API by the poster, at a bearable pace, with pauses that Slack asked for kept.

A pause is kept by coming back later, never by waiting: the job ends and runs again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError

from bot import errors
from bot.errors import SlackAway
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater

T = TypeVar("T")

TIMEOUT_SECONDS = 10.0

ANYWHERE = ""
"""The place of calls that belong to no channel; a pause there is one for all."""


class Pace:
    """Let one call through each *seconds*, and a few at once after a quiet time."""

    def __init__(self, *, seconds: float, burst: int = 4) -> None:
        self._seconds, self._most = seconds, seconds * burst
        self._free_at = 0.0

    async def wait(self) -> None:
        """Return when it is this call's turn."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now - self._most) + self._seconds
        if self._free_at > now:
            await asyncio.sleep(self._free_at - now)


class Calls:
    """Calls Slack, one channel at its pace."""

    def __init__(self, core: Core, *, seconds: float) -> None:
        self._core, self._seconds = core, seconds
        self._paces: dict[str, Pace] = {}
        self._paused: dict[str, datetime] = {}

    def ready(self, place: str = ANYWHERE) -> None:
        """Return when Slack may be asked now.

        Raises:
            TryLater: It asked for a pause, or did not answer, a moment ago.
        """
        now = self._core.clock.now()
        ends = max((self._paused[each] for each in (ANYWHERE, place) if each in self._paused), default=now)
        if ends > now:
            raise TryLater(ends - now, "Slack asked for a pause, or was away a moment ago")

    async def make(
        self, method: Callable[[], Awaitable[T]], *, place: str = ANYWHERE, seconds: float = TIMEOUT_SECONDS
    ) -> T:
        """Call Slack, for a channel or for none, and wait for the answer so many *seconds*.

        Raises:
            SlackRefused: It will not, until a person changes something.
            MessageGone: What was to be changed is not there.
            BlocksRefused: It does not take these blocks.
            TryLater: It is busy, asked for a pause, or does not answer (``SlackAway``).
        """
        self.ready(place)
        await self._paces.setdefault(place, Pace(seconds=self._seconds)).wait()
        try:
            async with asyncio.timeout(seconds):
                return await method()
        except SlackApiError as error:
            found = errors.meant(error)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            found = SlackAway(errors.OUTAGE_WAIT, f"Slack does not answer ({type(error).__name__})")
        if isinstance(found, TryLater):
            self._pause(ANYWHERE if isinstance(found, SlackAway) else place, found.delay)
        raise found

    def half(self, what: str) -> SlackAway:
        """Return what an answer without its essential part means: something broke between Slack and us."""
        self._pause(ANYWHERE, errors.OUTAGE_WAIT)
        return SlackAway(errors.OUTAGE_WAIT, f"Slack answered by halves ({what})")

    def _pause(self, place: str, delay: timedelta) -> None:
        self._paused[place] = self._core.clock.now() + delay
