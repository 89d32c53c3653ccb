"""Desks: what one person has before them: the queue, decisions, promises, disputes, money and mails that wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.casework import absences, queue, taking, worklist
from domain.casework.queue import Queue
from domain.casework.taking import Progress
from domain.cash_application import queries as cash_queries
from domain.commitments import adherence, dispute_queries, radar
from domain.commitments.adherence import Adherence
from domain.commitments.dispute_queries import DisputeCounts, DisputeView
from domain.commitments.radar import Radar
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import unapplied
from domain.ledger.sums import Totals
from domain.operations import incident_lists, readiness
from domain.operations.incident_lists import Shown as Incident
from domain.operations.readiness import Board
from domain.outreach import gates
from domain.outreach.gates import GateShown
from domain.pay_links import companions
from domain.people import preferences
from domain.people.preferences import Preferences

QUEUE_SHOWN = 5

RADAR_SHOWN = 5

DISPUTES_SHOWN = 3

KEPT_OVER = timedelta(days=90)
"""Of so long it is told how many promises were kept."""


class Pile(StrEnum):
    """What waits for somebody's decision or answer."""

    DRAFTS = "drafts"
    PLANS = "plans"
    CREDITS = "credits"
    WRITE_OFFS = "write-offs"
    POLICY = "policy"
    FORWARDINGS = "forwardings"
    ACCESS = "access"
    ERASURES = "erasures"
    MAILS = "mails"
    QUESTIONS = "questions"


DECIDED_BY: Mapping[Pile, frozenset[Permission]] = {
    Pile.DRAFTS: frozenset({Permission.APPROVE}),
    Pile.PLANS: frozenset({Permission.APPROVE}),
    Pile.CREDITS: frozenset({Permission.APPROVE, Permission.APPROVE_CREDITS}),
    Pile.WRITE_OFFS: frozenset({Permission.MOVE_MONEY}),
    Pile.POLICY: frozenset({Permission.PUBLISH}),
    Pile.FORWARDINGS: frozenset({Permission.HANDLE_LINKS}),
    Pile.ACCESS: frozenset({Permission.MANAGE_PEOPLE}),
    Pile.ERASURES: frozenset({Permission.MANAGE_PEOPLE}),
    Pile.MAILS: frozenset({Permission.WORK_QUEUE}),
    Pile.QUESTIONS: frozenset({Permission.WORK_QUEUE}),
}
"""Whose desk a pile stands on: any of these rights is enough."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A pile: how many, since when, and the number of the one where there is only one at a time."""

    count: int
    since: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class Cash:
    """Money that came and belongs to no invoice yet."""

    lines: int
    """Bank lines that wait for a person."""
    proposed: int
    sums: tuple[Money, ...]
    unapplied: int
    """Payments of which something is left."""
    totals: Totals


@dataclass(frozen=True, slots=True)
class Shared:
    """What is the same for everybody, read once for all."""

    gates: tuple[GateShown, ...]
    radar: Radar
    disputes: DisputeCounts
    readiness: Board | None = None
    incidents: tuple[Incident, ...] = ()
    cash: Cash | None = None
    """Shown to whoever may apply cash."""
    kept: Adherence | None = None
    """Of the promises decided in the last ``KEPT_OVER``."""
    behind: timedelta = timedelta()
    """How old the oldest news is that the chat has not been told."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that one person's Home shows; parts that are not theirs are None."""

    name: str
    roles: tuple[str, ...]
    may: frozenset[Permission]
    shared: Shared
    settings: Preferences
    queue: Queue | None
    own: bool
    """Whether the queue is the person's own part of it."""
    progress: Progress | None
    piles: Mapping[Pile, Waits]
    mine: tuple[DisputeView, ...]
    """The person's open disputes, and those of whoever they stand in for."""
    cash: Cash | None


_PILES = """
    SELECT 'drafts' AS pile, count(*) AS waits, min(m.queued_at) AS since, 0 AS version FROM mailing m
    WHERE m.state = 'drafted' AND NOT (%(four_eyes)s AND (coalesce(m.made_by_id = ANY(%(mine)s), false)
                                                          OR coalesce(m.edited_by_id = ANY(%(mine)s), false)))
    UNION ALL
    SELECT 'plans', count(*), min(p.created_at), 0 FROM plan p
    WHERE p.state = 'requested' AND NOT (%(four_eyes)s AND coalesce(p.made_by_id = ANY(%(mine)s), false))
    UNION ALL
    SELECT 'credits', count(*), min(c.created_at), 0 FROM credit c
    WHERE c.state = 'proposed' AND NOT (%(four_eyes)s AND coalesce(c.proposed_by_id = ANY(%(mine)s), false))
    UNION ALL
    SELECT 'write-offs', count(*), min(w.created_at), 0 FROM write_off w
    WHERE w.state = 'proposed' AND NOT (%(four_eyes)s AND coalesce(w.proposed_by_id = ANY(%(mine)s), false))
    UNION ALL
    SELECT 'policy', count(*), min(y.created_at), coalesce(max(y.version), 0) FROM policy y
    WHERE y.state = 'proposed' AND NOT (%(four_eyes)s AND coalesce(y.made_by_id = ANY(%(mine)s), false))
    UNION ALL
    SELECT 'forwardings', count(*), min(f.created_at), 0 FROM forwarding f
    WHERE f.state = 'asked' AND f.created_at > %(forwarded_since)s
    UNION ALL
    SELECT 'access', count(*), min(r.created_at), 0 FROM access_request r
    WHERE r.state = 'open' AND coalesce(r.asked_by_id <> ALL(%(mine)s), true) AND r.slack_id <> %(slack_id)s
    UNION ALL
    SELECT 'erasures', count(*), min(e.created_at), 0 FROM erasure e
    WHERE e.state = 'proposed' AND NOT (%(four_eyes)s AND coalesce(e.asked_by_id = ANY(%(mine)s), false))
    UNION ALL
    SELECT 'mails', count(*), min(i.received_at), 0 FROM inbound_mail i
    WHERE i.seen_at IS NULL AND i.reading->>'kind' = 'human'
    UNION ALL
    SELECT 'questions', count(*), min(q.created_at), 0 FROM question q WHERE q.state = 'asked'
"""


async def shared(core: Core) -> Shared:
    """Return what every desk shows alike; the list of cases is up to date then."""
    await worklist.refresh(core)
    return Shared(
        cash=await _cash(core),
        gates=await gates.closed(core),
        radar=await radar.radar(core, limit=RADAR_SHOWN),
        disputes=await dispute_queries.counts(core),
        readiness=await readiness.board(core),
        incidents=await incident_lists.open_now(core),
        kept=await adherence.overall(core, since=core.clock.now() - KEPT_OVER),
        behind=await _behind(core),
    )


async def of(core: Core, *, actor: Actor, shared: Shared) -> Desk:
    """Return one person's desk: what is theirs to do, and what they may decide.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    assert actor.id is not None, "a desk is a person's"
    mine = await preferences.of(core, actor.id)
    people = await absences.covered(core, core.database, person_id=actor.id)
    found, own = await _queue(core, actor, people)
    return Desk(
        name=mine.name,
        roles=actor.roles,
        may=actor.may,
        shared=shared,
        settings=mine,
        queue=found,
        own=own,
        progress=await taking.progress(core, actor=actor, mine=own, people=people, fresh=True)
        if found is not None
        else None,
        piles=await piles(core, actor=actor, slack_id=mine.slack_id),
        mine=await dispute_queries.waiting(core, owners=people, limit=DISPUTES_SHOWN),
        cash=shared.cash if Permission.APPLY_CASH in actor.may else None,
    )


async def _queue(core: Core, actor: Actor, people: frozenset[UUID]) -> tuple[Queue | None, bool]:
    """Return what the person has to work on: their own part where they have one, else the whole queue."""
    if Permission.WORK_QUEUE not in actor.may:
        return None, False
    own = await queue.page(core, actor=actor, limit=QUEUE_SHOWN, mine=True, people=people, fresh=True)
    return (own, True) if own.lines else (await queue.page(core, actor=actor, limit=QUEUE_SHOWN, fresh=True), False)


async def piles(core: Core, *, actor: Actor, slack_id: str = "") -> Mapping[Pile, Waits]:
    """Return what waits for a decision that the actor may take, without their own work."""
    rows = await core.database.rows(
        _PILES,
        {"mine": list(actor.ids), "slack_id": slack_id, "four_eyes": core.limits.second_person}
        | companions.parameters(core.clock.now()),
    )
    return {
        Pile(row["pile"]): Waits(row["waits"], row["since"], row["version"])
        for row in rows
        if row["waits"] and not actor.may.isdisjoint(DECIDED_BY[Pile(row["pile"])])
    }


async def _behind(core: Core) -> timedelta:
    row = await core.database.row(
        "SELECT at FROM timeline_entry WHERE id = (SELECT (args->>'entry_id')::bigint FROM procrastinate_jobs"
        " WHERE queue_name = 'chat' AND task_name = 'tell_operators' AND status = 'todo' ORDER BY id LIMIT 1)"
    )
    return max(timedelta(), core.clock.now() - row["at"]) if row else timedelta()


async def _cash(core: Core) -> Cash:
    lines = await cash_queries.waiting(core)
    loose = await unapplied.unapplied(core, actor=SYSTEM, limit=1)
    return Cash(lines.total, lines.proposed, lines.sums, loose.found, loose.totals)
