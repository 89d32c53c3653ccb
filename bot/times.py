"""Times: moments as Slack shows them in each reader's zone; where it shows none, in the merchant's zone, named.

Operators type times that are the merchant's, so an answer that names another zone would look wrong to them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo

_ZONE: ContextVar[tzinfo] = ContextVar("zone", default=UTC)

_TOLD = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")
"""How the timeline's sentences write a moment."""


@contextmanager
def told_in(zone: tzinfo) -> Iterator[None]:
    """Write moments in this zone where Slack does not write them in the reader's."""
    before = _ZONE.set(zone)
    try:
        yield
    finally:
        _ZONE.reset(before)


def moment(at: datetime) -> str:
    """Return a moment that Slack shows in each reader's own time zone."""
    local = at.astimezone(_ZONE.get())
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{local:%Y-%m-%d %H:%M} {_named(local)}>"


def shown(escaped: str) -> str:
    """Return a sentence of the timeline, escaped already, with its moments as ``moment`` writes them."""
    return _TOLD.sub(_moment, escaped)


def _moment(found: re.Match[str]) -> str:
    try:
        return moment(datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # a stranger's words that only look like one
        return found[0]


def _named(local: datetime) -> str:
    """Return the zone's short name, or its distance from UTC where it has none."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name
