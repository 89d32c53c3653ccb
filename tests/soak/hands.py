"""The hands of the soak: its worker processes, and waiting until none of them has anything left to do."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from tests.soak.clock import BusyCount

Sql = psycopg.AsyncConnection[dict[str, Any]]

BEGINS_SECONDS = 4
"""A living worker begins a job that it has taken within this time; what was taken longer ago and is not counted by any
living worker was taken by one that is dead, and nobody waits for it."""

STILL_SECONDS = 180.0
"""While there is work, some job begins or ends within this time, or something hangs; also on a slow, busy machine."""

REST_SECONDS = 300.0
"""Jobs of dead workers are given to others, and jobs that are put off for seconds are done, within this time."""


@dataclass(eq=False)
class Hand:
    """One worker process."""

    process: asyncio.subprocess.Process
    busy: BusyCount
    leaving: bool = False

    @property
    def at_work(self) -> bool:
        """Whether it lives and is at a job."""
        return self.process.returncode is None and self.busy.count > 0


async def drained(sql: Sql, hands: Sequence[Hand]) -> None:
    """Wait until no living worker has anything to do."""
    until, seen = time.monotonic() + STILL_SECONDS, 0
    while time.monotonic() < until:
        row = await (await sql.execute(_BUSY, {"begins": timedelta(seconds=BEGINS_SECONDS)})).fetchone()
        assert row is not None
        if not row["busy"] and not any(each.at_work for each in hands):
            return
        gone = [each.process.returncode for each in hands if each.process.returncode and not each.leaving]
        assert not gone, f"workers ended by themselves, with {gone}"
        if row["events"] != seen:
            until, seen = time.monotonic() + STILL_SECONDS, row["events"]
        await asyncio.sleep(min(0.2, 0.02 + row["busy"] / 1000))
    raise AssertionError(f"work hangs: {await (await sql.execute(_AT)).fetchall()}")


async def rescued(sql: Sql, hands: Sequence[Hand]) -> None:
    """Wait until the jobs of dead workers were given to others: that takes real seconds, in which days may pass."""
    await _none_left(sql, hands, _TAKEN)


async def at_rest(sql: Sql, hands: Sequence[Hand]) -> None:
    """Wait until every job is done that is not put off."""
    await _none_left(sql, hands, _LEFT)


async def _none_left(sql: Sql, hands: Sequence[Hand], jobs: bytes) -> None:
    until = time.monotonic() + REST_SECONDS
    while time.monotonic() < until:
        await drained(sql, hands)
        if await (await sql.execute(jobs)).fetchone() is None:
            return
        await asyncio.sleep(0.5)


_BUSY = b"""
    SELECT (SELECT count(*) FROM procrastinate_jobs j WHERE j.status = 'doing' AND EXISTS (
                SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started'
                AND e.at > now() - %(begins)s))
         + (SELECT count(*) FROM procrastinate_jobs j WHERE j.status = 'todo'
            AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
            AND NOT EXISTS (SELECT FROM procrastinate_jobs d WHERE d.lock = j.lock AND d.status = 'doing')
            AND NOT EXISTS (SELECT FROM procrastinate_jobs f WHERE f.lock = j.lock AND f.status = 'todo'
                            AND f.scheduled_at > now() AND (f.priority, -f.id) > (j.priority, -j.id))) AS busy,
           (SELECT coalesce(max(id), 0) FROM procrastinate_events) AS events
"""

_AT = b"SELECT task_name, status, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1, 2"

_TAKEN = b"SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' LIMIT 1"

_LEFT = b"""
    SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'
       OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now() + interval '1 minute')) LIMIT 1
"""
