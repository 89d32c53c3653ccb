"""Gates: all mail, or all that leaves by itself, waits until a gate is opened or its time is over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.outreach import waiting
from domain.outreach.models import Gate
from domain.outreach.refusals import GateRefused, ReasonMissing
from domain.outreach.stop_events import GateClosed, GateOpened

LONGEST_REASON = 300

MAINTENANCE = "maintenance"
"""The gate that keeps all mail back and closes the payers' pages; what comes in is taken all the same."""

READINESS = "readiness"
"""The gate that the checks of readiness close before whatever would leave by itself."""

INCIDENT = "incident"
"""The gate that keeps back what asks to pay while payments are blocked; it opens with the end of the incident."""


class Holds(StrEnum):
    """What a gate keeps back."""

    ALL_MAIL = "all mail"
    """Answers too: nothing leaves."""
    AUTOPILOT = "autopilot"
    """What leaves with nobody having approved it or asked for it."""
    ASKING = "mail that asks to pay"
    """Reminders, approved ones too: whoever follows one could not pay. Answers and receipts leave."""


@dataclass(frozen=True, slots=True)
class GateShown:
    """A closed gate."""

    id: UUID
    name: str
    segment: str | None
    holds: str
    reason: str
    until: datetime | None
    made_by: str
    since: datetime


async def close(
    core: Core,
    *,
    name: str,
    holds: Holds,
    reason: str,
    actor: Actor,
    segment: str | None = None,
    until: datetime | None = None,
) -> GateClosed:
    """Keep mail back, of one segment or all of it; closing a closed gate anew sets its reason and end.

    Raises:
        NotAllowed: The actor may not operate the product.
        ReasonMissing: Nobody could be told why.
        GateRefused: The end lies in the past, no such segment is in force, or somebody closed it at this moment.
    """
    actor.require(Permission.OPERATE)
    why, now = _reason(reason), core.clock.now()
    if until is not None and until <= now:
        raise GateRefused(say("A gate opens again in the future; that moment has passed."))
    try:
        async with core.transaction() as tx:
            await _known(tx, segment)
            earlier = await Gate.locked(name=name, segment=segment, state=Gate.MACHINE.start.value)
            if earlier is not None:
                await earlier.move("open", opened_by=actor.name, opened_at=now)
            await Gate.create(
                id=uuid4(),
                name=name,
                segment=segment,
                holds=holds.value,
                reason=why,
                until=until,
                state=Gate.MACHINE.start.value,
                made_by=actor.name,
                created_at=now,
            )
            event = GateClosed(gate=name, segment=segment, holds=holds.value, reason=why, until=until, **by(actor, now))
            await timeline.record(core, tx, event)
    except IntegrityError:  # of two who close it at once the first has done it
        raise GateRefused(
            say("Somebody closed {name} at this very moment; look at it again.", name=say(name))
        ) from None
    return event


async def open(  # noqa: A001 - a gate is opened
    core: Core, *, name: str, reason: str, actor: Actor, segment: str | None = None
) -> GateOpened:
    """Let go what a gate kept back, at once; each mail is judged again before it leaves.

    Raises:
        NotAllowed: The actor may not operate the product.
        ReasonMissing: Nobody could be told why.
        GateRefused: It is not closed.
    """
    actor.require(Permission.OPERATE)
    why, now = _reason(reason), core.clock.now()
    async with core.transaction() as tx:
        gate = await Gate.locked(name=name, segment=segment, state=Gate.MACHINE.start.value)
        if gate is None:
            called = say(name)
            raise GateRefused(
                say("{name} is not closed; there is nothing to open.", name=f"{called[:1].upper()}{called[1:]}")
            )
        await gate.move("open", opened_by=actor.name, opened_at=now)
        released = await waiting.hasten(core, tx, guardrail="gate", segment=segment)
        event = GateOpened(gate=name, segment=segment, reason=why, released=released, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def prolong(core: Core, *, name: str, until: datetime, actor: Actor) -> GateClosed:
    """Move the end of a closed gate; mail that waits for an end that is sooner now is judged again at once.

    Raises:
        NotAllowed: The actor may not operate the product.
        GateRefused: It is not closed, or that moment has passed.
    """
    actor.require(Permission.OPERATE)
    now = core.clock.now()
    if until <= now:
        raise GateRefused(say("A gate opens again in the future; that moment has passed."))
    async with core.transaction() as tx:
        gate = await Gate.locked(name=name, segment=None, state=Gate.MACHINE.start.value)
        if gate is None or (gate.until is not None and gate.until <= now):
            raise GateRefused(say("{name} is not closed; there is nothing to prolong.", name=say(name)))
        sooner = gate.until is None or until < gate.until
        await Gate.filter(id=gate.id).update(until=until)
        if sooner:
            await waiting.hasten(core, tx, guardrail="gate")
        event = GateClosed(gate=name, segment=None, holds=gate.holds, reason=gate.reason, until=until, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def closed(core: Core) -> tuple[GateShown, ...]:
    """Return the gates that keep mail back now, the longest closed first."""
    rows = await core.database.rows(
        "SELECT id, name, segment, holds, reason, until, made_by, created_at AS since FROM gate"
        " WHERE state = 'closed' AND (until IS NULL OR until > %s) ORDER BY created_at, id LIMIT 100",
        (core.clock.now(),),
    )
    return tuple(_shown(row) for row in rows)


async def maintenance(core: Core) -> GateShown | None:
    """Return the maintenance that is on now, if any; it closes the payers' pages, too."""
    row = await core.database.row(
        "SELECT id, name, segment, holds, reason, until, made_by, created_at AS since FROM gate"
        " WHERE state = 'closed' AND name = %s AND segment IS NULL AND (until IS NULL OR until > %s)",
        (MAINTENANCE, core.clock.now()),
    )
    return _shown(row) if row else None


def _shown(row: Row) -> GateShown:
    return GateShown(**{**row, "reason": sentences.said(row["reason"])})


async def _known(tx: Transaction, segment: str | None) -> None:
    if segment is None:
        return
    row = await tx.row("SELECT 1 FROM segment WHERE name = %s AND state = 'published'", (segment,))
    if row is None:
        raise GateRefused(say("No segment in force is called {name}.", name=repr(segment[:60])))


def _reason(text: str) -> str:
    why = sentences.trimmed(text, most=LONGEST_REASON)
    if not why:
        raise ReasonMissing(say("Say why: everybody whose mail waits is told the reason."))
    return why
