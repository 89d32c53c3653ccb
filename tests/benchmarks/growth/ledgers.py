"""Whole ledgers of any size, made by the database itself from the statements of ``shapes``.

Rows are written with triggers at rest and indexed at the end, as a restored backup is. The invoices are made in pieces,
one for each processor at a time, so that no size needs more memory than another.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tests.benchmarks.growth import shapes
from tests.clocks import START

CADENCE = "00000000-0000-4000-8000-000000000001"
"""The default cadence, with steps at -3, 0, 7, 14 and 21 days."""

INVOICES_OF_A_CUSTOMER = 8
"""On average, over three years."""

PIECE = 250_000
"""Invoices that one connection makes at a time, with all that hangs on them."""

HANDS = min(8, os.cpu_count() or 1)
"""Connections that make a ledger."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was made."""

    invoices: int
    open: int
    customers: int
    due: int
    """Open invoices of which a step of the cadence is due now."""
    reminders: int
    """In the history."""
    biggest: int
    """Invoices of the customer who has most."""
    bytes: int
    """The database's size on disk, with all indexes."""


_TABLES = ("timeline_entry", "mailing", "invoice", "payment", "mailing_item", "allocation", "enrolment", "contact",
           "account", "dispute", "promise", "suppression")  # fmt: skip
"""What is written, the largest first: it takes longest to be indexed."""

_LATER = "UPDATE pg_index SET indisready = false WHERE indrelid = ANY(%s::text[]::regclass[])"
"""Each index is made in one go from the sorted whole, which also finds what is there twice."""

_NOTES = (
    "DELETE FROM newcomer n USING newcomer earlier WHERE earlier.id < n.id",
    "DELETE FROM stale_case WHERE account_id IS NOT NULL",
)
"""Each piece has told the planner and the queue to look at everything, and each contact to look at its customer; once
is enough, or each invoice would be judged twice."""

_HASTE = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "4GB"}
"""Settings of the server while a ledger is made: one that is lost with the machine is made again."""

_MADE = """
    SELECT (SELECT count(*) FROM invoice) AS invoices, (SELECT count(*) FROM invoice WHERE state = 'open') AS open,
           (SELECT count(*) FROM account) AS customers, (SELECT count(*) FROM mailing) AS reminders,
           (SELECT count(*) FROM enrolment WHERE state = 'running' AND next_action_at <= %(now)s) AS due,
           (SELECT max(n) FROM (SELECT count(*) AS n FROM invoice GROUP BY account_id) each) AS biggest,
           pg_database_size(current_database()) AS bytes
"""


async def fill(database_address: str, invoices: int, *, now: datetime = START) -> Ledger:
    """Fill a migrated, empty database of a server of one's own with so many invoices and all that hangs on them."""
    values: dict[str, Any] = {
        "invoices": invoices, "customers": max(1, invoices // INVOICES_OF_A_CUSTOMER), "now": now, "today": now.date(),
        "cadence": CADENCE,
    }  # fmt: skip
    pieces = [
        (shapes.OF_A_PIECE, {**values, "first": first, "last": min(invoices, first + PIECE - 1)})
        for first in range(1, invoices + 1, PIECE)
    ]
    async with (
        await psycopg.AsyncConnection.connect(database_address, autocommit=True) as connection,
        _haste(connection),
    ):
        await connection.execute(_LATER, (list(_TABLES),))
        await _by_hands(database_address, [(shapes.OF_CUSTOMERS, values), *pieces])
        await _by_hands(database_address, [((_on("REINDEX TABLE {}", each),), {}) for each in _TABLES])
        # What a server's own housekeeping does within a minute or two; it would not count empty tables, either.
        tables = (*_TABLES, "newcomer", "stale_case", "unread_name")
        for each in _NOTES:
            await connection.execute(each)
        await _by_hands(database_address, [((_on("VACUUM ANALYZE {}", each),), {}) for each in tables])
        found = await (await connection.execute(_MADE, values)).fetchone()
    assert found is not None
    made, still_open, accounts, reminders, due, biggest, size = found
    return Ledger(invoices=made, open=still_open, customers=accounts, due=due, reminders=reminders, biggest=biggest,
                  bytes=size)  # fmt: skip


Work = tuple[Sequence[LiteralString | sql.Composed], dict[str, Any]]
"""Statements that are run one after another, and their values."""


def _on(statement: LiteralString, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))


async def _by_hands(database_address: str, work: Iterable[Work]) -> None:
    """Do pieces of work, so many at a time as there are hands."""
    left = iter(work)
    async with asyncio.TaskGroup() as hands:
        for _ in range(HANDS):
            hands.create_task(_hand(database_address, left))


async def _hand(database_address: str, left: Iterator[Work]) -> None:
    async with await psycopg.AsyncConnection.connect(database_address, autocommit=True) as connection:
        await connection.execute(shapes.FUNCTIONS)
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET maintenance_work_mem = '256MB'")
        for statements, values in left:
            for statement in statements:
                await connection.execute(statement, values)


@asynccontextmanager
async def _haste(connection: "psycopg.AsyncConnection[Any]") -> AsyncIterator[None]:
    """Let the server write carelessly for a while, unless it does anyway; what it has then is written out."""
    rows = await (await connection.execute(
        "SELECT name FROM pg_settings WHERE name = ANY(%s) AND source <> 'configuration file'", (list(_HASTE),)
    )).fetchall()  # fmt: skip
    changed = [name for (name,) in rows]
    for name in changed:
        setting = sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(_HASTE[name]))
        await connection.execute(setting)
    await connection.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        for name in changed:
            await connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
        await connection.execute("SELECT pg_reload_conf()")
        await connection.execute("CHECKPOINT")
