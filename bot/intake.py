"""Intake: notes each request that comes in, and lets all other work wait while more of them are being taken.

Many that come at once are noted by one statement, over one connection. What follows from a request begins when nobody
waits for an acknowledgement any more, or after a moment.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from domain.kernel.core import Core
from domain.operations import seen_requests

TAKE_SECONDS = 0.8
"""Within it the database has noted the request, or the person is told to try later; Slack waits three seconds."""

RUSH_SECONDS = 0.5
"""So long work waits for requests that are being taken; where they never end, it goes on among them."""

MOST_NOTED = 200
"""Requests that one statement notes."""


class _Place:
    """One request that waits for its acknowledgement."""

    def __init__(self) -> None:
        self.taken = False


_place: ContextVar[_Place | None] = ContextVar("place", default=None)


class Intake:
    """What comes in at one bot."""

    def __init__(self, core: Core, *, give_up: Callable[[asyncio.Future[Any]], None]) -> None:
        """*give_up* is handed a statement that takes too long."""
        self._core, self._give_up = core, give_up
        self._unnoted: list[tuple[str, asyncio.Future[bool]]] = []
        self._noting: asyncio.Task[None] | None = None
        self._waiting = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Count the request that is answered inside among those for which other work waits."""
        place = _Place()
        token = _place.set(place)
        self._waiting += 1
        self._calm.clear()
        try:
            yield
        finally:
            _place.reset(token)
            self._leave(place)

    def taken(self) -> None:
        """Let other work go on: this request is answered by its own work, which may take a while."""
        if (place := _place.get()) is not None:
            self._leave(place)

    async def over(self) -> None:
        """Return when no request waits for its acknowledgement, or after a moment."""
        if not self._calm.is_set():
            await asyncio.wait({waiting := asyncio.ensure_future(self._calm.wait())}, timeout=RUSH_SECONDS)
            waiting.cancel()

    async def first_time(self, key: str) -> bool:
        """Tell whether the request of this key came for the first time, and note it.

        Raises:
            TimeoutError: The database did not answer in time: one that hangs must not keep Slack waiting.
        """
        first: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._unnoted.append((key, first))
        if self._noting is None:
            self._noting = asyncio.create_task(self._note_all())
        async with asyncio.timeout(TAKE_SECONDS):
            return await first

    def _leave(self, place: _Place) -> None:
        if place.taken:
            return
        place.taken = True
        self._waiting -= 1
        if self._waiting == 0:
            self._calm.set()

    async def _note_all(self) -> None:
        while self._unnoted:
            now, self._unnoted = self._unnoted[:MOST_NOTED], self._unnoted[MOST_NOTED:]
            await self._note(now)
        self._noting = None

    async def _note(self, now: list[tuple[str, asyncio.Future[bool]]]) -> None:
        """Note some requests; whatever goes wrong, each of them hears of it."""
        new: set[str] = set()
        fault: BaseException | None = None
        try:
            new |= await self._noted([key for key, _ in now])
        except Exception as error:  # the rim of this task: who waits for the request raises it
            fault = error
        for key, first in now:
            if first.done():  # nobody waits for it any more
                continue
            if fault is not None:
                first.set_exception(fault)
            else:
                first.set_result(key in new)
                new.discard(key)

    async def _noted(self, keys: list[str]) -> frozenset[str]:
        """Return the keys that are new.

        Raises:
            TimeoutError: The database did not answer in time; what was begun is given up, and not waited for.
        """
        noting = asyncio.ensure_future(seen_requests.first_times(self._core, keys))
        done, _ = await asyncio.wait({noting}, timeout=TAKE_SECONDS)
        if not done:
            self._give_up(noting)
            raise TimeoutError
        return noting.result()
