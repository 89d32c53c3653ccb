"""Borrowing: a connection of the pool for whoever wants one, in the order of arrival, and its safe way back.

The pool has a queue of its own, but each who waits in it costs three tasks, and the connection lies idle for some
rounds of the event loop until it reaches them. So most wait before it, for the price of one future; whoever has their
turn finds a connection that is free, unless the pool still grows or others (Tortoise's models) have taken it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from tortoise.backends.psycopg.client import PsycopgClient

log = logging.getLogger(__name__)

R = TypeVar("R")


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


class _Turns:
    """As many turns as the pool may have connections."""

    def __init__(self, pool: "AsyncConnectionPool[Any]") -> None:
        self._free, self._seconds = asyncio.Semaphore(pool.max_size), pool.timeout
        self.waiting = 0

    async def taken(self) -> float:
        """Wait for a turn; return how many seconds are left to wait for the connection itself.

        Raises:
            PoolTimeout: It took too long.
        """
        if not self._free.locked():
            await self._free.acquire()
            return self._seconds
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds
        self.waiting += 1
        try:
            async with asyncio.timeout_at(until):
                await self._free.acquire()
        except TimeoutError:
            raise PoolTimeout(f"couldn't get a connection after {self._seconds:.0f} sec") from None
        finally:
            self.waiting -= 1
        return max(until - loop.time(), 0.001)

    def ended(self) -> None:
        """Let the next one have the turn."""
        self._free.release()


_TURNS: "WeakKeyDictionary[AsyncConnectionPool[Any], _Turns]" = WeakKeyDictionary()


def _turns(pool: "AsyncConnectionPool[Any]") -> _Turns:
    found = _TURNS.get(pool)
    if found is None:
        found = _TURNS[pool] = _Turns(pool)
    return found


def stats(client: PsycopgClient) -> dict[str, int]:
    """Return psycopg's figures of the pool, with those who wait before it; none before its first use."""
    pool = client._pool
    if pool is None:
        return {}
    found = dict(pool.get_stats())
    return found | {"requests_waiting": found.get("requests_waiting", 0) + _turns(pool).waiting}


async def borrow(client: PsycopgClient) -> "psycopg.AsyncConnection[Any]":
    """Take a connection; one that arrives after a cancellation goes straight back."""
    if client._pool is None:
        async with client._pool_init_lock:
            if client._pool is None:
                await _open(client)
    pool = client._pool
    assert pool is not None, "the pool was opened"
    turns = _turns(pool)
    seconds = await turns.taken()
    try:
        return await _connection(pool, seconds)
    except BaseException:
        turns.ended()
        raise


async def give_back(client: PsycopgClient, connection: "psycopg.AsyncConnection[Any]") -> None:
    """Return a connection that ``borrow`` gave, to its end even when this task is cancelled meanwhile."""
    pool = _lender(connection) or client._pool
    try:
        if pool is not None and not _waits(pool, connection):
            await pool.putconn(connection)
        else:
            await to_the_end(_returned(connection))
    finally:
        if pool is not None:
            _turns(pool).ended()


def _lender(connection: "psycopg.AsyncConnection[Any]") -> "AsyncConnectionPool[Any] | None":
    """Return the pool that lent a connection: the client may have closed it since, and have another one now."""
    return cast("AsyncConnectionPool[Any] | None", connection._pool)


def _waits(pool: "AsyncConnectionPool[Any]", connection: "psycopg.AsyncConnection[Any]") -> bool:
    """Tell whether anything has to be waited for on the way back; without that no cancellation can come between."""
    return bool(pool._waiting or pool._lock.locked() or connection.pgconn.transaction_status != TransactionStatus.IDLE)


async def _connection(pool: "AsyncConnectionPool[Any]", seconds: float) -> "psycopg.AsyncConnection[Any]":
    if pool._pool:  # nothing has to be waited for, so nothing can be lost on the way
        ready: psycopg.AsyncConnection[Any] = await pool.getconn(seconds)
        return ready
    task: asyncio.Future[psycopg.AsyncConnection[Any]] = asyncio.ensure_future(pool.getconn(seconds))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_return_late)
        raise


async def _open(client: PsycopgClient) -> None:
    """Open the pool; one that could not be opened is forgotten, or it would stay closed when the database is back."""
    try:
        await to_the_end(client.create_connection(with_db=True))
    except BaseException:
        client._pool = None
        raise


def _return_late(done: "asyncio.Future[psycopg.AsyncConnection[Any]]") -> None:
    if not done.cancelled() and done.exception() is None:
        _LATE.add(task := asyncio.ensure_future(_returned(done.result())))
        task.add_done_callback(_LATE.discard)


_LATE: set[Awaitable[None]] = set()
"""Keeps the tasks alive that return a connection which nobody waited for any more."""


async def _returned(connection: "psycopg.AsyncConnection[Any]") -> None:
    pool = _lender(connection)
    if pool is None:
        await connection.close()
    else:
        await pool.putconn(connection)  # one that was closed meanwhile closes it
