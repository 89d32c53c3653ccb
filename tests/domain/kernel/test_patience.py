"""What a person does waits for locks for a while and is told; what a job does waits until it gets them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from domain.kernel import patience
from domain.kernel.core import Core
from domain.kernel.refusals import InUse
from tests.flows.stage import until


@asynccontextmanager
async def held(address: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """Hold a row as an import does, on a connection of its own."""
    async with await psycopg.AsyncConnection.connect(address) as other:
        await other.execute("SELECT FROM seen_request WHERE key = 'mine' FOR UPDATE")
        yield other


async def touched(core: Core) -> None:
    """Change the row that is held."""
    async with core.transaction() as tx:
        await tx.execute("INSERT INTO seen_request (key, at) VALUES ('beside', now())")
        await tx.execute("UPDATE seen_request SET at = now() WHERE key = 'mine'")


async def a_row(core: Core) -> None:
    await core.database.execute("INSERT INTO seen_request (key, at) VALUES ('mine', now())")


async def test_who_is_impatient_is_told_and_nothing_was_changed(core: Core, empty_database: str) -> None:
    await a_row(core)

    async with held(empty_database):
        with patience.limited(0.05), pytest.raises(InUse, match="try again in a moment"):
            await touched(core)

    assert [row["key"] for row in await core.database.rows("SELECT key FROM seen_request")] == ["mine"]


async def test_it_works_when_the_other_is_through(core: Core, empty_database: str) -> None:
    await a_row(core)
    async with held(empty_database):
        with patience.limited(0.05), pytest.raises(InUse):
            await touched(core)

    with patience.limited(0.05):
        await touched(core)

    assert len(await core.database.rows("SELECT FROM seen_request")) == 2


async def test_a_job_waits_until_the_other_is_through(core: Core, empty_database: str) -> None:
    await a_row(core)
    with patience.limited(0.05):
        pass

    async with held(empty_database) as other:
        waiting = asyncio.create_task(touched(core))
        await until(lambda: core.database.rows("SELECT FROM pg_locks WHERE NOT granted"), missing="a job that waits")
        await other.rollback()
        await waiting

    assert len(await core.database.rows("SELECT FROM seen_request")) == 2


async def test_the_patience_of_one_does_not_stay_with_the_connection(core: Core) -> None:
    with patience.limited(0.05):
        await a_row(core)
        async with core.transaction() as tx:
            inside = await tx.row("SHOW lock_timeout")

    async with core.transaction() as tx:
        assert (inside, await tx.row("SHOW lock_timeout")) == ({"lock_timeout": "50ms"}, {"lock_timeout": "0"})
