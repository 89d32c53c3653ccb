"""The clock: the only source of the present moment."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tell the present moment; the demo and the tests hand in one that can be moved."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present moment in UTC."""
        return datetime.now(UTC)


def local_date(clock: Clock, zone: ZoneInfo) -> date:
    """Return which calendar day it is in *zone*."""
    return clock.now().astimezone(zone).date()
