"""Periods: whole days of the merchant's, from a first to a last one."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.operations.refusals import PeriodRefused

MONTH_DAYS = 30
"""Days of a month where somebody wishes for months."""

LONGEST = 731
"""Days of the longest period; the ledger's past is added up from all of its entries."""


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row; both ends belong to it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        assert self.first <= self.last, "whoever asks checks the order"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def begins(self, zone: ZoneInfo) -> datetime:
        """Return the first moment."""
        return datetime.combine(self.first, time(), zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """Return the first moment after it."""
        return datetime.combine(self.last + timedelta(1), time(), zone)


def before(core: Core, days: int) -> Period:
    """Return the last *days* days that are over."""
    yesterday = local_date(core.clock, core.merchant.zone) - timedelta(1)
    return Period(yesterday - timedelta(days - 1), yesterday)


def chosen(core: Core, *, days: int, first: date | None = None, last: date | None = None) -> Period:
    """Return the period that somebody asked for; where an end is not said, it is *days* long and ends yesterday.

    Raises:
        PeriodRefused: It is not of this world.
    """
    usual = before(core, 1).last
    end = last or (max(usual, first) if first else usual)
    today = usual + timedelta(1)
    if not 1 <= days <= LONGEST or end > today or (first is None and (end - date.min).days < days):
        raise PeriodRefused(LONGEST)
    start = first or end - timedelta(days - 1)
    if start > end or (end - start).days >= LONGEST:
        raise PeriodRefused(LONGEST)
    return Period(start, end)
