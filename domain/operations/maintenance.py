"""Maintenance: what it would keep back, how it stands, prolonging and ending it, and reminders of its end.

The gate itself is ``domain/outreach/gates.py``'s: it keeps all mail back and closes the payers' pages, and is over at
its end by arithmetic. What is written down here a moment later is what it kept back.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM, Actor
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row, Rows
from domain.operations import cron_pauses, crons
from domain.operations.maintenance_events import MaintenanceEndsSoon, MaintenanceLasts, MaintenanceOver
from domain.outreach import gates
from domain.outreach.gates import MAINTENANCE
from domain.outreach.stop_events import GateClosed

SOON = timedelta(minutes=15)
"""So long before its end everybody is reminded of it."""

LASTS = timedelta(hours=4)
"""After so long without an end, and each time again, everybody is reminded that it is on."""

LOOKED = timedelta(minutes=30)
"""Payers whose session began within it may have a page open."""

OVER = phrase("its time is over")
"""Why it ended that nobody ended."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What would wait, or be turned away, until a moment."""

    until: datetime
    mails: int
    """Mails that are queued and could leave before."""
    reminders: int
    """Invoices whose next reminder falls due before."""
    sums: tuple[Money, ...]
    """What is open on all of these invoices; each counts once."""
    slots: tuple[tuple[str, int], ...]
    """Crons whose mail would wait, with their slots."""
    sessions: int
    checkouts: int


@dataclass(frozen=True, slots=True)
class Board:
    """How one maintenance stands, or stood."""

    gate_id: UUID
    reason: str
    made_by: str
    since: datetime
    until: datetime | None
    on: bool
    ended_by: str | None
    ended_at: datetime | None
    mails: int
    """Kept back now, or at its end."""
    sums: tuple[Money, ...]


_SUMS = """
    SELECT json_object_agg(currency, minor ORDER BY currency) FROM (
        SELECT i.currency, sum(i.open_minor)::bigint AS minor FROM (SELECT DISTINCT invoice_id FROM concerned) c
        JOIN invoice i ON i.id = c.invoice_id GROUP BY i.currency) s
"""

_IMPACT = f"""
    WITH leaving AS (
        SELECT id FROM mailing
        WHERE state = 'queued' AND waits <> 'gate' AND (not_before IS NULL OR not_before <= %(until)s)
    ), due AS (
        SELECT invoice_id FROM enrolment WHERE state = 'running' AND next_action_at <= %(until)s
    ), concerned AS (
        SELECT t.invoice_id FROM leaving l JOIN mailing_item t ON t.mailing_id = l.id AND t.state = 'included'
        UNION SELECT invoice_id FROM due
    )
    SELECT (SELECT count(*) FROM leaving) AS mails, (SELECT count(*) FROM due) AS reminders, ({_SUMS}) AS sums,
           (SELECT count(*) FROM portal_session WHERE state = 'active' AND created_at > %(looked)s) AS sessions,
           (SELECT count(*) FROM checkout WHERE state = 'open' AND expires_at > %(now)s) AS checkouts
"""

_HELD = f"""
    WITH waiting AS (
        SELECT id FROM mailing WHERE state = 'queued' AND waits = 'gate' AND waits_gate = %(name)s
    ), concerned AS (
        SELECT t.invoice_id FROM waiting w JOIN mailing_item t ON t.mailing_id = w.id AND t.state = 'included'
    )
    SELECT (SELECT count(*) FROM waiting) AS mails, ({_SUMS}) AS sums
"""

_NEWEST = """
    SELECT id AS gate_id, reason, made_by, created_at AS since, until, opened_by AS ended_by, opened_at AS ended_at,
           state = 'closed' AND (until IS NULL OR until > %(now)s) AS "on"
    FROM gate WHERE name = %(name)s AND segment IS NULL ORDER BY created_at DESC, id LIMIT 1
"""

_MAILERS = ("plan-reminders", "release-waiting")
"""Crons whose mail waits while it is on."""


async def impact(core: Core, *, until: datetime) -> Impact:
    """Return what switching it on until then would keep back and turn away."""
    now = core.clock.now()
    row = await core.database.row(_IMPACT, {"now": now, "until": until, "looked": now - LOOKED})
    assert row is not None, "an aggregate always has a row"
    counted = ((name, cron_pauses.runs_within(crons.by_name(name), since=now, until=until)) for name in _MAILERS)
    return Impact(
        until=until,
        mails=row["mails"],
        reminders=row["reminders"],
        sums=_sums(row),
        slots=tuple(counted),
        sessions=row["sessions"],
        checkouts=row["checkouts"],
    )


async def board(core: Core) -> Board | None:
    """Return how the newest maintenance stands; None where there never was one."""
    row = await core.database.row(_NEWEST, {"name": MAINTENANCE, "now": core.clock.now()})
    if row is None:
        return None
    row["reason"] = sentences.said(row["reason"])
    if row["ended_at"] is None:
        return Board(**row, **await held(core.database))
    over = await core.database.row(
        "SELECT fact FROM timeline_entry WHERE kind = 'maintenance.over' AND fact->>'gate_id' = %s"
        " ORDER BY id DESC LIMIT 1",
        (str(row["gate_id"]),),
    )
    if over is None:
        return Board(**row, mails=0, sums=())
    fact = json.loads(over["fact"]) if isinstance(over["fact"], str) else over["fact"]
    return Board(**row, mails=fact["mails"], sums=tuple(Money(**each) for each in fact["sums"]))


async def prolong(core: Core, *, until: datetime, actor: Actor) -> GateClosed:
    """Move the end of the maintenance that is on.

    Raises:
        NotAllowed: The actor may not operate the product.
        GateRefused: It is not on, or that moment has passed.
    """
    return await gates.prolong(core, name=MAINTENANCE, until=until, actor=actor)


async def end(core: Core, *, reason: str, actor: Actor) -> MaintenanceOver:
    """End it at once; what it kept back leaves now.

    Raises:
        NotAllowed: The actor may not operate the product.
        ReasonMissing: Nobody could be told why.
        GateRefused: It is not on.
    """
    async with core.transaction() as tx:
        gate = await tx.row(
            "SELECT id, created_at FROM gate WHERE name = %s AND segment IS NULL AND state = 'closed' FOR UPDATE",
            (MAINTENANCE,),
        )
        kept_back = await held(tx)
        opened = await gates.open(core.within(tx), name=MAINTENANCE, reason=reason, actor=actor)
        assert gate is not None, "what is not closed cannot be opened"
        event = MaintenanceOver(gate_id=gate["id"], since=gate["created_at"], **kept_back, **by(actor, opened.at))
        await timeline.record(core, tx, event)
    return event


async def watch(core: Core) -> None:
    """Write down that it is over by itself, or remind of its end, or of having none."""
    gate = await core.database.row(
        "SELECT id, until, created_at FROM gate WHERE name = %s AND segment IS NULL AND state = 'closed'",
        (MAINTENANCE,),
    )
    if gate is None:
        return
    now, until = core.clock.now(), gate["until"]
    if until is not None and until <= now:
        await end(core, reason=say(OVER), actor=SYSTEM)
    elif until is not None and until - now <= SOON and until - gate["created_at"] > SOON:
        event = MaintenanceEndsSoon(gate_id=gate["id"], until=until, **by(SYSTEM, now))
        await _once(core, event, gate_id=gate["id"], since=until - SOON)
    elif until is None and (turns := (now - gate["created_at"]) // LASTS):
        hours = turns * LASTS // timedelta(hours=1)
        mails = (await held(core.database))["mails"]
        lasts = MaintenanceLasts(gate_id=gate["id"], hours=hours, mails=mails, **by(SYSTEM, now))
        await _once(core, lasts, gate_id=gate["id"], since=gate["created_at"] + turns * LASTS)
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "show_maintenance")


async def _once(core: Core, event: Event, *, gate_id: UUID, since: datetime) -> None:
    """Record an event, unless one of its kind was recorded about that gate since then; one job looks at a time."""
    async with core.transaction() as tx:
        told = await tx.row(
            "SELECT FROM timeline_entry WHERE kind = %s AND fact->>'gate_id' = %s AND at >= %s LIMIT 1",
            (event.kind, str(gate_id), since),
        )
        if told is None:
            await timeline.record(core, tx, event)


async def held(rows: Rows, *, name: str = MAINTENANCE) -> Row:
    """Return how many mails wait for a gate, and the sums that are open on their invoices, each once."""
    row = await rows.row(_HELD, {"name": name})
    assert row is not None, "an aggregate always has a row"
    return {"mails": row["mails"], "sums": _sums(row)}


def _sums(row: Row) -> tuple[Money, ...]:
    sums = json.loads(row["sums"]) if isinstance(row["sums"], str) else row["sums"] or {}
    return tuple(Money(int(minor), currency) for currency, minor in sums.items())
