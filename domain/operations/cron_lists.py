"""Cron lists: every cron with what it does, its last and next slot, and by whom and until when it is paused."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.kernel.core import Core
from domain.operations import cron_dangers, cron_pauses, crons, schedules
from domain.operations.cron_pauses import Pause
from domain.operations.crons import Cron

FARTHEST_BACK = timedelta(days=8)
"""Missed slots are counted so far back, which is longer than a pause lasts."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one cron stands."""

    cron: Cron
    last: datetime | None
    """The newest slot that was run."""
    next: datetime | None
    """When it is due the next time; behind the end of a pause."""
    pause: Pause | None
    missed: int
    """Slots that passed without a run since the last one, or since it was paused."""
    late: bool
    """Whether it should have run and nobody ran it, and no pause is the reason."""
    warning: str
    """What stands still while it is paused; empty where nothing that matters does."""
    never: str
    """Why it cannot be paused; empty where it can."""


async def standings(core: Core) -> tuple[Standing, ...]:
    """Return every cron in the order of the table."""
    now = core.clock.now()
    last, paused = await crons.last_slots(core), await cron_pauses.in_force(core)
    lately = await cron_pauses.lately(core, core.database, grace=core.limits.readiness.cron_grace)
    return tuple(
        _standing(
            each,
            last.get(each.name),
            paused.get(each.name),
            now=now,
            grace=None if each.name in lately else core.limits.readiness.cron_grace,
        )
        for each in crons.CRONS
    )


def _standing(
    cron: Cron, last: datetime | None, pause: Pause | None, *, now: datetime, grace: timedelta | None
) -> Standing:
    since = pause.since if pause else last
    missed = cron_pauses.runs_within(cron, since=max(since, now - FARTHEST_BACK), until=now) if since else 0
    due = schedules.following(cron.schedule, last) if last else None
    return Standing(
        cron=cron,
        last=last,
        next=schedules.following(cron.schedule, pause.until if pause else now),
        pause=pause,
        missed=missed,
        late=due is not None and grace is not None and now - due > grace,
        warning=cron_dangers.WARNINGS.get(cron.name, ""),
        never=cron_dangers.NEVER.get(cron.name, ""),
    )
