"""The start of a process: it waits for a database that is not there yet, and not for ever."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr
from structlog.testing import capture_logs

from plixo import database, migrations, run
from plixo.database import DatabaseAway
from plixo.part import Part
from plixo.settings import Settings
from tests import databases
from tests.conftest import SERVER_FOLDER


class Door:
    """A migrated database that lets nobody in until it is opened."""

    def __init__(self, address: str, admin: "psycopg.AsyncConnection[tuple[object, ...]]", folder: Path) -> None:
        self._name, self._admin = str(conninfo_to_dict(address)["dbname"]), admin
        self.settings = Settings(database_url=SecretStr(address), data_dir=folder)

    async def turn(self, switch: str) -> None:
        """Let connections in ("true") or not ("false")."""
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        await self._admin.execute(statement.format(sql.Identifier(self._name), sql.SQL(switch)))


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    admin = await asyncio.to_thread(database.embedded, SERVER_FOLDER, name="postgres_tests")
    async with (
        databases.of_its_own() as address,
        await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection,
    ):
        await migrations.migrate(address)
        door = Door(address, connection, tmp_path)
        await door.turn("false")
        yield door


async def _told(lines: Sequence[object]) -> None:
    while not lines:  # noqa: ASYNC110 - a log tells nobody
        await asyncio.sleep(0.02)


async def test_a_process_that_comes_up_before_its_database_waits_for_it_and_says_so(door: Door) -> None:
    with capture_logs() as lines:
        starting = asyncio.create_task(run.started(door.settings, {Part.SCHEDULER}, asked=asyncio.Event()))
        async with asyncio.timeout(60):
            await _told(lines)
            await door.turn("true")
            product = await starting

    assert product is not None
    assert (await product.core.database.row("SELECT 1 AS one")) == {"one": 1}
    await product.stop()
    assert lines[0]["event"] == "the start waits for the database"
    assert "Does it run" in lines[0]["why"]


async def test_a_process_whose_database_never_comes_ends_with_what_to_look_at(door: Door) -> None:
    with pytest.raises(DatabaseAway, match="No connection to the database"):
        await run.started(door.settings, {Part.SCHEDULER}, asked=asyncio.Event(), patience_seconds=0)


async def test_a_process_that_waits_for_its_database_ends_when_it_is_asked_to(door: Door) -> None:
    asked = asyncio.Event()
    with capture_logs() as lines:
        starting = asyncio.create_task(run.started(door.settings, {Part.SCHEDULER}, asked=asked))
        async with asyncio.timeout(60):
            await _told(lines)
            asked.set()
            product = await starting

    assert product is None


async def test_what_is_wrong_with_the_settings_is_not_waited_for(tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr("s3cret"), data_dir=tmp_path)

    with pytest.raises(database.DatabaseUnreachable, match="not a PostgreSQL address"):
        await run.started(settings, {Part.SCHEDULER}, asked=asyncio.Event())
