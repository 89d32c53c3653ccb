"""Transactions give their connection back whatever happens to the task."""

import asyncio
import random

import pytest

from domain.kernel.core import Core


async def test_a_storm_of_cancellations_leaves_every_connection_in_the_pool(core: Core) -> None:
    chance = random.Random(7)

    async def busy() -> None:
        while True:
            async with core.transaction() as tx:
                await tx.execute("SELECT pg_sleep(0.001)")
                await tx.execute("INSERT INTO seen_request (key, at) VALUES (gen_random_uuid()::text, now())")

    for _ in range(60):
        tasks = [asyncio.create_task(busy()) for _ in range(8)]
        await asyncio.sleep(chance.uniform(0, 0.012))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async with asyncio.timeout(10):
        await asyncio.gather(*(_one(core) for _ in range(16)))


async def _one(core: Core) -> None:
    async with core.transaction() as tx:
        assert await tx.row("SELECT 1 AS one") == {"one": 1}


async def test_an_exception_rolls_back(core: Core) -> None:
    async def failing() -> None:
        async with core.transaction() as tx:
            await tx.execute("INSERT INTO seen_request (key, at) VALUES ('x', now())")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()

    assert await core.database.rows("SELECT key FROM seen_request") == []


async def test_a_row_without_columns_is_a_row(core: Core) -> None:
    found = await core.database.rows("SELECT FROM generate_series(1, 2)")

    assert found == [{}, {}]
