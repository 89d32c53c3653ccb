"""Migrations: plain SQL in numbered files, each applied once, in order, in one transaction.

One process migrates at a time: an advisory lock on the migrating connection ends with that connection, so a
process that is killed half-way leaves neither half a change nor a lock behind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import psycopg

from domain.kernel import jobs

LOCK = 7_154_201
"""Any fixed number that no other program uses in this database."""


class SchemaBehind(Exception):
    """The database lacks migrations that this version of Plixo needs, or has ones that it does not know."""


@dataclass(frozen=True)
class Migration:
    """One numbered change of the schema."""

    number: int
    name: str
    sql: Callable[[], str]


def _file(name: str) -> Callable[[], str]:
    return lambda: (resources.files(__package__) / name).read_text(encoding="utf-8")


MIGRATIONS = (
    Migration(1, "queue", jobs.schema_sql),
    Migration(2, "initial", _file("0002_initial.sql")),
)


async def migrate(conninfo: str) -> list[str]:
    """Apply what is missing and return the names of what was applied."""
    applied = []
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration"
            " (number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        present = await _numbers(connection)
        for migration in MIGRATIONS:
            if migration.number in present:
                continue
            async with connection.transaction():
                await connection.execute(migration.sql())
                await connection.execute(
                    "INSERT INTO schema_migration (number, name) VALUES (%s, %s)", (migration.number, migration.name)
                )
            applied.append(f"{migration.number:04} {migration.name}")
    return applied


async def check(conninfo: str) -> None:
    """Let the start go on only when database and program agree.

    Raises:
        SchemaBehind: Says which side is behind and what to run.
    """
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        row = await (await connection.execute("SELECT to_regclass('schema_migration')")).fetchone()
        present = await _numbers(connection) if row and row[0] else set()
    missing = [each for each in MIGRATIONS if each.number not in present]
    if missing:
        names = ", ".join(f"{each.number:04} {each.name}" for each in missing)
        raise SchemaBehind(f"The database lacks these migrations: {names}. Run `plixo migrate`, then start again.")
    unknown = present - {each.number for each in MIGRATIONS}
    if unknown:
        raise SchemaBehind(
            f"The database has migration {max(unknown):04}, which this version of Plixo does not know. "
            "Install the newer version, or restore the backup that belongs to this one."
        )


async def _numbers(connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> set[int]:
    rows = await (await connection.execute("SELECT number FROM schema_migration")).fetchall()
    return {int(str(row[0])) for row in rows}
