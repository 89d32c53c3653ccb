"""Steps: looks at pages, gathered in memory and kept every few seconds, so that a look costs no write of its own.

Looks are figures and no facts: a process that dies loses the last seconds of them, and nothing else.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import structlog
from aiohttp import web

from domain.kernel.core import Core
from domain.pay_links import steps
from domain.pay_links.steps import Step

log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0

MOST = 20_000
"""Looks that wait; more within some seconds are not people."""


class Steps:
    """The looks that this process has yet to keep."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._waiting: dict[tuple[UUID, Step], datetime] = {}

    def note(self, link_id: UUID | None, step: Step) -> None:
        """Note a look; a token that we did not sign names no link."""
        if link_id is not None and len(self._waiting) < MOST:
            self._waiting.setdefault((link_id, step), self._core.clock.now())

    async def keep(self) -> None:
        """Keep what waits; what cannot be kept now waits on."""
        seen, self._waiting = self._waiting, {}
        try:
            await steps.keep(self._core, seen)
        except Exception as error:  # the rim: figures must never hurt the pages
            log.warning("looks were not counted yet", error=type(error).__name__, looks=len(seen))
            self._waiting = {**self._waiting, **seen} if len(seen) < MOST else {}

    async def running(self, _: web.Application) -> AsyncIterator[None]:
        """Keep them every few seconds for as long as the application runs, and once at its end."""
        task = asyncio.create_task(self._forever())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await self.keep()

    async def _forever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.keep()
