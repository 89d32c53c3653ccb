"""The core of each process of the soak: one merchant, one clock, one database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain.kernel.clock import Clock
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.limits import Limits
from domain.kernel.transactions import Database
from plixo import database, wiring
from tests.conftest import KEYS, MERCHANT

RATES = {"USD": Decimal("0.9"), "GBP": Decimal("1.2")}


def limits(*, warm_up: int) -> Limits:
    """Return the limits of the soak's merchant."""
    return replace(Limits(), rates=RATES, warm_up_first=warm_up, ledger_max_age=timedelta(days=14))


@asynccontextmanager
async def opened(address: str, clock: Clock, *, pool: int, application: str, warm_up: int = 0) -> AsyncIterator[Core]:
    """Open a core on a migrated database; whoever works binds the jobs."""
    async with database.opened(address, pool=pool, application=application):
        jobs = Jobs(address, wiring.JOBS)
        core = Core(
            clock=clock,
            database=Database(),
            jobs=jobs,
            keys=KEYS,
            merchant=MERCHANT,
            notices=wiring.NOTICES,
            limits=limits(warm_up=warm_up),
        )
        await jobs.open()
        try:
            yield core
        finally:
            await jobs.close()
