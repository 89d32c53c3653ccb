"""Transactions that survive cancellation: the connection always comes back, whatever happens to the task.

Tortoise's own ``in_transaction()`` loses a connection for ever when the task is cancelled while it begins,
commits or rolls back. Here those moments run to their end in a task of their own; the cancellation is
delivered afterwards.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar, cast

import psycopg
from psycopg.pq import ExecStatus
from psycopg.rows import dict_row
from tortoise.backends.psycopg.client import PsycopgClient, TransactionWrapper
from tortoise.connection import get_connections

from domain.kernel import patience

log = logging.getLogger(__name__)

R = TypeVar("R")
Row = dict[str, Any]
Params = Sequence[Any] | Mapping[str, Any] | None

CONNECTION = "default"


async def to_the_end(work: Coroutine[Any, Any, R]) -> R:
    """Await *work* to its end even when this task is cancelled meanwhile; then let the cancellation out."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.done() and task.cancelled():
                raise
            cancelled = error
        except BaseException:  # the work's own failure; it is raised again below, from the task
            break
    if cancelled is not None:
        if not task.cancelled() and task.exception() is not None:
            log.warning("work that was cancelled had failed: %s", type(task.exception()).__name__)
        raise cancelled
    return task.result()


class Rows:
    """SQL over one connection or pool, in psycopg's placeholders."""

    def _cursor(self) -> Any:
        raise NotImplementedError

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

    def _cursor(self) -> Any:
        return self.connection.cursor(row_factory=dict_row)


class Database(Rows):
    """The pool that Tortoise opened."""

    @property
    def _client(self) -> PsycopgClient:
        client = get_connections().get(CONNECTION)
        return cast("PsycopgClient", client)

    def connections(self) -> dict[str, int]:
        """Return psycopg's figures of the pool; none before its first use."""
        client = self._client
        pool = None if isinstance(client, TransactionWrapper) else client._pool
        return dict(pool.get_stats()) if pool is not None else {}

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Any]:
        client = self._client
        if isinstance(client, TransactionWrapper):
            yield client._connection
            return
        connection = await _borrow(client)
        try:
            yield connection
        finally:
            await to_the_end(_give_back(client, connection))

    @asynccontextmanager
    async def _pool_cursor(self) -> AsyncIterator[Any]:
        async with self._borrowed() as connection, connection.cursor(row_factory=dict_row) as cursor:
            yield cursor

    def _cursor(self) -> Any:
        return self._pool_cursor()

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
        connection = await _borrow(client)
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
            await to_the_end(_give_back(client, connection))


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


async def _borrow(client: PsycopgClient) -> "psycopg.AsyncConnection[Any]":
    """Take a connection from the pool; one that arrives after a cancellation goes straight back."""
    if client._pool is None:
        async with client._pool_init_lock:
            if client._pool is None:
                await _open(client)
    assert client._pool is not None, "the pool was opened"
    if client._pool.get_stats().get(
        "pool_available"
    ):  # nothing has to be waited for, so nothing can be lost on the way
        return await client._pool.getconn()
    task: asyncio.Future[psycopg.AsyncConnection[Any]] = asyncio.ensure_future(client._pool.getconn())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(lambda done: _return_late(client, done))
        raise


async def _open(client: PsycopgClient) -> None:
    """Open the pool; one that could not be opened is forgotten, or it would stay closed when the database is back."""
    try:
        await to_the_end(client.create_connection(with_db=True))
    except BaseException:
        client._pool = None
        raise


def _return_late(client: PsycopgClient, done: "asyncio.Future[psycopg.AsyncConnection[Any]]") -> None:
    if not done.cancelled() and done.exception() is None:
        _LATE.add(task := asyncio.ensure_future(_give_back(client, done.result())))
        task.add_done_callback(_LATE.discard)


_LATE: set[Awaitable[None]] = set()
"""Keeps the tasks alive that return a connection which nobody waited for any more."""


async def _rolled_back(wrapper: TransactionWrapper) -> None:
    try:
        await wrapper.rollback()
    except Exception as error:  # the connection is of no more use; the pool replaces a closed one
        log.warning("roll-back failed, connection closed: %s", type(error).__name__)
        await wrapper._connection.close()


async def _give_back(client: PsycopgClient, connection: "psycopg.AsyncConnection[Any]") -> None:
    if client._pool is None:
        await connection.close()
    else:
        await client._pool.putconn(connection)
