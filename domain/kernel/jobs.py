"""Jobs: procrastinate behind one small door. A job is deferred inside the command's own transaction.

Every job is one line of the table that the composition root hands in. A job may run twice (the process can
die between its work and its tick), so every job function asks the database before it acts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate import exceptions, job_context, jobs, psycopg_connector, retry
from procrastinate.schema import SchemaManager

from domain.kernel import request_ids, watch
from domain.kernel.job_books import Books
from domain.kernel.transactions import Transaction

log = logging.getLogger(__name__)

JobFunction = Callable[..., Awaitable[None]]

DEFAULT_QUEUE = "default"

HEARTBEAT_SECONDS = 2.0
STALLED_AFTER_SECONDS = 12.0
"""A worker that is silent for six heartbeats is dead; its jobs are given to another."""

RESCUE_LOCK = 7_154_203
"""Advisory lock of the one worker that looks for jobs of dead workers; any number that nothing else uses."""


LOCK_INDEX = """
    CREATE INDEX plixo_jobs_by_lock ON procrastinate_jobs (lock, priority DESC, id) WHERE status IN ('todo', 'doing');
"""
"""Whoever takes a job looks whether an earlier one has its lock. The queue's own index begins with the id and is read
whole for that, once for each waiting job: a morning of a thousand mails cost 30 ms for each job that was taken."""


class TryLater(Exception):
    """Raised by a job that wants to run again after *delay*, for a reason that is nobody's fault."""

    watched_as = "later"

    def __init__(self, delay: timedelta, reason: str) -> None:
        self.delay, self.reason = delay, reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class JobKind:
    """One line of the jobs table."""

    name: str
    does: str
    """What it does, for docs/operations.md."""
    attempts: int = 12
    lock: str | None = None
    """Jobs of one lock run one at a time, in order. ``{field}`` stands for a job argument."""
    queueing_lock: str | None = None
    """A second waiting job of one queueing lock is not queued."""
    queue: str = DEFAULT_QUEUE
    """A queue of its own makes each process run these jobs one after another, whatever else it does meanwhile."""
    given_up: str = ""
    """The job that is queued with the same arguments when the last attempt has failed, so that somebody hears of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One job to be queued."""

    name: str
    arguments: Mapping[str, Any]
    priority: int = 0


class _Backoff(retry.BaseRetryStrategy):
    """2, 4, 8 … seconds, at most ten minutes, until the attempts are used up; ``TryLater`` says its own delay."""

    def __init__(self, attempts: int, asked: set[int]) -> None:
        self._attempts, self._asked = attempts, asked

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision | None:
        if isinstance(exception, TryLater):
            self._asked.add(job.id or 0)
            return retry.RetryDecision(retry_in={"seconds": max(1, int(exception.delay.total_seconds()))})
        if job.attempts + 1 >= self._attempts:  # procrastinate counts the earlier ones only
            log.error(
                "job gave up: %s after %s attempts (%s)", job.task_name, job.attempts + 1, type(exception).__name__
            )
            return None
        return retry.RetryDecision(retry_in={"seconds": min(600, 2 ** (job.attempts + 1))})


class Jobs:
    """The queue of this deployment."""

    def __init__(self, conninfo: str, kinds: Iterable[JobKind], *, pool_size: int = 6) -> None:
        self._connector = psycopg_connector.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=pool_size)
        self._app = procrastinate.App(connector=self._connector)
        self._app.job_manager = self._books = Books(self._connector)
        self._kinds = {kind.name: kind for kind in kinds}
        self._functions: dict[str, JobFunction] = {}
        for kind in self._kinds.values():
            self._app.task(
                name=kind.name, queue=kind.queue, retry=_Backoff(kind.attempts, self._books.asked), pass_context=True
            )(self._task(kind))

    def bind(self, functions: Mapping[str, JobFunction]) -> None:
        """Say which function does which job; a process that only queues binds nothing."""
        for name, function in functions.items():
            assert name in self._kinds, f"no line in the jobs table is called {name}"
            self._functions[name] = function

    def _task(self, kind: JobKind) -> JobFunction:
        async def run(context: job_context.JobContext, request_id: str = "", trace: str = "", **arguments: Any) -> None:
            function = self._functions.get(kind.name)
            assert function is not None, f"this process runs workers but has no function for the job {kind.name}"
            with request_ids.serving(request_id or None), watch.work("job", kind.name, carried=trace) as seen:
                try:
                    await function(**arguments)
                except TryLater:
                    raise
                except Exception:  # whatever it was, it goes on to the queue's own books
                    last = context.job.attempts + 1 >= kind.attempts
                    seen.outcome = "gave_up" if last else watch.FAILED
                    if kind.given_up and last:
                        await self._give_up(kind, arguments, request_id)
                    raise

        run.__name__ = kind.name
        return run

    async def _give_up(self, kind: JobKind, arguments: Mapping[str, Any], request_id: str) -> None:
        """Queue what follows the last attempt; it may be queued twice, when the process dies before that is noted."""
        lock = _lock(self._kinds[kind.given_up], arguments)
        await self._app.configure_task(kind.given_up, lock=lock).defer_async(**arguments, request_id=request_id)

    @property
    def unwritten(self) -> int:
        """How many jobs of this process have ended without its being written down yet."""
        return self._books.unwritten

    async def open(self) -> None:
        """Connect; call after the schema is in place."""
        await self._app.open_async()

    async def close(self) -> None:
        """Disconnect."""
        await self._app.close_async()

    async def defer(self, tx: Transaction, name: str, *, delay: timedelta | None = None, **arguments: Any) -> None:
        """Queue one job in the caller's transaction: committed together, dropped together."""
        await self.defer_many(tx, name, [arguments], delay=delay)

    async def defer_many(
        self,
        tx: Transaction,
        name: str,
        each: list[dict[str, Any]],
        *,
        delay: timedelta | None = None,
        priority: int = 0,
    ) -> None:
        """Queue one job for each set of arguments, in the caller's transaction and in one statement."""
        await self.defer_all(tx, [Wanted(name, arguments, priority) for arguments in each], delay=delay)

    async def defer_all(self, tx: Transaction, wanted: Iterable["Wanted"], *, delay: timedelta | None = None) -> None:
        """Queue jobs of any kinds, in the caller's transaction and in one statement.

        One that may not be queued twice needs a statement of its own.
        """
        told, new = watch.carried(), []
        for each in wanted:
            kind = self._kinds[each.name]
            if kind.queueing_lock is not None:
                arguments = {**each.arguments, **told}
                await self._defer_locked(tx, kind, arguments, delay, each.priority)
                continue
            task = self._app.configure_task(
                each.name, schedule_in=_seconds(delay), lock=_lock(kind, each.arguments), priority=each.priority
            )
            new.append(task.make_new_job(**each.arguments, **told))
        if new:
            await self._app.job_manager.batch_defer_jobs_async(new, connection=tx.connection)

    async def _defer_locked(
        self, tx: Transaction, kind: JobKind, arguments: dict[str, Any], delay: timedelta | None, priority: int
    ) -> None:
        queueing_lock = kind.queueing_lock.format(**arguments) if kind.queueing_lock else None
        task = self._app.configure_task(
            kind.name,
            connection=tx.connection,
            schedule_in=_seconds(delay),
            lock=_lock(kind, arguments),
            queueing_lock=queueing_lock,
            priority=priority,
        )
        try:
            async with tx.connection.transaction():  # a savepoint: the refused insert must not end the transaction
                await task.defer_async(**arguments)
        except exceptions.AlreadyEnqueued:
            log.debug("job is queued already: %s", kind.name)

    async def work(
        self, *, concurrency: int, stop: asyncio.Event, name: str = "worker", until_idle: bool = False
    ) -> None:
        """Run jobs until *stop* is set (or, in tests, until nothing is ready).

        Jobs of a queue of their own are run one after another without a pause: a worker that runs several at once
        looks for the next one of a lock only when it is woken, or after its polling interval.
        """
        own = sorted({kind.queue for kind in self._kinds.values()} - {DEFAULT_QUEUE})
        workers = [self._worker(name, [DEFAULT_QUEUE], concurrency, until_idle=until_idle)]
        workers += [self._worker(f"{name} {each}", [each], 1, until_idle=until_idle) for each in own]
        stopping = asyncio.create_task(stop.wait())
        try:
            if until_idle:
                await asyncio.gather(*workers)
            else:
                await asyncio.wait({*workers, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (stopping, *workers):
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        for worker in workers:
            if not worker.cancelled() and (error := worker.exception()) is not None:
                raise error

    def _worker(self, name: str, queues: list[str], concurrency: int, *, until_idle: bool) -> asyncio.Task[None]:
        return asyncio.create_task(
            self._app.run_worker_async(
                queues=queues,
                concurrency=concurrency,
                name=name,
                wait=not until_idle,
                install_signal_handlers=False,
                fetch_job_polling_interval=2.0,
                abort_job_polling_interval=5.0,
                shutdown_graceful_timeout=20,
                listen_notify=not until_idle,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER_SECONDS,
            )
        )

    async def rescue_stalled(self) -> int:
        """Give the jobs of dead workers back to the queue; return how many. Of several rescuers one acts at a time.

        What of this process's own jobs ended while the database was away is written down first.
        """
        await self._books.write_down()
        async with self._connector.pool.connection() as connection, connection.transaction():
            # Without this, a second rescuer could give back a job that has been taken up again since it looked.
            alone = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (RESCUE_LOCK,))
            if (await alone.fetchone()) != (True,):
                return 0
            stalled = list(await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS))
            for job in stalled:
                await self._books.give_back(job)
        return len(stalled)


def schema_sql() -> str:
    """Return the tables and functions of the queue's installed version, and our index, for the first migration."""
    return str(SchemaManager.get_schema()) + LOCK_INDEX


def _lock(kind: JobKind, arguments: Mapping[str, Any]) -> str | None:
    return kind.lock.format(**arguments) if kind.lock else None


def _seconds(delay: timedelta | None) -> Any:
    return {"seconds": delay.total_seconds()} if delay else None
