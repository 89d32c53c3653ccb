"""The clock: APScheduler wakes us, ``cron_run`` decides who runs a slot. Nothing else is kept in the scheduler."""

from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from domain.kernel import request_ids
from domain.kernel.core import Core
from domain.operations import crons
from domain.operations.crons import CRONS, Cron

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(days=2)
"""After a longer downtime one catch-up run is made all the same; older slots tell nothing more."""


class SlotClock:
    """Ticks for every cron of the table; a missed slot is caught up once, at start and after the clock was moved."""

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
        for cron in CRONS:
            self._scheduler.add_job(self._tick, _trigger(cron), args=(cron,), id=cron.name)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; jobs that were queued are in the database."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick_all(self) -> None:
        """Run each cron whose newest slot has not been run."""
        for cron in CRONS:
            await self._tick(cron)

    async def _tick(self, cron: Cron) -> None:
        with request_ids.serving():
            try:
                slot = newest_slot(cron, since=await crons.last_slot(self._core, cron), now=self._core.clock.now())
                if slot is not None and await crons.claim(self._core, cron, slot=slot):
                    log.info("cron", cron=cron.name, slot=slot.isoformat())
            except (
                Exception
            ) as error:  # the rim: a database that is down must not end the clock; the next tick tries again
                log.warning("cron not run", cron=cron.name, error=type(error).__name__)


def newest_slot(cron: Cron, *, since: datetime | None, now: datetime) -> datetime | None:
    """Return the latest moment in ``(since, now]`` at which the cron is due, or None."""
    trigger = _trigger(cron)
    after = max(since + timedelta(microseconds=1), now - LOOK_BACK) if since else now - LOOK_BACK
    newest: datetime | None = None
    fire = trigger.get_next_fire_time(None, after)
    while fire is not None and fire <= now:
        newest = fire
        fire = trigger.get_next_fire_time(fire, fire + timedelta(microseconds=1))
    return newest


def _trigger(cron: Cron) -> CronTrigger:
    return CronTrigger.from_crontab(cron.schedule, timezone=UTC)
