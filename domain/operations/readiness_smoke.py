"""Readiness smoke: a test dispute goes the way of a payer's objection, from the page behind a link to the channel.

The invoice that it is about is a test itself: owed by nobody and counted nowhere. What a run leaves behind (link,
session, dispute) is ended with the run, and what a dead process left behind by whoever looks next.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from domain.commitments.dispute_events import DisputeTested
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.jobs import TryLater
from domain.ledger import invoices
from domain.operations import chat_messages, readiness_subject
from domain.operations.models import DisputeSmoke
from domain.operations.readiness_events import SmokeAsked, SmokeEnded
from domain.operations.readiness_ports import Surroundings, VisitFailed, Visitor
from domain.operations.states import SmokeState

REASON = "wrong_tax"
"""A reason that requires no documents."""

WORDS = "This is a test by Plixo itself. Nothing has to be done; it is closed by itself within a minute."

LOOK_AGAIN = timedelta(seconds=1)

INTERRUPTED = timedelta(minutes=2)
"""Beyond the time in which a dispute has to arrive: a run that is so old has no process any more."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a test dispute fares."""

    id: UUID
    state: str
    why: str
    seconds: int
    told: bool
    started_at: datetime


async def request(core: Core, *, actor: Actor) -> UUID:
    """Have a test dispute filed; where one is on its way, that one is the answer.

    Raises:
        NotAllowed: The actor may not work the queue.
    """
    actor.require(Permission.WORK_QUEUE)
    await tidy(core)
    smoke_id, now = uuid4(), core.clock.now()
    try:
        async with core.transaction() as tx:
            start = DisputeSmoke.MACHINE.start.value
            await DisputeSmoke.create(id=smoke_id, state=start, asked_by=actor.name, started_at=now)
            await timeline.record(core, tx, SmokeAsked(smoke_id=smoke_id, **by(actor, now)))
            await core.jobs.defer(tx, "smoke_dispute", smoke_id=str(smoke_id))
    except IntegrityError:  # one is on its way
        row = await core.database.row("SELECT id FROM dispute_smoke WHERE state = 'running'")
        return UUID(str(row["id"])) if row else smoke_id
    return smoke_id


async def daily(core: Core) -> None:
    """Have the day's test dispute filed (the job ``plan_smoke``), where there is anything to collect."""
    if await core.database.row("SELECT FROM invoice WHERE state = 'open' LIMIT 1") is not None:
        await request(core, actor=SYSTEM)


async def run(core: Core, *, smoke_id: str, visitor: Visitor, surroundings: Surroundings) -> None:
    """Take the test dispute one step further (the job ``smoke_dispute``); safe to repeat after a crash at any line.

    Raises:
        TryLater: It is on its way.
    """
    found = await DisputeSmoke.get_or_none(id=UUID(smoke_id))
    if found is None or found.status is not SmokeState.RUNNING:
        return
    if found.filed_at is None:
        if core.clock.now() - found.started_at > core.limits.readiness.smoke + INTERRUPTED:
            await _end(core, found.id, why="interrupted")
            return
        if not await _file(core, found.id, visitor):
            return
        found = await DisputeSmoke.get(id=found.id)
    why = await _look(core, found, wants_chat=surroundings.chat)
    if not why:
        await _end(core, found.id)
        return
    assert found.filed_at is not None, "it was filed above"
    if core.clock.now() - found.filed_at >= core.limits.readiness.smoke:
        await _end(core, found.id, why=why)
        return
    raise TryLater(LOOK_AGAIN, f"the test dispute is {why}")


async def tidy(core: Core) -> None:
    """End runs whose process died, and whatever test is still about without a run; cheap where there is nothing."""
    now = core.clock.now()
    late = now - core.limits.readiness.smoke - INTERRUPTED
    old = await core.database.row("SELECT id FROM dispute_smoke WHERE state = 'running' AND started_at < %s", (late,))
    if old is not None:
        await _end(core, old["id"], why="interrupted")
    elif await core.database.row("SELECT FROM dispute_smoke WHERE state = 'running'") is None:
        await readiness_subject.clean(core)


async def newest(core: Core, *, smoke_id: UUID | None = None) -> Run | None:
    """Return how that test dispute, or the newest one, fares."""
    row = await core.database.row(
        "SELECT id, state, why, told_at, queued_at, filed_at, started_at FROM dispute_smoke"
        " WHERE %(id)s::uuid IS NULL OR id = %(id)s ORDER BY started_at DESC, id LIMIT 1",
        {"id": smoke_id},
    )
    if row is None:
        return None
    last = row["told_at"] or row["queued_at"]
    seconds = round((last - row["filed_at"]).total_seconds()) if last and row["filed_at"] else 0
    return Run(row["id"], row["state"], row["why"], seconds, row["told_at"] is not None, row["started_at"])


async def _file(core: Core, smoke_id: UUID, visitor: Visitor) -> bool:
    """Send the form as a payer's browser does; return whether the pages took it."""
    address = await readiness_subject.link(core, smoke_id)
    filed_at = core.clock.now()
    try:
        await visitor.object_to(address, reason=REASON, words=WORDS)
    except VisitFailed as no:
        await _end(core, smoke_id, why=no.code)
        return False
    await DisputeSmoke.filter(id=smoke_id).update(filed_at=filed_at)
    return True


async def _look(core: Core, smoke: DisputeSmoke, *, wants_chat: bool) -> str:
    """Look where it should be by now; return what is missing, as a code."""
    row = await core.database.row(
        "SELECT d.id, t.id AS entry FROM dispute d JOIN invoice i ON i.id = d.invoice_id"
        " LEFT JOIN timeline_entry t ON t.invoice_id = i.id AND t.kind = %(kind)s"
        " AND t.fact->>'dispute_id' = d.id::text"
        " WHERE i.number_key = %(key)s AND d.is_test AND d.created_at >= %(since)s"
        " ORDER BY d.state = 'open' DESC, d.created_at DESC LIMIT 1",
        {"kind": DisputeTested.kind, "key": invoices.number_key(readiness_subject.NUMBER), "since": smoke.started_at},
    )
    if row is None:
        return "not queued"
    seen = {"dispute_id": row["id"]} | ({} if smoke.queued_at else {"queued_at": core.clock.now()})
    await DisputeSmoke.filter(id=smoke.id).update(**seen)
    if not wants_chat:
        return ""
    told = await chat_messages.found(core, keys=[chat_messages.entry_key(row["entry"])])
    if not told or told[0].ts is None:
        return "not told"
    await DisputeSmoke.filter(id=smoke.id).update(told_at=told[0].updated_at)
    return ""


async def _end(core: Core, smoke_id: UUID, *, why: str = "") -> None:
    """End the run and whatever it left; of two that end it at once, one does."""
    now = core.clock.now()
    async with core.transaction() as tx:
        smoke = await DisputeSmoke.locked(id=smoke_id)
        if smoke is None or smoke.status is not SmokeState.RUNNING:
            return
        await smoke.move("fail" if why else "arrive", why=why, ended_at=now)
        last = smoke.told_at or smoke.queued_at
        seconds = round((last - smoke.filed_at).total_seconds()) if last and smoke.filed_at else 0
        event = SmokeEnded(smoke_id=smoke.id, arrived=not why, seconds=seconds, why=why, **by(SYSTEM, now))
        await timeline.record(core, tx, event)
    await readiness_subject.clean(core)
