"""Bulk indexes: the first large import builds the indexes that only serve searches after its rows, each in one go.

Row by row, an index whose keys come in no order costs more than the row itself, and sorting all of them at once a
fifth of that. So where a table is empty, its indexes that are no rules are made anew, from their own definitions, in
the import's transaction: a crash, a cancel or an error leaves them as they were. That takes the table for itself until
the import has ended, which nobody notices while there is nothing in it. Where somebody uses the table at this moment,
or it is not ours to change, rows are added as always, with the same outcome, more slowly.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import LiteralString

import psycopg
from psycopg import sql

from domain.kernel.transactions import Transaction

MANY = 50_000
"""New rows from which on it is worth it: an index of fewer stays near the processor."""

_OURS = "SELECT pg_has_role(relowner, 'USAGE') AS ours FROM pg_class WHERE oid = %s::regclass"

_SEARCHES = """
    SELECT nspname AS folder, relname AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE indrelid = %s::regclass AND indisvalid AND reltablespace = 0
      AND NOT (indisunique OR indisprimary OR indisexclusion OR indisreplident OR indisclustered)
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY name
"""
"""Those that nothing but speed depends on."""


@asynccontextmanager
async def built_afterwards(tx: Transaction, *tables: LiteralString, rows: int) -> AsyncIterator[None]:
    """Let so many rows be added to those tables; what was empty gets its indexes afterwards."""
    definitions: list[str] = []
    if rows >= MANY:
        for table in tables:
            if await _is_ours_alone(tx, table):
                definitions += await _without_indexes(tx, table)
    yield
    for definition in definitions:
        await tx.execute(definition)


async def _is_ours_alone(tx: Transaction, table: LiteralString) -> bool:
    """Take an empty table for this transaction, if nobody has to be waited for."""
    row = await tx.row(_OURS, (table,))
    if row is None or not row["ours"] or not await _is_empty(tx, table):
        return False
    await tx.execute("SAVEPOINT alone")
    try:
        await _run(tx, sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(sql.Identifier(table)))
    except psycopg.errors.LockNotAvailable:
        await tx.execute("ROLLBACK TO SAVEPOINT alone")
        return False
    await tx.execute("RELEASE SAVEPOINT alone")
    return await _is_empty(tx, table)  # somebody may have added the first row before the lock was ours


async def _is_empty(tx: Transaction, table: LiteralString) -> bool:
    async with tx.connection.cursor() as cursor:
        await cursor.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table)))
        return cursor.rowcount == 0


async def _without_indexes(tx: Transaction, table: LiteralString) -> Sequence[str]:
    """Drop a table's indexes that are no rules; return how to make them again."""
    found = await tx.rows(_SEARCHES, (table,))
    for row in found:
        await _run(tx, sql.SQL("DROP INDEX {}").format(sql.Identifier(row["folder"], row["name"])))
    return [row["definition"] for row in found]


async def _run(tx: Transaction, statement: sql.Composed) -> None:
    async with tx.connection.cursor() as cursor:
        await cursor.execute(statement)
