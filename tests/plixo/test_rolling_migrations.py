"""A product that goes on while it is migrated: no change shuts it out, and old code runs on what was only added to."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg
import pytest
import pytest_asyncio
from psycopg.errors import UndefinedTable

from plixo import migrations
from plixo.migrations import MIGRATIONS, Migration, SchemaBehind, SchemaBusy, rules
from tests import databases

ROWS = int(os.environ.get("PLIXO_MIGRATION_ROWS", "20000"))
"""Of the filled tables: enough that writing one anew is seen, few enough for any machine; a million takes minutes."""

LONGEST_LOCK = 1.0
"""Seconds for which a change may keep readers or writers out."""

_FILL = f"""
    INSERT INTO account (id, name, name_key, state, created_at)
    VALUES ('00000000-0000-4000-8000-00000000000a', 'Acme', 'acme', 'active', now());
    INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,
                         created_at)
    SELECT gen_random_uuid(), 'INV-' || n, 'inv' || n, '00000000-0000-4000-8000-00000000000a', 'EUR', 100, 100,
           '2026-01-01', 'open', now() FROM generate_series(1, {ROWS}) n;
    INSERT INTO timeline_entry (kind, actor, request_id, at, fact)
    SELECT 'letter.sent', 'Plixo', 'r', now(), '{{}}' FROM generate_series(1, {ROWS});
    ANALYZE;
"""

_HELD = """
    SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.granted AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')
      AND c.relkind = 'r' AND c.reltuples > 1000 AND l.pid <> pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

_FILES = "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND reltuples > 1000 ORDER BY relname"


@dataclass
class Seen:
    """What a change did to the product that went on."""

    held: dict[str, float] = field(default_factory=dict)
    """Seconds for which each big table was kept from readers or writers, at the most."""
    rewritten: set[str] = field(default_factory=set)
    writes: int = 0


@pytest_asyncio.fixture
async def filled() -> AsyncIterator[str]:
    """A database with all tables, the big ones filled."""
    async with databases.of_its_own() as address:
        await migrations.migrate(address)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(_FILL.encode())
        yield address


async def _watch(address: str, seen: Seen, stop: asyncio.Event) -> None:
    since: dict[str, float] = {}
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        while not stop.is_set():
            names = {str(row[0]) for row in await (await connection.execute(_HELD)).fetchall()}
            now = time.monotonic()
            since = {name: since.get(name, now) for name in names}
            for name, begun in since.items():
                seen.held[name] = max(seen.held.get(name, 0), now - begun)
            await asyncio.sleep(0.02)


async def _write(address: str, seen: Seen, stop: asyncio.Event) -> None:
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        while not stop.is_set():
            await connection.execute("UPDATE invoice SET due_on = due_on + 1 WHERE number_key = 'inv7'")
            await connection.execute("INSERT INTO timeline_entry (kind, actor, request_id, at, fact)"
                                     " VALUES ('letter.sent', 'Plixo', 'r', now(), '{}')")  # fmt: skip
            seen.writes += 1
            await asyncio.sleep(0.005)


@asynccontextmanager
async def going_on(address: str) -> AsyncIterator[Seen]:
    """Let the product write and somebody watch the locks meanwhile."""
    seen, stop = Seen(), asyncio.Event()
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        before: dict[str, int] = dict(await (await connection.execute(_FILES)).fetchall())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch(address, seen, stop))
            tasks.create_task(_write(address, seen, stop))
            try:
                yield seen
            finally:
                stop.set()
        after: dict[str, int] = dict(await (await connection.execute(_FILES)).fetchall())
    seen.rewritten = {str(name) for name, file in before.items() if after.get(name) != file}


def shuts_out(seen: Seen) -> list[str]:
    """Return what a change did that a product which goes on does not bear."""
    return [
        *(f"{name} is written anew" for name in sorted(seen.rewritten)),
        *(f"{name} is kept for {secs:.1f} s" for name, secs in sorted(seen.held.items()) if secs > LONGEST_LOCK),
    ]


def a_migration(sql: str, *, number: int = 9000, contracts: bool = False, online: bool = False) -> Migration:
    """Return a migration of a release to come."""
    return Migration(number, "sample", lambda: sql, contracts=contracts, online=online)


LATER = [each for each in MIGRATIONS if each.number > rules.BASELINE]

GOOD = [
    a_migration("ALTER TABLE invoice ADD COLUMN memo text; ALTER TABLE invoice ADD COLUMN seen boolean DEFAULT false;"),
    a_migration("CREATE TABLE later (id uuid PRIMARY KEY, n integer NOT NULL); CREATE INDEX later_n ON later (n);"),
    a_migration("ALTER TABLE invoice ADD CONSTRAINT named CHECK (number <> '') NOT VALID;"),
    a_migration("DROP INDEX CONCURRENTLY IF EXISTS invoice_due;\n"
                "CREATE INDEX CONCURRENTLY invoice_due ON invoice (due_on);\n", online=True),
]  # fmt: skip

BAD = [
    ("CREATE INDEX invoice_due ON invoice (due_on);", "builds an index"),
    ("ALTER TABLE invoice ALTER COLUMN open_minor TYPE numeric;", "writes the whole table anew"),
    ("ALTER TABLE invoice ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid();", "writes the whole table anew"),
    ("ALTER TABLE invoice ALTER COLUMN issued_on SET NOT NULL;", "NOT VALID"),
    ("ALTER TABLE invoice ADD CONSTRAINT c CHECK (open_minor > -1);", "NOT VALID"),
    ("UPDATE invoice SET number = number;", "a job that changes pages"),
    ("ALTER TABLE invoice DROP COLUMN issued_on;", "contracts=True"),
    ("CREATE INDEX CONCURRENTLY invoice_due ON invoice (due_on);", "online=True"),
]


@pytest.mark.parametrize("migration", [*LATER, *GOOD], ids=lambda each: each.sql()[:40])
async def test_a_change_neither_keeps_a_table_nor_writes_it_anew_while_the_product_writes(
    filled: str, migration: Migration
) -> None:
    before = tuple(each for each in MIGRATIONS if each.number < migration.number)
    await migrations.migrate(filled, migrations=before)

    async with going_on(filled) as seen:
        await migrations.migrate(filled, migrations=(migration,))

    assert rules.broken(migration) == []
    assert shuts_out(seen) == []


@pytest.mark.parametrize(
    "statements",
    [
        "ALTER TABLE invoice ALTER COLUMN open_minor TYPE numeric;",
        "ALTER TABLE invoice ADD COLUMN memo text; SELECT pg_sleep(1.5);",
    ],
)
async def test_a_change_that_keeps_a_table_or_writes_it_anew_is_seen(filled: str, statements: str) -> None:
    async with going_on(filled) as seen:
        await migrations.migrate(filled, migrations=(a_migration(statements),))

    assert [each for each in shuts_out(seen) if each.startswith("invoice ")]


@pytest.mark.parametrize(("statements", "why"), BAD)
def test_a_change_that_would_lock_a_big_table_is_refused_by_its_text(statements: str, why: str) -> None:
    assert why in " ".join(rules.broken(a_migration(statements)))


async def test_a_change_lets_everybody_pass_until_its_table_is_free(filled: str) -> None:
    async with await psycopg.AsyncConnection.connect(filled) as holder:
        await holder.execute("SELECT count(*) FROM invoice")  # a report that has not ended keeps its lock
        changing = asyncio.create_task(
            migrations.migrate(filled, migrations=(a_migration("ALTER TABLE invoice ADD COLUMN memo text"),))
        )
        async with await psycopg.AsyncConnection.connect(filled, autocommit=True) as writer:
            slowest = 0.0
            begun = time.monotonic()
            while time.monotonic() - begun < 3:
                at = time.monotonic()
                await writer.execute("UPDATE invoice SET due_on = due_on + 1 WHERE number_key = 'inv7'")
                slowest = max(slowest, time.monotonic() - at)
                await asyncio.sleep(0.01)
        assert not changing.done()
        await holder.rollback()

    assert await changing == ["9000 sample"]
    assert slowest < migrations.LOCK_WAIT.total_seconds() + 5


async def test_a_change_that_never_gets_its_table_says_so_and_leaves_nothing(filled: str) -> None:
    steps = "CREATE TABLE later (id uuid); ALTER TABLE invoice ADD COLUMN memo text"
    async with await psycopg.AsyncConnection.connect(filled) as holder:
        await holder.execute("SELECT count(*) FROM invoice")

        with pytest.raises(SchemaBusy, match="9000 sample did not get its tables"):
            await migrations.migrate(filled, migrations=(a_migration(steps),), attempts=1)

        with pytest.raises(UndefinedTable):
            await holder.execute("SELECT FROM later")
    assert await migrations.migrate(filled, migrations=(a_migration(steps),)) == ["9000 sample"]


async def test_old_code_starts_on_a_schema_that_was_only_added_to(filled: str) -> None:
    await migrations.migrate(filled, migrations=(a_migration("ALTER TABLE invoice ADD COLUMN memo text"),))

    await migrations.check(filled)


async def test_old_code_is_refused_where_something_was_taken_away(filled: str) -> None:
    gone = a_migration("ALTER TABLE invoice DROP COLUMN issued_on", contracts=True)
    await migrations.migrate(filled, migrations=(gone,))

    with pytest.raises(SchemaBehind, match="migration 9000, which this version of Plixo does not know"):
        await migrations.check(filled)
