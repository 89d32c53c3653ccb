"""Background: the work that goes on after a request was acknowledged; kept, logged at its rim, drained at the end."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot import errors

log = logging.getLogger(__name__)


class Background:
    """The tasks of one bot."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[Any]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let *work* run by itself."""
        self._keep(asyncio.create_task(work))

    def give_up(self, task: asyncio.Future[Any]) -> None:
        """Cancel a task without waiting until it has cleaned up."""
        task.cancel()
        self._keep(task)

    def _keep(self, task: asyncio.Future[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("work in the background failed: %s", errors.trail(error))

    async def drain(self, *, seconds: float) -> None:
        """Wait for what is under way, then end what is left."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
