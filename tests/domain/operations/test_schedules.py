"""Schedules: a line of crontab is due at the same minutes as APScheduler says."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from domain.operations import schedules
from domain.operations.crons import CRONS

AT = datetime(2026, 2, 27, 23, 58, 30, tzinfo=UTC)
LINES = sorted(
    {each.schedule for each in CRONS} | {"0 7 * * mon", "5,35 8-10 * * 0-4", "0 0 1 * *", "0 0 29 2 *", "15 */6 * 3 *"}
)


@pytest.mark.parametrize("line", LINES)
def test_the_following_slots_are_those_of_the_clock(line: str) -> None:
    trigger = CronTrigger.from_crontab(line, timezone=UTC)
    ours, theirs, at = [], [], AT
    slots = schedules.after(line, AT)

    for _ in range(5):
        ours.append(next(slots))
        theirs.append(trigger.get_next_fire_time(None, at))
        at = theirs[-1] + timedelta(microseconds=1)

    assert ours == theirs


@pytest.mark.parametrize("line", LINES)
def test_the_newest_slot_is_followed_by_the_next_one(line: str) -> None:
    newest, following = schedules.newest(line, AT), schedules.following(line, AT)

    assert newest is not None
    assert newest <= AT
    assert schedules.following(line, newest) == following


def test_a_slot_is_the_newest_one_at_its_own_moment() -> None:
    slot = AT.replace(minute=7, second=0)

    assert schedules.newest("7 * * * *", slot) == slot
    assert schedules.count("7 * * * *", since=slot, until=slot + timedelta(hours=3)) == 3


def test_a_line_that_is_never_due_has_no_slot() -> None:
    assert schedules.following("0 0 30 2 *", AT) is None
    assert schedules.newest("0 0 30 2 *", AT) is None
