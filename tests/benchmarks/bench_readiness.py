"""Readiness: how long judging every check, the board, and the list of customers without a contact take, by size.

python -m tests.benchmarks.bench_readiness [INVOICES …]     default: the sizes in PLIXO_BENCH_SIZES, or 10000

``PLIXO_BENCH_SIZES=10000,100000,1000000`` runs them one after another. Bare judging counts the open invoices and
nothing else. A ledger has control totals and one customer in fifty without a contact, so the gate is closed.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.operations import readiness, readiness_accounts, readiness_judging
from plixo import database, migrations, wiring
from tests.benchmarks import books
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.databases import of_its_own
from tests.domain.operations.readiness_world import FakeWorld

SIZES = tuple(int(each) for each in os.environ.get("PLIXO_BENCH_SIZES", "10000").split(","))

ROUNDS = 3

LIMITS = {"judging": 0.03, "board": 0.1, "customers without contact": 0.1}
"""Least share of the speed of one count of the open invoices."""

_BARE = "SELECT count(*) FROM invoice WHERE state = 'open'"


async def seconds(work: Callable[[], Awaitable[Any]]) -> float:
    """Return the shortest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


async def measured(size: int) -> list[dict[str, Any]]:
    """Measure a ledger of one size."""
    async with of_its_own() as address:
        await migrations.migrate(address, first_mode="autopilot")
        await books.fill(address, size)
        async with database.opened(address, pool=4):
            core = Core(StandingClock(), Database(), Jobs(address, wiring.JOBS), KEYS, MERCHANT, wiring.NOTICES)
            await core.jobs.open()
            try:
                await _prepare(core)
                bare = await seconds(lambda: core.database.rows(_BARE))
                judged = await seconds(lambda: readiness_judging.judge(core, surroundings=FakeWorld()))
                board = await seconds(lambda: readiness.board(core))
                lacking = await seconds(lambda: readiness_accounts.lacking(core, actor=SHELL))
            finally:
                await core.jobs.close()
    return [
        {"name": f"readiness: {what} of {size:,} invoices", "unit": "1/s", "ours": 1 / took, "bare": 1 / bare,
         "limit": LIMITS[what]}
        for what, took in (("judging", judged), ("board", board), ("customers without contact", lacking))
    ]  # fmt: skip


async def _prepare(core: Core) -> None:
    """Take contacts away, and put the control totals there that the ledger has."""
    await core.database.execute(
        "UPDATE contact SET state = 'removed' WHERE account_id IN"
        " (SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM account) a WHERE n %% 50 = 0)",
        (),
    )
    file = uuid4()
    await core.database.execute(
        "INSERT INTO import_batch (id, kind, file_name, sha256, as_of, counts, actor, created_at)"
        " VALUES (%s, 'control', 'ageing.csv', '', %s, '{}', 'bench', %s)",
        (file, core.clock.now().date(), core.clock.now()),
    )
    await core.database.execute(
        "INSERT INTO control_file (id, as_of, created_at) VALUES (%s, %s, %s)",
        (file, core.clock.now().date(), core.clock.now()),
    )
    await core.database.execute(
        "INSERT INTO control_total (file_id, currency, bucket, amount_minor)"
        " SELECT %s, currency, 'total', sum(open_minor) FROM invoice WHERE state = 'open' GROUP BY currency",
        (file,),
    )


async def run(sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """Measure every size."""
    return [row for size in sizes for row in await measured(size)]


if __name__ == "__main__":
    for row in asyncio.run(run(tuple(map(int, sys.argv[1:])) or SIZES)):
        sys.stdout.write(f"{row}\n")
