"""No-op jobs a second: through the product's queue, and as bare ``SKIP LOCKED`` claims on a table of two columns."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

from domain.kernel.jobs import JobKind, Jobs
from domain.kernel.transactions import Database
from plixo import database, migrations
from tests.conftest import SERVER_FOLDER

JOBS = 500
PAGE = 50
WORKERS = 8

ROUNDS = 4
"""Ours and bare take turns, and the best round of each counts: what else the machine does slows both."""


@asynccontextmanager
async def a_database() -> AsyncIterator[str]:
    """Make a migrated database and remove it afterwards."""
    name = f"bench_{os.getpid()}"
    admin = database.embedded(SERVER_FOLDER, name="postgres_tests")
    address = database.embedded(SERVER_FOLDER, name=name)
    try:
        await migrations.migrate(address, first_mode="autopilot")
        async with database.opened(address, pool=WORKERS):
            yield address
    finally:
        async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
            await connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def ours(address: str) -> tuple[float, float]:
    """Return how many jobs a second are queued, in transactions of a page each, and how many are run."""
    ran = 0
    done, stop = asyncio.Event(), asyncio.Event()

    async def nothing(**_: object) -> None:
        nonlocal ran
        ran += 1
        if ran == JOBS:
            done.set()

    jobs, tables = Jobs(address, [JobKind("nothing", "Counts itself.")]), Database()
    jobs.bind({"nothing": nothing})
    await jobs.open()
    begun = time.perf_counter()
    for _ in range(JOBS // PAGE):
        async with tables.transaction() as tx:
            await jobs.defer_many(tx, "nothing", [{} for _ in range(PAGE)])
    queued = time.perf_counter()
    worker = asyncio.create_task(jobs.work(concurrency=WORKERS, stop=stop))
    await done.wait()
    finished = time.perf_counter()
    stop.set()
    await worker
    await jobs.close()
    return JOBS / (queued - begun), JOBS / (finished - queued)


async def bare(address: str) -> tuple[float, float]:
    """Return the same two rates of a table that has an id and a text, and no other rule."""
    async with AsyncConnectionPool(address, min_size=WORKERS, max_size=WORKERS, kwargs={"autocommit": True}) as pool:
        async with pool.connection() as connection:
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS bare_job (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, args text)"
            )
            begun = time.perf_counter()
            for _ in range(JOBS // PAGE):
                async with connection.transaction(), connection.cursor() as cursor:
                    await cursor.executemany("INSERT INTO bare_job (args) VALUES (%s)", [("{}",)] * PAGE)
            queued = time.perf_counter()

        async def claims() -> None:
            async with pool.connection() as connection:
                while True:
                    claimed = await connection.execute(
                        "DELETE FROM bare_job WHERE id = (SELECT id FROM bare_job ORDER BY id LIMIT 1"
                        " FOR UPDATE SKIP LOCKED) RETURNING id"
                    )
                    if claimed.rowcount == 0:
                        return

        await asyncio.gather(*(claims() for _ in range(WORKERS)))
        finished = time.perf_counter()
    return JOBS / (queued - begun), JOBS / (finished - queued)


async def run() -> list[dict[str, Any]]:
    """Measure both in turns."""
    async with a_database() as address:
        pairs = [(await ours(address), await bare(address)) for _ in range(ROUNDS)]
    queued, worked = (max(mine[which] for mine, _ in pairs) for which in (0, 1))
    bare_queued, bare_worked = (max(other[which] for _, other in pairs) for which in (0, 1))
    return [
        {
            "name": f"jobs queued, {PAGE} in one transaction",
            "unit": "jobs/s",
            "ours": queued,
            "bare": bare_queued,
            "limit": 0.12,
        },
        {
            "name": f"no-op jobs run by one process, {WORKERS} at once",
            "unit": "jobs/s",
            "ours": worked,
            "bare": bare_worked,
            "limit": 0.03,
        },
    ]
