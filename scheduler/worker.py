"""The worker: run jobs until told to stop, and give the jobs of dead workers back to the queue."""

import asyncio

import structlog

from domain.kernel.core import Core

log = structlog.get_logger(__name__)

RESCUE_SECONDS = 4.0
"""How often a worker looks for jobs whose worker died."""

PAUSE_SECONDS = 2.0
"""Wait before work is taken up again after the database was away."""


async def work(core: Core, *, concurrency: int, stop: asyncio.Event) -> None:
    """Run jobs until *stop*; survive a database that goes away and comes back."""
    rescuer = asyncio.create_task(_rescue(core, stop))
    try:
        while not stop.is_set():
            try:
                await core.jobs.work(concurrency=concurrency, stop=stop)
            except Exception as error:  # the rim: whatever ended the queue's loop, jobs wait in the database
                log.warning("worker interrupted", error=type(error).__name__)
                await _sleep(PAUSE_SECONDS, stop)
    finally:
        rescuer.cancel()
        await asyncio.gather(rescuer, return_exceptions=True)


async def _rescue(core: Core, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            if rescued := await core.jobs.rescue_stalled():
                log.info("jobs of a dead worker rescued", jobs=rescued)
        except Exception as error:  # the rim: the database may be away; the next round tries again
            log.warning("no rescue", error=type(error).__name__)
        await _sleep(RESCUE_SECONDS, stop)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
