"""Cron pauses: one cron is kept from running, for a reason and until a moment; the row holds for every scheduler.

That a pause is over is arithmetic: at its end the schedulers take slots again at once. That it was over is written
down a moment later, with how many runs were missed; one run catches up with them, whoever runs it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Rows, Transaction
from domain.operations import cron_dangers, crons, schedules
from domain.operations.cron_events import CronPaused, CronResumed
from domain.operations.crons import Cron
from domain.operations.models import CronPause
from domain.operations.refusals import PauseRefused

LONGEST_REASON = 300

LONGEST_PAUSE = timedelta(days=7)
"""So long one cron may be paused at the most; then somebody has to look again."""

OVER = phrase("its time is over")
"""Why a pause ended that nobody ended."""

UNSAID = phrase("nobody said why")
"""Why somebody ended one, unless they say."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that is in force."""

    id: UUID
    cron: str
    reason: str
    until: datetime
    made_by: str
    since: datetime


async def pause(core: Core, *, name: str, until: datetime, reason: str, actor: Actor) -> CronPaused:
    """Keep a cron from running until then; pausing a paused one anew sets its reason and end.

    Raises:
        NotAllowed: The actor may not operate the product.
        CronUnknown: No cron is called so.
        PauseRefused: No reason is said, the end has passed or is too far, or the cron must never pause.
    """
    actor.require(Permission.OPERATE)
    line, why, now = crons.by_name(name), sentences.trimmed(reason, most=LONGEST_REASON), core.clock.now()
    if (never := cron_dangers.NEVER.get(line.name)) is not None:
        raise PauseRefused(say("{cron} cannot be paused. {why}", cron=line.name, why=say(never)))
    if not why:
        raise PauseRefused(say("Say why: everybody who wonders reads it."))
    if until <= now:
        raise PauseRefused(say("A pause ends in the future; that moment has passed."))
    if until > now + LONGEST_PAUSE:
        raise PauseRefused(say("A pause lasts {days} days at the most; then look again.", days=LONGEST_PAUSE.days))
    try:
        async with core.transaction() as tx:
            earlier = await CronPause.locked(cron=line.name, state=CronPause.MACHINE.start.value)
            since = now
            if earlier is not None:
                since = earlier.created_at if earlier.until > now else now
                await earlier.move("end", ended_by=actor.name, ended_at=now)
            await CronPause.create(
                id=uuid4(), cron=line.name, reason=why, until=until, state=CronPause.MACHINE.start.value,
                made_by=actor.name, created_at=since,
            )  # fmt: skip
            event = CronPaused(cron=line.name, reason=why, until=until, **by(actor, now))
            await timeline.record(core, tx, event)
    except IntegrityError:  # of two who pause it at once the first has done it
        raise PauseRefused(say("Somebody paused {cron} at this very moment; look again.", cron=line.name)) from None
    return event


async def resume(core: Core, *, name: str, reason: str = "", actor: Actor) -> CronResumed:
    """Let a paused cron run again; what it missed is caught up within a minute, by one run.

    Raises:
        NotAllowed: The actor may not operate the product.
        CronUnknown: No cron is called so.
        PauseRefused: It is not paused.
    """
    actor.require(Permission.OPERATE)
    line = crons.by_name(name)
    async with core.transaction() as tx:
        found = await CronPause.locked(cron=line.name, state=CronPause.MACHINE.start.value)
        if found is None:
            raise PauseRefused(say("{cron} is not paused.", cron=line.name))
        if found.until <= core.clock.now():
            return await _end(core, tx, found, actor=SYSTEM, reason=say(OVER))
        why = sentences.trimmed(reason, most=LONGEST_REASON)
        return await _end(core, tx, found, actor=actor, reason=why or say(UNSAID))


async def end_due(core: Core) -> None:
    """Write down which pauses are over by themselves, and what was missed meanwhile."""
    async with core.transaction() as tx:
        over = CronPause.filter(state=CronPause.MACHINE.start.value, until__lte=core.clock.now())
        for found in await over.order_by("id").select_for_update(skip_locked=True):  # at most one for each cron
            await _end(core, tx, found, actor=SYSTEM, reason=say(OVER))


async def in_force(core: Core, rows: Rows | None = None) -> dict[str, Pause]:
    """Return the pauses of this moment by the names of their crons."""
    found = await (rows or core.database).rows(
        "SELECT id, cron, reason, until, made_by, created_at AS since FROM cron_pause"
        " WHERE state = 'active' AND until > %s ORDER BY cron",
        (core.clock.now(),),
    )
    return {row["cron"]: Pause(**{**row, "reason": sentences.said(row["reason"])}) for row in found}


async def lately(core: Core, rows: Rows, *, grace: timedelta) -> frozenset[str]:
    """Return the crons that are paused or were within *grace*: that they did not run is no news."""
    found = await rows.rows(
        "SELECT DISTINCT cron FROM cron_pause"
        " WHERE state = 'active' AND until > %(then)s OR state = 'ended' AND ended_at > %(then)s",
        {"then": core.clock.now() - grace},
    )
    return frozenset(row["cron"] for row in found)


def runs_within(line: Cron, *, since: datetime, until: datetime) -> int:
    """Return how many runs of a cron fall into that time."""
    return schedules.count(line.schedule, since=since, until=until)


async def _end(core: Core, tx: Transaction, found: CronPause, *, actor: Actor, reason: str) -> CronResumed:
    now = core.clock.now()
    until = min(now, found.until)
    await found.move("end", ended_by=actor.name, ended_at=until)
    number = runs_within(crons.by_name(found.cron), since=found.created_at, until=until) if known(found.cron) else 0
    event = CronResumed(cron=found.cron, reason=reason, missed=number, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


def known(name: str) -> bool:
    """Tell whether this version of the product has that cron; a pause may be older than it."""
    return any(each.name == name for each in crons.CRONS)
