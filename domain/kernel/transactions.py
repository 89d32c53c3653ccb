"""Transactions that survive cancellation: the connection always comes back, whatever happens to the task.

Tortoise's own ``in_transaction()`` loses a connection for ever when the task is cancelled while it begins,
commits or rolls back. Here those moments run to their end in a task of their own; the cancellation is
delivered afterwards.
"""

import logging
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import psycopg
from psycopg.pq import ExecStatus
from psycopg.rows import dict_row
from tortoise.backends.psycopg.client import PsycopgClient, TransactionWrapper
from tortoise.connection import get_connections

from domain.kernel import borrowing, patience
from domain.kernel.borrowing import to_the_end

log = logging.getLogger(__name__)

Row = dict[str, Any]
Params = Sequence[Any] | Mapping[str, Any] | None

CONNECTION = "default"


class Statement:
    """A long statement that is asked for very often: its named placeholders are found once and not on each asking."""

    def __init__(self, sql: str) -> None:
        self._order = tuple(dict.fromkeys(_NAMED.findall(sql)))
        place = {name: f"${number}" for number, name in enumerate(self._order, 1)}
        self.text = " ".join(_NAMED.sub(lambda found: place[found[1]], sql).replace("%%", "%").split()).encode()

    def in_order(self, params: Mapping[str, Any]) -> list[Any]:
        """Return the parameters as the statement has them."""
        return [params[name] for name in self._order]


_NAMED = re.compile(r"%\((\w+)\)s", re.ASCII)


class Rows:
    """SQL over one connection or pool, in psycopg's placeholders."""

    def _cursor(self, kind: type[Any] = psycopg.AsyncCursor) -> Any:
        raise NotImplementedError

    async def row_of(self, statement: Statement, params: Mapping[str, Any]) -> Row | None:
        """Run a statement whose plan the connection keeps, and return its first row, or None."""
        async with self._cursor(psycopg.AsyncRawCursor) as cursor:
            await cursor.execute(statement.text, statement.in_order(params), prepare=True)
            return cast("Row | None", await cursor.fetchone())

    async def rows(self, sql: str, params: Params = None, *, prepare: bool | None = None) -> list[Row]:
        """Run one statement and return its rows as dictionaries (an empty list for a statement without rows).

        With *prepare* the connection keeps the statement's plan from the first time on, not after some times: for long
        statements that take longer to plan than to run.
        """
        async with self._cursor() as cursor:
            await cursor.execute(sql, params, prepare=prepare)
            found = cursor.pgresult  # its description would be made anew, column by column, on each asking
            has_rows = found is not None and found.status == ExecStatus.TUPLES_OK
            return await cursor.fetchall() if has_rows else []

    async def row(self, sql: str, params: Params = None, *, prepare: bool | None = None) -> Row | None:
        """Run one statement and return its first row, or None."""
        found = await self.rows(sql, params, prepare=prepare)
        return found[0] if found else None

    async def execute(self, sql: str, params: Params = None) -> int:
        """Run one statement and return how many rows it touched."""
        async with self._cursor() as cursor:
            await cursor.execute(sql, params)
            return int(cursor.rowcount)


class Transaction(Rows):
    """One open transaction: SQL on its own connection; Tortoise models inside it use the same."""

    def __init__(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        self.connection = connection
        """psycopg's connection, for COPY and for jobs that are deferred inside the transaction."""

    def _cursor(self, kind: type[Any] = psycopg.AsyncCursor) -> Any:
        return kind(self.connection, row_factory=dict_row)


class Database(Rows):
    """The pool that Tortoise opened."""

    @property
    def _client(self) -> PsycopgClient:
        client = get_connections().get(CONNECTION)
        return cast("PsycopgClient", client)

    def connections(self) -> dict[str, int]:
        """Return psycopg's figures of the pool; none before its first use."""
        client = self._client
        return {} if isinstance(client, TransactionWrapper) else borrowing.stats(client)

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Any]:
        client = self._client
        if isinstance(client, TransactionWrapper):
            yield client._connection
            return
        connection = await borrowing.borrow(client)
        try:
            yield connection
        finally:
            await borrowing.give_back(client, connection)

    @asynccontextmanager
    async def _pool_cursor(self, kind: type[Any]) -> AsyncIterator[Any]:
        async with self._borrowed() as connection, kind(connection, row_factory=dict_row) as cursor:
            yield cursor

    def _cursor(self, kind: type[Any] = psycopg.AsyncCursor) -> Any:
        return self._pool_cursor(kind)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction; commit at the end, roll back on any exception. Never nests.

        Do not start tasks, timers or scheduler jobs inside: they would inherit the closed connection.

        Raises:
            InUse: A person does this, and something else holds the rows for long.
        """
        with patience.told():
            async with self._opened() as tx:
                yield tx

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Transaction]:
        client = self._client
        assert not isinstance(client, TransactionWrapper), "one public command is one transaction"
        connection = await borrowing.borrow(client)
        wrapper = TransactionWrapper(client)
        wrapper._connection = connection
        token = None
        try:
            await to_the_end(wrapper.begin())
            token = get_connections().set(CONNECTION, wrapper)
            try:
                tx = Transaction(connection)
                if (limit := patience.statement()) is not None:
                    await tx.execute(limit)
                yield tx
            except BaseException:
                await to_the_end(_rolled_back(wrapper))
                raise
            await to_the_end(wrapper.commit())
        finally:
            if token is not None:
                with suppress(ValueError):  # a task that was thrown away ends in a foreign context, without a token
                    get_connections().reset(token)
            await borrowing.give_back(client, connection)


class Joined(Database):
    """A database whose transactions are parts of one that is open: all of them are kept or dropped together.

    For the rare command that does, beside something of its own, what is a command by itself. A part that fails is
    undone by itself, so that whoever called it may go on.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a part of the transaction; undo that part on any exception."""
        await self._tx.execute("SAVEPOINT part")
        try:
            yield self._tx
        except BaseException:
            await to_the_end(self._tx.execute("ROLLBACK TO SAVEPOINT part"))
            raise
        await self._tx.execute("RELEASE SAVEPOINT part")


async def _rolled_back(wrapper: TransactionWrapper) -> None:
    try:
        await wrapper.rollback()
    except Exception as error:  # the connection is of no more use; the pool replaces a closed one
        log.warning("roll-back failed, connection closed: %s", type(error).__name__)
        await wrapper._connection.close()
