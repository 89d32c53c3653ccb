"""Connections are lent in the order of arrival, and nobody who leaves takes a turn along."""

import asyncio
from typing import Any, cast

import psycopg
import pytest
from psycopg_pool import PoolTimeout
from tortoise.backends.psycopg.client import PsycopgClient
from tortoise.connection import get_connections

from domain.kernel import borrowing
from domain.kernel.borrowing import borrow, give_back
from domain.kernel.core import Core
from domain.kernel.transactions import CONNECTION, Statement


def the_client() -> PsycopgClient:
    """Return what holds the pool."""
    return cast("PsycopgClient", get_connections().get(CONNECTION))


async def all_lent(core: Core) -> list["psycopg.AsyncConnection[Any]"]:
    """Borrow every connection that the pool may have."""
    client = the_client()
    first = await borrow(client)
    return [first, *[await borrow(client) for _ in range(core.database.connections()["pool_max"] - 1)]]


async def test_whoever_came_first_is_served_first(core: Core) -> None:
    client, served = the_client(), list[int]()
    lent = await all_lent(core)

    async def one(number: int) -> None:
        connection = await borrow(client)
        served.append(number)
        await give_back(client, connection)

    waiting = [asyncio.create_task(one(number)) for number in range(20)]
    await asyncio.sleep(0)
    for each in lent:
        await give_back(client, each)
    await asyncio.gather(*waiting)

    assert served == sorted(served)


async def test_those_who_wait_before_the_pool_are_counted_with_those_in_it(core: Core) -> None:
    client = the_client()
    lent = await all_lent(core)

    waiting = [asyncio.create_task(core.database.row("SELECT 1 AS one")) for _ in range(3)]
    await asyncio.sleep(0)
    counted = core.database.connections()["requests_waiting"]
    for each in lent:
        await give_back(client, each)

    assert counted == 3
    assert await asyncio.gather(*waiting) == [{"one": 1}] * 3
    assert core.database.connections()["requests_waiting"] == 0


async def test_whoever_waits_too_long_is_told_that_the_database_cannot_be_reached(core: Core) -> None:
    client = the_client()
    lent = await all_lent(core)
    assert client._pool is not None
    turns = borrowing._turns(client._pool)
    before, turns._seconds = turns._seconds, 0.05

    with pytest.raises(PoolTimeout):
        await borrow(client)

    turns._seconds = before
    for each in lent:
        await give_back(client, each)
    assert await core.database.row("SELECT 1 AS one") == {"one": 1}


async def test_whoever_leaves_while_waiting_takes_no_turn_along(core: Core) -> None:
    client = the_client()
    lent = await all_lent(core)
    leaving = [asyncio.create_task(borrow(client)) for _ in range(40)]
    await asyncio.sleep(0)

    for each in leaving:
        each.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    for connection in lent:
        await give_back(client, connection)

    async with asyncio.timeout(10):
        for connection in await all_lent(core):
            await give_back(client, connection)


async def test_a_statement_finds_its_placeholders_once_and_takes_them_by_name(core: Core) -> None:
    asked = Statement("SELECT %(one)s::int AS one, %(two)s::text AS two, %(one)s::int + 1 AS more, 'a%%' AS sign")

    found = await core.database.row_of(asked, {"two": "b", "one": 1, "unasked": 3})

    assert found == {"one": 1, "two": "b", "more": 2, "sign": "a%"}
    async with core.transaction() as tx:
        assert await tx.row_of(Statement("SELECT 1 AS one WHERE %(no)s"), {"no": False}) is None


async def test_what_an_earlier_pool_lent_goes_back_to_that_one(core: Core) -> None:
    client = the_client()
    lent = await all_lent(core)
    assert client._pool is not None
    await client._pool.close(timeout=0)
    client._pool = None

    again = await borrow(client)
    for each in lent:
        await give_back(client, each)
    await give_back(client, again)

    assert all(each.closed for each in lent)
    assert client._pool is not None
    assert borrowing._turns(client._pool)._free._value == core.database.connections()["pool_max"]
    assert await core.database.row("SELECT 1 AS one") == {"one": 1}
