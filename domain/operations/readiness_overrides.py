"""Readiness overrides: a Controller lets one check hold nothing back for a stated time; a second person agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Rows, Transaction
from domain.operations.models import ReadinessOverride
from domain.operations.readiness_checks import BY_NAME, Check
from domain.operations.readiness_events import (
    OverrideBegun,
    OverrideDeclined,
    OverrideEnded,
    OverrideProposed,
)
from domain.operations.refusals import CheckUnknown, OverrideRefused
from domain.operations.states import OverrideState
from domain.people import second_person

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Override:
    """An override that waits for a second person, or is in force."""

    id: UUID
    name: str
    reason: str
    until: datetime
    active: bool
    made_by: str
    made_by_id: UUID | None
    decided_by: str | None


def check(name: str) -> Check:
    """Return the check of that name.

    Raises:
        CheckUnknown: There is none.
    """
    found = BY_NAME.get(name.strip().casefold())
    if found is None:
        raise CheckUnknown(name, BY_NAME)
    return found


async def propose(
    core: Core, *, name: str, reason: str, until: datetime, actor: Actor
) -> OverrideProposed | OverrideBegun:
    """Propose that a failing check hold nothing back until then; where no second person is asked for, it begins.

    Raises:
        NotAllowed: The actor may not override readiness.
        CheckUnknown: No check is called so.
        OverrideRefused: The check does not fail, the end lies in the past or too far ahead, no reason is said, or the
            check has an override already.
    """
    actor.require(Permission.OVERRIDE)
    line, why, now = check(name), " ".join(reason.split())[:LONGEST_REASON], core.clock.now()
    if not why:
        raise OverrideRefused(say("Say why: whoever agrees reads it, and it is kept."))
    if until <= now:
        raise OverrideRefused(say("An override ends in the future; that moment has passed."))
    longest = core.limits.readiness.override_longest
    if until > now + longest:
        raise OverrideRefused(say("An override lasts {days} days at the most; then look again.", days=longest.days))
    try:
        async with core.transaction() as tx:
            await _require_failing(tx, line)
            await _end_due(core, tx, only=line.name)
            override = await ReadinessOverride.create(
                id=uuid4(),
                name=line.name,
                reason=why,
                until=until,
                state=ReadinessOverride.MACHINE.start.value,
                made_by=actor.name,
                made_by_id=actor.id,
                created_at=now,
            )
            if not core.limits.second_person:
                return await _begin(core, tx, override, actor)
            event = OverrideProposed(**_about(override), **by(actor, now))
            await timeline.record(core, tx, event)
    except IntegrityError:  # there is one already, or of two who propose it at once the other was first
        raise OverrideRefused(
            say("{check} has an override already; decline or end that one first.", check=say(line.title))
        ) from None
    return event


async def approve(core: Core, *, override_id: UUID, actor: Actor) -> OverrideBegun:
    """Agree to an override; it holds from this moment.

    Raises:
        NotAllowed: The actor may not override readiness.
        OwnWork: The actor proposed it.
        OverrideRefused: It was decided, or its end has passed.
    """
    actor.require(Permission.OVERRIDE)
    async with core.transaction() as tx:
        override = await _waiting(core, override_id)
        second_person.different(core, maker_id=override.made_by_id, maker=override.made_by, actor=actor)
        return await _begin(core, tx, override, actor)


async def decline(core: Core, *, override_id: UUID, actor: Actor) -> OverrideDeclined:
    """Decline an override, or take one's own proposal back.

    Raises:
        NotAllowed: The actor may not override readiness.
        OverrideRefused: It was decided already.
    """
    actor.require(Permission.OVERRIDE)
    now = core.clock.now()
    async with core.transaction() as tx:
        override = await _waiting(core, override_id, late=True)
        await override.move("decline", decided_by=actor.name, decided_by_id=actor.id, decided_at=now)
        event = OverrideDeclined(**_about(override), **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def end(core: Core, *, name: str, actor: Actor) -> OverrideEnded:
    """Let a check count again before its override's time is over.

    Raises:
        NotAllowed: The actor may not override readiness.
        CheckUnknown: No check is called so.
        OverrideRefused: It is not overridden.
    """
    actor.require(Permission.OVERRIDE)
    line = check(name)
    async with core.transaction() as tx:
        override = await ReadinessOverride.locked(name=line.name, state=OverrideState.ACTIVE.value)
        if override is None:
            raise OverrideRefused(say("{check} is not overridden.", check=say(line.title)))
        return await _end(core, tx, override, actor)


async def end_due(core: Core, tx: Transaction) -> None:
    """End the overrides whose time is over, and the proposals whose end has passed; a step of the transaction."""
    await _end_due(core, tx)


async def current(core: Core, rows: Rows) -> Mapping[str, Override]:
    """Return what is proposed or in force, by the names of the checks; what has ended by now is left out."""
    found = await rows.rows(
        "SELECT id, name, reason, until, state = 'active' AS active, made_by, made_by_id, decided_by"
        " FROM readiness_override WHERE state IN ('proposed', 'active') AND until > %s ORDER BY name",
        (core.clock.now(),),
    )
    return {row["name"]: Override(**row) for row in found}


async def proposed(core: Core, *, name: str) -> UUID:
    """Return which override of that check waits for a second person.

    Raises:
        CheckUnknown: No check is called so.
        OverrideRefused: None waits.
    """
    line = check(name)
    override = (await current(core, core.database)).get(line.name)
    if override is None or override.active:
        raise OverrideRefused(say("No override of {check} waits for a second person.", check=say(line.title)))
    return override.id


async def _begin(core: Core, tx: Transaction, override: ReadinessOverride, actor: Actor) -> OverrideBegun:
    now = core.clock.now()
    await override.move("approve", decided_by=actor.name, decided_by_id=actor.id, decided_at=now)
    event = OverrideBegun(**_about(override), proposed_by=override.made_by, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


async def _end(core: Core, tx: Transaction, override: ReadinessOverride, actor: Actor) -> OverrideEnded:
    await override.move("end")
    event = OverrideEnded(**_about(override), **by(actor, core.clock.now()))
    await timeline.record(core, tx, event)
    return event


async def _end_due(core: Core, tx: Transaction, *, only: str = "") -> None:
    now = core.clock.now()
    named = {"name": only} if only else {}
    over = ReadinessOverride.filter(state__in=["proposed", "active"], until__lte=now, **named)
    for override in await over.order_by("id").select_for_update():  # at most one for each check
        if override.status is OverrideState.ACTIVE:
            await _end(core, tx, override, SYSTEM)
        else:
            await override.move("decline", decided_by=SYSTEM.name, decided_at=now)
            await timeline.record(core, tx, OverrideDeclined(**_about(override), **by(SYSTEM, now)))


async def _waiting(core: Core, override_id: UUID, *, late: bool = False) -> ReadinessOverride:
    override = await ReadinessOverride.locked(id=override_id)
    if override is None or override.status is not OverrideState.PROPOSED:
        raise OverrideRefused(say("That override was decided already. `/plixo readiness` shows how things stand."))
    if not late and override.until <= core.clock.now():
        raise OverrideRefused(say("The end of that override has passed; propose another one."))
    return override


async def _require_failing(tx: Transaction, line: Check) -> None:
    if await tx.row("SELECT FROM readiness_result WHERE name = %s AND verdict = 'fail'", (line.name,)) is None:
        raise OverrideRefused(say("{check} does not fail, so there is nothing to override.", check=say(line.title)))


def _about(override: ReadinessOverride) -> dict[str, Any]:
    return {
        "override_id": override.id,
        "check": override.name,
        "reason": override.reason,
        "until": override.until,
    }
