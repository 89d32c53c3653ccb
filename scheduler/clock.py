"""The clock: APScheduler wakes us each minute, ``cron_run`` decides who runs a slot. Nothing else is kept here.

Each minute every cron is looked at, not only those that are due by the clock: a slot that was missed (nobody ran, the
clock was moved, a pause is over) is caught up once, within a minute.
"""

from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from domain.kernel import request_ids
from domain.kernel.core import Core
from domain.operations import crons, schedules
from domain.operations.crons import CRONS, Cron

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(days=2)
"""A cron that never ran is run for its newest slot, unless that is longer ago."""


class SlotClock:
    """Ticks for every cron of the table; a missed slot is caught up once."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    async def start(self) -> None:
        """Catch up, then tick. Call outside of any transaction: what is started here inherits its surroundings."""
        await self.tick_all()
        self._scheduler.add_job(self.tick_all, CronTrigger.from_crontab("* * * * *", timezone=UTC), id="minute")
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; jobs that were queued are in the database."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick_all(self) -> None:
        """Run each cron whose newest slot has not been run, and which is not paused."""
        try:
            last, paused = await crons.last_slots(self._core), await crons.paused(self._core)
        except Exception as error:  # the rim: a database that is down must not end the clock; the next minute tries
            log.warning("no cron is run", error=type(error).__name__)
            return
        for cron in CRONS:
            if cron.name not in paused:
                await self._tick(cron, last.get(cron.name))

    async def _tick(self, cron: Cron, last: datetime | None) -> None:
        with request_ids.serving():
            try:
                slot = newest_slot(cron, since=last, now=self._core.clock.now())
                if slot is not None and await crons.claim(self._core, cron, slot=slot):
                    log.info("cron", cron=cron.name, slot=slot.isoformat())
            except Exception as error:  # the rim: one cron that cannot be run keeps no other from running
                log.warning("cron not run", cron=cron.name, error=type(error).__name__)


def newest_slot(cron: Cron, *, since: datetime | None, now: datetime) -> datetime | None:
    """Return the latest moment in ``(since, now]`` at which the cron is due, or None."""
    newest = schedules.newest(cron.schedule, now)
    behind = since if since is not None else now - LOOK_BACK
    return newest if newest is not None and newest > behind else None
