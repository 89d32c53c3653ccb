"""Schedules: at which minutes a line of crontab is due, in UTC; weekdays are counted from Monday as 0, or named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_FIRST_AND_LAST = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
"""Of minute, hour, day of the month, month, day of the week."""

FARTHEST = timedelta(days=366 * 4)
"""A line that is not due within it, such as the 30th of February, is never due."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The values at which each field of a line is due."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def on(self, day: datetime) -> bool:
        """Tell whether it is due at all on that day."""
        return day.day in self.days and day.month in self.months and day.weekday() in self.weekdays


@lru_cache(maxsize=256)
def read(line: str) -> Schedule:
    """Return what a line of five fields says."""
    fields = line.casefold().split()
    assert len(fields) == len(_FIRST_AND_LAST), f"a schedule has five fields: {line}"
    values = [_values(field, *ends) for field, ends in zip(fields, _FIRST_AND_LAST, strict=True)]
    minutes, hours, days, months, weekdays = values
    return Schedule(tuple(sorted(minutes)), tuple(sorted(hours)), days, months, weekdays)


def following(line: str, at: datetime) -> datetime | None:
    """Return the first moment behind *at* at which it is due; None: there is none."""
    return next(after(line, at), None)


def newest(line: str, at: datetime) -> datetime | None:
    """Return the latest moment up to *at* at which it was due; None: there was none."""
    schedule, at = read(line), at.astimezone(UTC)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    while at - day < FARTHEST:
        if schedule.on(day):
            for hour in reversed(schedule.hours):
                for minute in reversed(schedule.minutes):
                    if (slot := day + timedelta(hours=hour, minutes=minute)) <= at:
                        return slot
        day -= timedelta(days=1)
    return None


def after(line: str, at: datetime) -> Iterator[datetime]:
    """Yield the moments behind *at* at which it is due, in order."""
    schedule, at = read(line), at.astimezone(UTC)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    found = at
    while day - found < FARTHEST:
        if schedule.on(day):
            for hour in schedule.hours:
                for minute in schedule.minutes:
                    if (slot := day + timedelta(hours=hour, minutes=minute)) > at:
                        found = slot
                        yield slot
        day += timedelta(days=1)


def count(line: str, *, since: datetime, until: datetime) -> int:
    """Return how often it is due in ``(since, until]``."""
    number = 0
    for slot in after(line, since):
        if slot > until:
            break
        number += 1
    return number


def _values(field: str, first: int, last: int) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        ends, _, step = part.partition("/")
        low, _, high = ends.partition("-")
        start = first if ends == "*" else _number(low)
        end = last if ends == "*" or (step and not high) else _number(high or low)
        found.update(range(start, end + 1, int(step or 1)))
    assert all(first <= each <= last for each in found), f"a schedule has no such value: {field}"
    return frozenset(found)


def _number(text: str) -> int:
    return WEEKDAYS.index(text) if text in WEEKDAYS else int(text)
