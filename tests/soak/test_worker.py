"""The worker: none of its jobs is in two hours at once."""

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.clocks import START
from tests.soak.clock import BusyCount, SharedClock
from tests.soak.worker import counted


async def test_no_job_begins_while_the_clock_moves(tmp_path: Path) -> None:
    clock, busy, begun = SharedClock(tmp_path / "clock", at=START), BusyCount(tmp_path / "busy"), list[object]()

    async def job() -> None:
        begun.append(clock.now())

    clock.moving = True
    waiting = asyncio.ensure_future(counted(job, busy, clock)())
    await asyncio.sleep(0)
    assert (begun, busy.count) == ([], 0)
    clock.set(START + timedelta(hours=5))
    clock.moving = False
    await waiting

    assert (begun, busy.count) == ([START + timedelta(hours=5)], 0)


async def test_a_job_shows_while_it_runs_and_no_longer(tmp_path: Path) -> None:
    clock, busy, seen = SharedClock(tmp_path / "clock", at=START), BusyCount(tmp_path / "busy"), list[int]()

    async def job() -> None:
        seen.append(busy.count)
        raise ConnectionError

    await asyncio.gather(counted(job, busy, clock)(), return_exceptions=True)

    assert (seen, busy.count) == ([1], 0)
