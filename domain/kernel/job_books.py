"""The queue's books, kept by procrastinate, with four more rules than its own.

A job whose successor waits already has nothing left to do. A job that asked to be run later has not failed. Who takes a
job in the moment in which another worker takes one of the same lock was second, and looks again: else the whole worker
would end, and with it the jobs that are under way there. And the end of a job that could not be written down, since the
database was away in that moment, is written down afterwards: its worker lives, so nobody else would ever take it for
lost, and whatever waits for its lock would wait for ever.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from procrastinate import exceptions, jobs, manager, psycopg_connector

log = logging.getLogger(__name__)

LOCK_CONSTRAINT = "procrastinate_jobs_lock_idx_v1"
"""The queue's index by which one job of a lock runs at a time."""

TRIES = 10
"""How often a job is looked for while others are first; after that at the next call or poll."""

_STILL_OURS = """
    SELECT 1 FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s AND attempts = %(attempts)s
"""


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a job, to be written down."""

    job: jobs.Job
    write: Callable[[], Awaitable[None]]


class Books(manager.JobManager):
    """What became of each job."""

    def __init__(self, connector: psycopg_connector.PsycopgConnector) -> None:
        super().__init__(connector)
        self.asked: set[int] = set()
        """Jobs of this process that ended with ``TryLater`` and are about to be queued again."""
        self._unwritten: dict[int, _End] = {}

    @property
    def unwritten(self) -> int:
        """How many ends wait to be written down."""
        return len(self._unwritten)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> jobs.Job | None:
        """Take the next job; None when nothing is ready, or others were first each time."""
        for _ in range(TRIES):
            try:
                return await super().fetch_job(queues, worker_id)
            except exceptions.UniqueViolation as error:
                if error.constraint_name != LOCK_CONSTRAINT:
                    raise
        return None

    async def finish_job(self, job: jobs.Job, status: jobs.Status, delete_job: bool) -> None:
        """Write down that a job has ended, now or as soon as that works."""

        async def write() -> None:
            await super(Books, self).finish_job(job, status, delete_job)

        await self._written(_End(job, write))

    async def retry_job(self, job: jobs.Job, *args: Any, **how: Any) -> None:
        """Queue a job again, now or as soon as that works."""

        async def write() -> None:
            await self.give_back(job, *args, **how)

        await self._written(_End(job, write))

    async def give_back(self, job: jobs.Job, *args: Any, **how: Any) -> None:
        """Queue the job again, unless a waiting job of the same queueing lock will do its work."""
        try:
            await super().retry_job(job, *args, **how)
        except exceptions.UniqueViolation as error:
            if error.constraint_name != manager.QUEUEING_LOCK_CONSTRAINT:
                raise
            await super().finish_job(job, jobs.Status.ABORTED, delete_job=True)
        if job.id in self.asked:
            self.asked.discard(job.id)
            await self.connector.execute_query_async(
                "UPDATE procrastinate_jobs SET attempts = attempts - 1 WHERE id = %(job_id)s", job_id=job.id
            )

    async def write_down(self) -> None:
        """Write down the ends that could not be written when they came, of jobs that nobody else was given since.

        Raises:
            ConnectorException: The database is still away; what is left is kept for the next time.
        """
        for job_id, end in list(self._unwritten.items()):
            ours = await self.connector.execute_query_all_async(
                _STILL_OURS, job_id=job_id, worker_id=end.job.worker_id, attempts=end.job.attempts
            )
            if ours:
                await end.write()
            self.asked.discard(job_id)
            del self._unwritten[job_id]

    async def _written(self, end: _End) -> None:
        try:
            await end.write()
        except exceptions.ConnectorException as error:
            if end.job.id is None or end.job.worker_id is None:
                raise
            log.warning("the end of a job is written down later: %s (%s)", end.job.task_name, type(error).__name__)
            self._unwritten[end.job.id] = end
