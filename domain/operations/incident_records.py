"""Incident records: the steps that people and the judge take alike, in a transaction of the caller's.

Whoever takes one holds the lock of all incidents, so numbers are in order and the gate fits the incidents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.operations import maintenance
from domain.operations.incident_events import (
    FREED,
    HELD,
    IncidentOpened,
    IncidentOver,
    IncidentReopened,
    IncidentWorsened,
    Signal,
)
from domain.operations.incident_rules import Severity
from domain.operations.models import Incident
from domain.operations.states import IncidentState
from domain.outreach import gates
from domain.outreach.gates import INCIDENT, Holds

LOCK = 7_154_283
"""Advisory lock of whoever changes an incident; any number that nothing else uses."""

LIVE = (IncidentState.OPEN.value, IncidentState.OWNED.value)


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules, or a person, found."""

    cause: str
    severity: Severity
    signals: tuple[Signal, ...] = ()
    title: str = ""


async def locked(tx: Transaction) -> None:
    """Let nobody else change incidents until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


async def open_new(core: Core, tx: Transaction, found: Found, *, actor: Actor) -> IncidentOpened:
    """Write a new incident down."""
    now = core.clock.now()
    row = await tx.row("SELECT coalesce(max(number), 0) + 1 AS next FROM incident")
    assert row is not None, "an aggregate always has a row"
    incident = await Incident.create(
        id=uuid4(), number=row["next"], cause=found.cause, title=found.title, severity=found.severity.value,
        judged=found.severity.value if actor is SYSTEM else None, state=Incident.MACHINE.start.value,
        signals=_stored(found.signals), opened_by=actor.name, opened_at=now, nagged_at=now, changed_at=now,
    )  # fmt: skip
    event = IncidentOpened(**named(incident), signals=found.signals, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


async def reopen(core: Core, tx: Transaction, incident: Incident, found: Found) -> None:
    """Let one go on that was over a moment ago; it is in the same hands as before."""
    now, before = core.clock.now(), Severity(incident.judged or incident.severity)
    await incident.move(
        "resume" if incident.owner else "reopen", severity=found.severity.value, reopened=incident.reopened + 1,
        judged=min(found.severity, before).value, signals=_stored(found.signals), nagged_at=now, over_at=None,
        over_by=None, outcome="", held_mails=0, held_sums={}, **changed(incident, now),
    )  # fmt: skip
    event = IncidentReopened(**named(incident), signals=found.signals, times=incident.reopened, **by(SYSTEM, now))
    await timeline.record(core, tx, event)
    if found.severity < before:
        await timeline.record(core, tx, IncidentWorsened(**named(incident), before=before.value, **by(SYSTEM, now)))


async def worsen(
    core: Core,
    tx: Transaction,
    incident: Incident,
    *,
    severity: Severity,
    actor: Actor,
    signals: tuple[Signal, ...] = (),
    reason: str = "",
) -> IncidentWorsened:
    """Write down that it is worse than it was taken for."""
    now, before = core.clock.now(), incident.severity
    await update(incident, severity=severity.value, nagged_at=now, **changed(incident, now))
    event = IncidentWorsened(**named(incident), before=before, signals=signals, reason=reason, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


async def end(core: Core, tx: Transaction, incident: Incident, *, reason: str, actor: Actor) -> IncidentOver:
    """Write down that it is over, with what it kept back until now."""
    now = core.clock.now()
    kept_back = await maintenance.held(tx, name=INCIDENT) if incident.severity == Severity.P1 else {}
    mails, sums = kept_back.get("mails", 0), kept_back.get("sums", ())
    await incident.move(
        "end", over_at=now, over_by=actor.name, outcome=reason, held_mails=mails,
        held_sums={each.currency: each.minor for each in sums}, **changed(incident, now),
    )  # fmt: skip
    minutes = max(0, int((now - incident.opened_at).total_seconds() // 60))
    event = IncidentOver(**named(incident), reason=reason, minutes=minutes, mails=mails, sums=sums, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


async def move_gate(core: Core, tx: Transaction) -> None:
    """Hold mail that asks to pay while payments are blocked; a gate that a person has closed is left to that person."""
    row = await tx.row(
        "SELECT (SELECT made_by FROM gate WHERE name = %s AND segment IS NULL AND state = 'closed') AS made_by,"
        " EXISTS (SELECT FROM incident WHERE state = ANY(%s) AND severity = 'P1') AS blocked",
        (INCIDENT, list(LIVE)),
    )
    assert row is not None, "a query without FROM always has a row"
    within = core.within(tx)
    if row["blocked"] and row["made_by"] is None:
        await gates.close(within, name=INCIDENT, holds=Holds.ASKING, reason=say(HELD), actor=SYSTEM)
    elif not row["blocked"] and row["made_by"] == SYSTEM.name:
        await gates.open(within, name=INCIDENT, reason=say(FREED), actor=SYSTEM)


async def update(incident: Incident, **columns: Any) -> None:
    """Set columns of an incident whose lock is held; its state is not among them."""
    await Incident.filter(id=incident.id).update(**columns)
    for name, value in columns.items():
        setattr(incident, name, value)


def changed(incident: Incident, now: datetime) -> dict[str, Any]:
    """Return the columns by which its message is drawn anew."""
    return {"version": incident.version + 1, "changed_at": now}


def named(incident: Incident) -> dict[str, Any]:
    """Return the fields by which an event names it."""
    return {
        "incident_id": incident.id,
        "number": incident.number,
        "cause": incident.cause,
        "title": incident.title,
        "severity": incident.severity,
    }


def _stored(signals: Sequence[Signal]) -> list[dict[str, Any]]:
    return [each.model_dump() for each in signals]
