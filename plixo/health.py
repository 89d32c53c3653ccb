"""Health: whether this process is of use, and what around it is degraded; for `/readyz` and for the figures.

Only what makes this very process useless takes it out of a balancer: that it stops, or, where it serves no pages, that
the database does not answer. A portal without a database stays: its page that says so is better than the balancer's.
Late jobs, crons and webhooks are told by name and nothing else follows; another process would have the same ones.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import structlog

from domain.kernel.core import Core
from domain.operations import cron_lists, vitals
from domain.operations.vitals import Vitals
from plixo.part import Part

log = structlog.get_logger(__name__)

FRESH_SECONDS = 5.0
"""A judgement is told again for so long, so that whoever asks often costs nothing."""

PATIENCE_SECONDS = 1.5
"""Balancers wait two seconds and more; a database that takes longer is as good as away."""

JUDGED = ("database", "jobs", "webhooks", "crons")


@dataclass(frozen=True, slots=True)
class Health:
    """One judgement."""

    fine: Mapping[str, bool]
    useless: bool
    vitals: Vitals | None = field(repr=False)

    @property
    def degraded(self) -> tuple[str, ...]:
        """Names of what is not as it should be."""
        return tuple(each for each, fine in self.fine.items() if not fine)


class Judge:
    """Judges the process in which it stands."""

    def __init__(self, core: Core, parts: Collection[Part]) -> None:
        self._core, self._needs_database = core, Part.PORTAL not in parts
        self._last: Health | None = None
        self._until, self._turn = 0.0, asyncio.Lock()

    async def judged(self) -> Health:
        """Return how it stands, as of a few seconds ago at most."""
        async with self._turn:
            if self._last is None or time.monotonic() >= self._until:
                self._last = await self._judge()
                self._until = time.monotonic() + FRESH_SECONDS
            return self._last

    async def degraded(self) -> tuple[str, ...]:
        """Return the names of what is degraded."""
        return (await self.judged()).degraded

    async def _judge(self) -> Health:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await vitals.read(self._core)
                late = [each.cron.name for each in await cron_lists.standings(self._core) if each.late]
        except Exception as error:  # the rim: whatever it was, the database did not answer as it should
            log.warning("the state of things cannot be read", error=type(error).__name__)
            return Health({"database": False}, useless=self._needs_database, vitals=None)
        fine = {
            "database": True,
            "jobs": found.job_lag <= vitals.JOB_LAG,
            "webhooks": found.webhook_lag <= vitals.WEBHOOK_LAG,
            "crons": not late,
        }
        return Health(fine, useless=False, vitals=found)
