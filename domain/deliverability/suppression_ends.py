"""Suppression ends: those whose time is over are lifted, page by page, and what a list had said all at once.

A list may name half a million addresses until the same day. So one run ends so many and asks for the next one, and
what came from lists is told by one event a run instead of one for each address.
"""

from datetime import date, datetime, time

from domain.deliverability import notes, suppressions
from domain.deliverability.events import SuppressionsEnded
from domain.deliverability.models import Suppression
from domain.deliverability.states import SuppressionState
from domain.deliverability.suppressions import LIST
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say

PAGE = 100
"""Suppressions that end in one transaction, each with an event of its own."""

MOST_SINGLE = 1_000
"""Of those in one run."""

MOST_LISTED = 20_000
"""Suppressions of lists that end in one run, which is one transaction with one event."""

LAST = time(23, 59, 59)
"""Of a day: a suppression "until" a day holds on that day, too."""


def end_of(core: Core, day: date) -> datetime:
    """Return when a suppression ends of which people said "until" that day: with it, by the merchant's clock."""
    return datetime.combine(day, LAST, core.merchant.zone)


async def end_due(core: Core, *, most_single: int = MOST_SINGLE, most_listed: int = MOST_LISTED) -> int:
    """End what is due, so many in a run (the job ``end_suppressions``); return how many ended.

    When some are left, the next run is queued.
    """
    ended = 0
    while ended < most_single and (page := await _page(core, min(PAGE, most_single - ended))):
        ended += page
    listed = await _listed(core, most_listed)
    if ended >= most_single or listed >= most_listed:
        async with core.transaction() as tx:
            await core.jobs.defer(tx, "end_suppressions")
    return ended + listed


async def _page(core: Core, most: int) -> int:
    """End some that a person or a mail had led to."""
    async with core.transaction() as tx:
        due = await Suppression.filter(
            state=SuppressionState.ACTIVE.value, until__lte=core.clock.now(), rule__not=LIST
        ).order_by("until", "id").limit(most).select_for_update(skip_locked=True)  # fmt: skip
        for each in due:
            await suppressions.lifted(core, tx, [each], reason=say(notes.OVER), actor=SYSTEM)
    return len(due)


async def _listed(core: Core, most: int) -> int:
    """End some that lists had led to."""
    now = core.clock.now()
    async with core.transaction() as tx:
        rows = await tx.rows(
            "SELECT id FROM suppression WHERE state = 'active' AND until <= %s AND rule = %s"
            " ORDER BY until, id LIMIT %s FOR UPDATE SKIP LOCKED",
            (now, LIST, most),
        )
        ids = [row["id"] for row in rows]
        count = await Suppression.move_all(
            "lift",
            ids=ids,
            before=SuppressionState.ACTIVE,
            lifted_at=now,
            lifted_by=SYSTEM.name,
            lift_reason=say(notes.OVER),
        )
        if count:
            await timeline.record(core, tx, SuppressionsEnded(count=count, **by(SYSTEM, now)))
    return count
