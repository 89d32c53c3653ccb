"""The look for what waits without a reason: it waits for the jobs of dead workers, and tells what is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest_asyncio
from psycopg.rows import dict_row

from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from scheduler import worker
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder
from tests.soak.year import Size, Year


@pytest_asyncio.fixture
async def year(core: Core, empty_database: str, tmp_path: Path) -> AsyncIterator[Year]:
    """A year of which only the look is played, with the core's own clock."""
    there = Year(Size(seed=1), empty_database, tmp_path)
    there.workers = []
    there.clock = core.clock  # type: ignore[assignment]  # only its "now" is asked for
    connection = await psycopg.AsyncConnection.connect(empty_database, autocommit=True, row_factory=dict_row)
    async with connection as there.sql:
        yield there


async def _due_for_days(core: Core, clock: StandingClock) -> Mailing:
    mailing = await a_reminder(core, waits="quiet hours", not_before=clock.now() + timedelta(hours=1))
    clock.advance(days=3)
    return mailing


async def _sent(mailing_id: str) -> None:
    mailing = await Mailing.get(id=mailing_id)
    await mailing.move("send")
    await mailing.move("deliver", sent_at=mailing.queued_at)


async def _taken_by_a_dead_worker(core: Core) -> None:
    """Queue a release that was taken by a worker that is silent since; the next release waits for it."""
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "release_waiting")
    await core.database.execute(
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '10 seconds')"
        " RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead"
    )
    await core.database.execute("UPDATE procrastinate_events SET at = at - interval '10 seconds'")
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "release_waiting")


async def test_a_mail_whose_release_died_with_its_worker_is_not_held_to_be_forgotten(
    core: Core, clock: StandingClock, year: Year
) -> None:
    mailing = await _due_for_days(core, clock)
    await _taken_by_a_dead_worker(core)
    core.jobs.bind({"send_mailing": _sent})
    stop = asyncio.Event()
    working = asyncio.create_task(worker.work(core, concurrency=2, stop=stop))

    async with asyncio.timeout(60):
        await year._look(core)
    stop.set()
    await working

    assert year.stuck == []
    assert (await Mailing.get(id=mailing.id)).state == "sent"


async def test_a_mail_that_nobody_releases_is_told(core: Core, clock: StandingClock, year: Year) -> None:
    mailing = await _due_for_days(core, clock)

    await year._look(core)

    (told,) = year.stuck
    assert str(mailing.id) in told
    assert "quiet hours" in told


async def test_a_mail_whose_job_is_gone_is_told(core: Core, clock: StandingClock, year: Year) -> None:
    await a_reminder(core)
    clock.advance(days=3)

    await year._look(core)

    assert len(year.stuck) == 1
