"""The hands of the soak: its worker processes, and waiting until none of them has anything left to do."""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import psycopg

from tests.soak import worker
from tests.soak.clock import BusyCount, SharedClock

Sql = psycopg.AsyncConnection[dict[str, Any]]

BEGINS_SECONDS = 4
"""A living worker begins a job that it has taken within this time; what was taken longer ago and is not counted by any
living worker was taken by one that is dead, and nobody waits for it."""

STILL_SECONDS = 180.0
"""While there is work, some job begins or ends within this time, or something hangs; also on a slow, busy machine."""

LOOK_SECONDS = 5.0
"""A look that took longer counts as so long: a machine or a process that was put to sleep for a while did not hang."""

RESCUE_SECONDS = 180.0
"""Jobs of dead workers are given to others within this time."""


@dataclass(eq=False)
class Hand:
    """One worker process."""

    process: ForkServerProcess
    busy: BusyCount
    leaving: bool = False

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.exitcode is None

    @property
    def at_work(self) -> bool:
        """Whether it lives and is at a job."""
        return self.alive and self.busy.count > 0

    def kill(self) -> None:
        """End it between any two of its instructions."""
        self.process.kill()

    def stop(self) -> None:
        """Ask it to finish what it is at, and to end."""
        self.process.terminate()

    async def ended(self) -> None:
        """Wait until it has ended."""
        await asyncio.to_thread(self.process.join)


async def hired(address: str, clock: Path, busy: Path, log: Path, *, port: int, trouble: float, warm_up: int) -> Hand:
    """Start a worker, as a copy of a process that has imported everything: that costs more than most of them work."""
    nursery = multiprocessing.get_context("forkserver")
    nursery.set_forkserver_preload([worker.__name__])
    count = BusyCount(busy)
    told = (address, clock, busy, log, port, trouble, warm_up, os.getpid())
    process = nursery.Process(target=worker.run, args=told)
    await asyncio.to_thread(process.start)
    return Hand(process, count)


async def drained(sql: Sql, hands: Sequence[Hand]) -> None:
    """Wait until no living worker has anything to do."""
    still, seen, looked = 0.0, 0, time.monotonic()
    while still < STILL_SECONDS:
        row = await (await sql.execute(_BUSY, {"begins": timedelta(seconds=BEGINS_SECONDS)})).fetchone()
        assert row is not None
        if not row["busy"] and not any(each.at_work for each in hands):
            return
        gone = [each.process.exitcode for each in hands if each.process.exitcode and not each.leaving]
        assert not gone, f"workers ended by themselves, with {gone}"
        before, looked = looked, time.monotonic()
        still = still + min(LOOK_SECONDS, looked - before) if row["events"] == seen else 0.0
        seen = row["events"]
        await asyncio.sleep(min(0.2, 0.02 + row["busy"] / 1000))
    raise AssertionError(f"work hangs: {await (await sql.execute(_AT)).fetchall()}")


async def stand_still(sql: Sql, hands: Sequence[Hand], clock: SharedClock) -> None:
    """Wait until nobody does anything, and let nobody begin: the clock may be moved, and then let go."""
    while True:
        await drained(sql, hands)
        clock.moving = True
        if not any(each.at_work for each in hands):
            return
        clock.moving = False


async def rescued(sql: Sql, hands: Sequence[Hand]) -> None:
    """Wait until the jobs of dead workers were given to others: that takes real seconds, in which days may pass."""
    until = time.monotonic() + RESCUE_SECONDS
    while time.monotonic() < until:
        taken = await (await sql.execute(_TAKEN)).fetchone()
        await drained(sql, hands)  # what was given to others since is done with it
        if taken is None:
            return
        await asyncio.sleep(0.5)


async def left(sql: Sql, hands: Sequence[Hand]) -> bool:
    """Tell whether there will be work within a minute, when all that there is now has been done."""
    await rescued(sql, hands)
    return await (await sql.execute(_SOON)).fetchone() is not None


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

_SOON = b"""
    SELECT 1 FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now() + interval '1 minute') LIMIT 1
"""
