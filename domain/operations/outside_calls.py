"""Outside calls: how calls of the world outside ended, minute by minute; every process adds what it saw.

What one process counts by itself tells nobody else. Here all of it is one table, so that whoever judges judges by all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.kernel.core import Core

KEPT = timedelta(days=1)
"""Older minutes are forgotten; only when a party last answered is kept for longer."""

MOST = 500
"""Lines that one process adds at once."""

_ADD = """
    INSERT INTO outside_call AS c (party, minute, fine, failed)
    SELECT party, minute, fine, failed
    FROM unnest(%s::text[], %s::timestamptz[], %s::int[], %s::int[]) AS new (party, minute, fine, failed)
    ORDER BY party, minute
    ON CONFLICT (party, minute) DO UPDATE SET fine = c.fine + excluded.fine, failed = c.failed + excluded.failed
"""

_FORGET = """
    DELETE FROM outside_call c WHERE c.minute < %s AND c.minute < coalesce(
        (SELECT max(o.minute) FROM outside_call o WHERE o.party = c.party AND o.fine > 0), 'infinity')
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How the calls of one party ended within one minute."""

    party: str
    """``stripe``, ``checkout``, ``webhook``, ``pages``, ``portal``, ``relay``, ``inbound``, ``database``, ``disk``."""
    minute: datetime
    fine: int
    failed: int


async def add(core: Core, tallies: Iterable[Tally]) -> None:
    """Add what a process saw to what others saw; it is done once, so a process that dies before it loses seconds."""
    found = sorted(tallies, key=lambda each: (each.party, each.minute))[:MOST]
    if not found:
        return
    await core.database.execute(
        _ADD,
        (
            [each.party for each in found],
            [each.minute for each in found],
            [each.fine for each in found],
            [each.failed for each in found],
        ),
    )


async def note(core: Core, *, party: str, fine: bool) -> None:
    """Add one call that ended now."""
    await add(core, [Tally(party, minute_of(core.clock.now()), int(fine), int(not fine))])


async def forget_old(core: Core) -> None:
    """Remove what is older than a day."""
    await core.database.execute(_FORGET, (core.clock.now() - KEPT,))


def minute_of(at: datetime) -> datetime:
    """Return the minute to which a moment belongs."""
    return at.replace(second=0, microsecond=0)
