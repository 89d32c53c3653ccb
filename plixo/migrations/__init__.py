"""Migrations: plain SQL in numbered files, each applied once, in order, in one transaction.

One process migrates at a time: an advisory lock on the migrating connection ends with that connection, so a
process that is killed half-way leaves neither half a change nor a lock behind. The product goes on meanwhile: a change
waits for a table only briefly, for whoever comes after it waits as well, then lets everybody pass and tries again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources

import psycopg
from psycopg import sql
from psycopg.errors import DeadlockDetected, LockNotAvailable

from domain.kernel import jobs

LOCK = 7_154_201
"""Any fixed number that no other program uses in this database."""


LOCK_WAIT = timedelta(milliseconds=800)
"""How long a change waits for a table; so long, at most, does it keep the product waiting that queues up behind it."""

ATTEMPTS = 60
"""How often a change tries to get its tables, before it gives up and leaves everything as it was."""

PAUSE = timedelta(seconds=1)
"""How long everybody may pass between two tries."""

CONNECT_SECONDS = 10
"""How long a start waits for one answer of the database, which may be behind a network that swallows everything."""


class SchemaBehind(Exception):
    """The database lacks migrations that this version of Plixo needs, or has taken away what it needs."""


class SchemaBusy(SchemaBehind):
    """A change did not get its tables, since somebody kept them for too long."""


@dataclass(frozen=True)
class Migration:
    """One numbered change of the schema."""

    number: int
    name: str
    sql: Callable[[], str]
    contracts: bool = False
    """Whether it takes away what the version before it still needs; else both run on the schema, side by side."""
    online: bool = False
    """Whether each of its statements is applied by itself, outside of a transaction, as an index that is built while
    the product goes on. It may be killed half-way, so all of them must bear to be applied again."""


def _file(name: str) -> Callable[[], str]:
    return lambda: (resources.files(__package__) / name).read_text(encoding="utf-8")


MIGRATIONS = (
    Migration(1, "queue", jobs.schema_sql),
    Migration(2, "initial", _file("0002_initial.sql")),
)


async def migrate(
    conninfo: str,
    *,
    migrations: tuple[Migration, ...] | None = None,
    attempts: int = ATTEMPTS,
    first_mode: str = "shadow",
) -> list[str]:
    """Apply what is missing and return the names of what was applied.

    Args:
        conninfo: How to connect.
        migrations: Other ones than the product's.
        attempts: How often a change tries to get its tables.
        first_mode: The mode of the one segment with which a new database begins.

    Raises:
        SchemaBusy: Somebody kept a table for so long that a change gave up; what was applied before it stays.
    """
    applied = []
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        await connection.execute("SELECT set_config('plixo.first_mode', %s, false)", (first_mode,))
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration"
            " (number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),"
            " contracts boolean NOT NULL DEFAULT true)"
        )
        await connection.execute(
            "ALTER TABLE schema_migration ADD COLUMN IF NOT EXISTS contracts boolean NOT NULL DEFAULT true"
        )
        present = await _present(connection)
        for migration in MIGRATIONS if migrations is None else migrations:
            if migration.number not in present:
                await _patiently(connection, migration, attempts)
                applied.append(_named(migration))
    return applied


async def _patiently(
    connection: "psycopg.AsyncConnection[tuple[object, ...]]", migration: Migration, attempts: int
) -> None:
    """Apply one migration, and let everybody pass between two tries."""
    for attempt in range(1, attempts + 1):
        try:
            await _apply(connection, migration)
        except (LockNotAvailable, DeadlockDetected):
            if attempt == attempts:
                raise SchemaBusy(
                    f"Migration {_named(migration)} did not get its tables in {attempts} tries; nothing of it was "
                    "applied. Something holds a table for long (pg_stat_activity shows what): a dump, a report, a "
                    "forgotten session. Try again when it has ended."
                ) from None
            await asyncio.sleep(PAUSE.total_seconds())
        else:
            return


async def _apply(connection: "psycopg.AsyncConnection[tuple[object, ...]]", migration: Migration) -> None:
    wait = sql.Literal(f"{LOCK_WAIT // timedelta(milliseconds=1)}ms")
    if migration.online:
        await connection.execute(sql.SQL("SET lock_timeout = {}").format(wait))
        for statement in filter(None, (each.strip() for each in migration.sql().split(";\n"))):
            await connection.execute(statement.encode())
        await connection.execute("RESET lock_timeout")
    async with connection.transaction():
        if not migration.online:
            await connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(wait))
            await connection.execute(migration.sql().encode())
        await connection.execute(
            "INSERT INTO schema_migration (number, name, contracts) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.contracts),
        )


async def check(conninfo: str) -> None:
    """Let the start go on when the database has all that the program needs; it may have more.

    Raises:
        SchemaBehind: Says which side is behind and what to run.
    """
    connecting = psycopg.AsyncConnection.connect(conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS)
    async with await connecting as connection:
        row = await (await connection.execute("SELECT to_regclass('schema_migration')")).fetchone()
        present = await _present(connection) if row and row[0] else {}
    missing = [each for each in MIGRATIONS if each.number not in present]
    if missing:
        names = ", ".join(map(_named, missing))
        raise SchemaBehind(f"The database lacks these migrations: {names}. Run `plixo migrate`, then start again.")
    known = {each.number for each in MIGRATIONS}
    beyond = [number for number, contracts in present.items() if contracts and number not in known]
    if beyond:
        raise SchemaBehind(
            f"The database has migration {max(beyond):04}, which this version of Plixo does not know. "
            "Install the newer version, or restore the backup that belongs to this one."
        )


def _named(migration: Migration) -> str:
    return f"{migration.number:04} {migration.name}"


async def _present(connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> dict[int, bool]:
    """Return what was applied, and whether it took something away; who does not say so may have."""
    rows = await (
        await connection.execute(
            "SELECT number, coalesce((to_jsonb(m) ->> 'contracts')::boolean, true) FROM schema_migration m"
        )
    ).fetchall()
    return {int(str(row[0])): bool(row[1]) for row in rows}
