"""The clock: one slot is run once, a missed one is caught up once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.kernel.core import Core
from domain.operations import crons
from domain.operations.crons import CRONS, Cron
from scheduler.clock import SlotClock, newest_slot
from tests.clocks import StandingClock

EVERY_FIVE = Cron("five", "*/5 * * * *", "plan_reminders", "")
NIGHTLY = Cron("night", "17 3 * * *", "forget_old", "")
NOON = datetime(2026, 3, 10, 12, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "since", "expected"),
    [
        (EVERY_FIVE, None, NOON.replace(minute=0)),
        (EVERY_FIVE, NOON.replace(minute=0), None),
        (EVERY_FIVE, NOON - timedelta(hours=5), NOON.replace(minute=0)),
        (EVERY_FIVE, NOON - timedelta(days=400), NOON.replace(minute=0)),
        (NIGHTLY, NOON.replace(hour=3, minute=17), None),
        (NIGHTLY, NOON - timedelta(days=9), NOON.replace(hour=3, minute=17)),
    ],
)
def test_the_newest_slot_that_was_not_run_is_due(cron: Cron, since: datetime | None, expected: datetime | None) -> None:
    assert newest_slot(cron, since=since, now=NOON) == expected


async def test_of_many_schedulers_one_runs_a_slot(core: Core) -> None:
    slot = core.clock.now()

    won = await asyncio.gather(*(crons.claim(core, EVERY_FIVE, slot=slot) for _ in range(6)))

    assert sorted(won) == [False] * 5 + [True]


async def test_two_schedulers_over_one_database_queue_each_cron_once(core: Core, clock: StandingClock) -> None:
    first, second = SlotClock(core), SlotClock(core)
    looks = (clock.now(), clock.now() + timedelta(minutes=5))

    await asyncio.gather(first.tick_all(), second.tick_all())
    clock.advance(minutes=5)
    await asyncio.gather(first.tick_all(), second.tick_all())

    runs = await core.database.rows("SELECT cron, count(*) AS runs FROM cron_run GROUP BY cron")
    slots = {cron.name: len({newest_slot(cron, since=None, now=now) for now in looks}) for cron in CRONS}
    assert {row["cron"]: row["runs"] for row in runs} == slots


async def test_the_slot_and_its_job_are_one_transaction(core: Core) -> None:
    await crons.claim(core, EVERY_FIVE, slot=core.clock.now())

    queued = await core.database.rows("SELECT task_name FROM procrastinate_jobs")

    assert [row["task_name"] for row in queued] == ["plan_reminders"]
