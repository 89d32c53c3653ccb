"""A clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
"""A Tuesday in no daylight-saving week of Europe; tests count from here."""


class StandingClock:
    """Time stands until ``advance`` is called."""

    def __init__(self, at: datetime = START) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self._at

    def advance(self, **delta: float) -> None:
        """Move the clock on, by keywords of ``timedelta``."""
        self._at += timedelta(**delta)
