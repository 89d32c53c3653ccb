"""Incident watching: every minute the rules are judged, and what follows from them is written down.

All of it comes from the database, and one judge is at work at a time, so however many schedulers there are, each cause
has one incident. A look that is missed is made up for by the next one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.operations import incident_facts, incident_records, incident_signals, outside_calls
from domain.operations.incident_events import QUIET, IncidentUnowned, Signal
from domain.operations.incident_figures import Figures
from domain.operations.incident_records import LIVE, Found
from domain.operations.incident_rules import NAG_AFTER, PERSON, REOPENED_WITHIN, Severity
from domain.operations.incident_signals import Kept
from domain.operations.models import Incident
from domain.operations.states import IncidentState

REDRAWN = timedelta(minutes=5)
"""A figure that merely moves changes the message so often at the most; another rule or severity changes it at once."""

DRIFT = 0.005
"""A figure that moved less is the same."""


async def watch(core: Core) -> None:
    """Judge by what the database says now (the job ``watch_incidents``)."""
    await judge(core, await incident_facts.read(core))
    await outside_calls.forget_old(core)


async def judge(core: Core, figures: Figures) -> None:
    """Open, worsen and end incidents by these figures, and say of which nobody has taken them."""
    now = core.clock.now()
    async with core.transaction() as tx:
        await incident_records.locked(tx)
        kept = incident_signals.step(await incident_signals.read(tx), figures, now=now)
        await incident_signals.write(tx, kept)
        live = {each.cause: each for each in await _live() if each.cause != PERSON}
        heard = incident_signals.by_cause(kept, now=now)
        await _settle(core, tx, heard, live=live)
        for cause in live.keys() - heard.keys():
            await incident_records.end(core, tx, live[cause], reason=say(QUIET), actor=SYSTEM)
        await _nag(core, tx)
        await incident_records.move_gate(core, tx)
        if await tx.row("SELECT FROM incident WHERE shown <> version LIMIT 1") is not None:
            await core.jobs.defer(tx, "show_incidents")


async def _settle(
    core: Core, tx: Transaction, heard: Mapping[str, Sequence[Kept]], *, live: Mapping[str, Incident]
) -> None:
    """Bring the incidents of all causes that are heard up to date; there are no more of them than causes."""
    lately = await _lately(core, [cause for cause in heard if cause not in live])
    for cause, kept in heard.items():
        found = _found(cause, kept)
        if (incident := live.get(cause)) is not None:
            await _compare(core, tx, incident, found)
        elif (earlier := lately.get(cause)) is not None:
            await incident_records.reopen(core, tx, earlier, found)
        else:
            await incident_records.open_new(core, tx, found, actor=SYSTEM)


async def _compare(core: Core, tx: Transaction, incident: Incident, found: Found) -> None:
    now = core.clock.now()
    if _moved(incident, found.signals, now=now):
        await incident_records.update(
            incident,
            signals=[each.model_dump() for each in found.signals],
            **incident_records.changed(incident, now),
        )
    judged = Severity(incident.judged or incident.severity)
    if found.severity < judged:
        await incident_records.update(incident, judged=found.severity.value)
    if found.severity < judged and found.severity < Severity(incident.severity):
        await incident_records.worsen(core, tx, incident, severity=found.severity, signals=found.signals, actor=SYSTEM)


def _moved(incident: Incident, signals: Sequence[Signal], *, now: datetime) -> bool:
    stored = incident.signals if isinstance(incident.signals, list) else json.loads(incident.signals)
    before = [Signal.model_validate(each) for each in stored]
    if [(each.rule, each.severity) for each in before] != [(each.rule, each.severity) for each in signals]:
        return True
    drifted = any(abs(one.figure - other.figure) >= DRIFT for one, other in zip(before, signals, strict=True))
    return drifted and now - incident.changed_at >= REDRAWN


async def _live() -> list[Incident]:
    return await Incident.filter(state__in=LIVE).order_by("number").limit(200).select_for_update()


async def _lately(core: Core, causes: Sequence[str]) -> dict[str, Incident]:
    """Return the newest incident of each cause that was over a short while ago."""
    if not causes:
        return {}
    over = Incident.filter(
        cause__in=list(causes), state=IncidentState.OVER.value, over_at__gte=core.clock.now() - REOPENED_WITHIN
    )
    return {each.cause: each for each in await over.order_by("over_at", "number").limit(200).select_for_update()}


async def _nag(core: Core, tx: Transaction) -> None:
    """Say of which incidents nobody has taken them; once for each time that it has been so for long."""
    now = core.clock.now()
    rows = await tx.rows(
        "UPDATE incident SET nagged_at = %(now)s, version = version + 1, changed_at = %(now)s WHERE id IN"
        " (SELECT id FROM incident"
        " WHERE state = 'open' AND (severity = 'P1' AND nagged_at <= %(p1)s OR severity = 'P2' AND nagged_at <= %(p2)s)"
        " ORDER BY number LIMIT 50)"
        " RETURNING id AS incident_id, number, cause, title, severity, opened_at",
        {"now": now, "p1": now - NAG_AFTER[Severity.P1], "p2": now - NAG_AFTER[Severity.P2]},
    )
    events = [
        IncidentUnowned(
            **{name: value for name, value in row.items() if name != "opened_at"},
            minutes=int((now - row["opened_at"]).total_seconds() // 60),
            **by(SYSTEM, now),
        )
        for row in rows
    ]
    await timeline.record_many(core, tx, events)


def _found(cause: str, kept: Sequence[Kept]) -> Found:
    signals = tuple(Signal(rule=each.rule, severity=each.severity.value, figure=round(each.figure, 4)) for each in kept)
    return Found(cause, kept[0].severity, signals)
