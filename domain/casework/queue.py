"""The queue: every open invoice with one next best action and a score that explains itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.casework import absences, claims, hand_overs, score, worked_today, worklist
from domain.casework.facts import parameters
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Rows

MOST_LINES = 100

COUNTED = 10_000
"""Nobody works through more; counting on would take longer than finding the top."""

_SPARE = 5
"""Lines that are read beyond those that are wanted, since one that was settled a moment ago falls out."""

FOCUS = 3


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One invoice in the queue."""

    invoice_id: UUID
    invoice_number: str
    account_name: str
    balance: Money
    days_past_due: int
    score: int
    reasons: tuple[str, ...]
    next_action: str
    action: str = ""
    """Name of the next best action: ``call``, ``find contact``, ``wait`` …"""
    account_id: UUID | None = None
    usual_delay: int | None = None
    """Days past due at which the customer usually pays: the median of the newest settled invoices."""
    owner: str = ""
    """Whose customer it is, or for whom somebody stands in."""
    claimed_by: str = ""
    """Who has the customer's case in hand now."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The most urgent invoices, and how many there are in all."""

    total: int
    lines: tuple[QueueLine, ...]
    more: bool = False
    """Whether there are more than *total*, which nobody counted."""


_TOP = """
    SELECT w.invoice_id{also} FROM worklist w WHERE NOT w.stopped AND {narrowed}
    ORDER BY w.score DESC, w.open_major DESC, w.due_on, w.invoice_id LIMIT %(most)s
"""

_SCORED = score.scored("WHERE i.id = ANY(ARRAY(SELECT unnest(%(ids)s::uuid[])))")
"""By a subquery, so that the planner knows as much of the array before as after and keeps one plan: to plan this anew
for each look takes ten times as long as to run it."""

_COUNT = (
    "SELECT count(*) AS total FROM (SELECT FROM worklist w WHERE NOT w.stopped AND {narrowed} LIMIT %(counted)s) each"
)

_MINE = (
    "(w.account_id = ANY(ARRAY(SELECT id FROM account WHERE owner_id = ANY(%(people)s)"
    f" UNION ALL SELECT c.account_id FROM {claims.LIVE} WHERE c.person_id = ANY(%(people)s)))"
    " OR w.invoice_id = ANY(ARRAY(SELECT invoice_id FROM task WHERE state = 'open' AND for_id = ANY(%(people)s))))"
)

_ELSEWHERE = (
    f"SELECT ARRAY({claims.OF_OTHERS}) AS taken, ARRAY({hand_overs.TO_OTHERS}) AS handed,"
    f" ARRAY({worked_today.HANDLED}) AS worked"
)

_FREE = "w.account_id <> ALL(%(taken)s) AND w.invoice_id <> ALL(%(passed)s)"


async def page(
    core: Core,
    *,
    actor: Actor,
    limit: int = 10,
    mine: bool = False,
    people: Collection[UUID] | None = None,
    fresh: bool = False,
) -> Queue:
    """Return the *limit* most urgent invoices; with *mine* those that are the actor's own or a deputy's to do.

    Args:
        core: The core.
        actor: Who looks.
        limit: Lines at most.
        mine: Whether only the actor's.
        people: Whose work the actor does, where that was looked up a moment ago.
        fresh: Whether the list was brought up to date a moment ago.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    if not fresh:
        await worklist.refresh(core)
    narrowed, values = await _narrowed(core, core.database, actor, mine=mine, people=people)
    limit = max(1, min(limit, MOST_LINES))
    also = f", ({_COUNT.format(narrowed=narrowed)}) AS total"
    chosen = await core.database.rows(
        _TOP.format(narrowed=narrowed, also=also), {**values, "most": limit + _SPARE, "counted": COUNTED + 1}
    )
    found = await _standing(core, core.database, chosen, limit=limit, actor=actor)
    counted = int(chosen[0]["total"]) if found else 0
    return Queue(total=min(counted, COUNTED), lines=found, more=counted > COUNTED)


async def waiting(
    core: Core, *, actor: Actor, mine: bool = False, people: Collection[UUID] | None = None
) -> tuple[int, bool]:
    """Return how many lines nobody else has in hand, and whether there are more than anybody counts."""
    narrowed, values = await _narrowed(core, core.database, actor, mine=mine, people=people)
    others = await _elsewhere(core, core.database, actor, people)
    row = await core.database.row(
        _COUNT.format(narrowed=f"{narrowed} AND {_FREE}"), {**values, **others, "counted": COUNTED + 1}
    )
    assert row is not None, "an aggregate always has a row"
    return min(int(row["total"]), COUNTED), row["total"] > COUNTED


async def focus(core: Core, *, actor: Actor, mine: bool = False) -> tuple[QueueLine, ...]:
    """Return today's focus: the top three that nobody else has in hand.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    await worklist.refresh(core)
    narrowed, values = await _narrowed(core, core.database, actor, mine=mine)
    others = await _elsewhere(core, core.database, actor)
    return await top(
        core,
        core.database,
        limit=FOCUS,
        actor=actor,
        narrowed=f"{narrowed} AND {_FREE}",
        values={**values, **others},
    )


async def free(core: Core, rows: Rows, *, actor: Actor, mine: bool, limit: int) -> tuple[QueueLine, ...]:
    """Return the top lines whose customer nobody else has in hand, inside the caller's transaction."""
    narrowed, values = await _narrowed(core, rows, actor, mine=mine)
    others = await _elsewhere(core, rows, actor)
    return await top(
        core, rows, limit=limit, actor=actor, narrowed=f"{narrowed} AND {_FREE}", values={**values, **others}
    )


async def top(
    core: Core,
    rows: Rows,
    *,
    limit: int,
    actor: Actor | None = None,
    narrowed: str = "true",
    values: Mapping[str, Any] | None = None,
) -> tuple[QueueLine, ...]:
    """Return the top lines as they are at this moment: the list says which, the ledger says how they stand."""
    limit = max(1, min(limit, MOST_LINES))
    chosen = await rows.rows(_TOP.format(narrowed=narrowed, also=""), {**(values or {}), "most": limit + _SPARE})
    return await _standing(core, rows, chosen, limit=limit, actor=actor)


async def _standing(
    core: Core, rows: Rows, chosen: Sequence[Mapping[str, Any]], *, limit: int, actor: Actor | None
) -> tuple[QueueLine, ...]:
    """Return those that were chosen as they stand in the ledger, the most urgent first."""
    if not chosen:
        return ()
    found = await rows.rows(_SCORED, parameters(core, ids=[row["invoice_id"] for row in chosen]), prepare=True)
    held = [row for row in found if row["stop"] is None]
    held.sort(key=lambda row: (-row["score"], -row["open_major"], row["due_on"], row["id"]))
    return await _lines(core, rows, held[:limit], actor)


async def line(core: Core, rows: Rows, *, invoice_id: UUID) -> QueueLine | None:
    """Return one invoice as a line, in the queue or not; None when there is no such invoice."""
    row = await rows.row(score.scored("WHERE i.id = %(id)s"), parameters(core, id=invoice_id), prepare=True)
    return (await _lines(core, rows, [row]))[0] if row else None


async def _narrowed(
    core: Core, rows: Rows, actor: Actor, *, mine: bool, people: Collection[UUID] | None = None
) -> tuple[str, dict[str, Any]]:
    if not mine or actor.id is None:
        return "true", {}
    if people is None:
        people = await absences.covered(core, rows, person_id=actor.id)
    return _MINE, {**claims.parameters(core), "people": list(people)}


async def _elsewhere(core: Core, rows: Rows, actor: Actor, people: Collection[UUID] | None = None) -> dict[str, Any]:
    """Return what the actor's session passes over: in others' hands, handed to others, or worked on already today."""
    if people is None:
        people = await absences.covered(core, rows, person_id=actor.id) if actor.id else frozenset()
    values = {**claims.parameters(core), **worked_today.parameters(core, actor=actor), "people": list(people)}
    row = await rows.row(_ELSEWHERE, values)
    assert row is not None, "a row of arrays is always there"
    return {"taken": row["taken"], "passed": [*row["handed"], *row["worked"]]}


async def _lines(
    core: Core, rows: Rows, found: Sequence[Mapping[str, Any]], actor: Actor | None = None
) -> tuple[QueueLine, ...]:
    holders = await claims.holders(core, rows, accounts=[row["account_id"] for row in found])
    owners = await absences.responsible(core, rows, people=[row["owner_id"] for row in found if row["owner_id"]])
    return tuple(
        _line(
            core, row, actor=actor, owner=owners.get(row["owner_id"], ""), claimed_by=holders.get(row["account_id"], "")
        )
        for row in found
    )


def _line(core: Core, row: Mapping[str, Any], *, actor: Actor | None, owner: str, claimed_by: str) -> QueueLine:
    told = score.judgement(core, row, actor=actor)
    return QueueLine(
        invoice_id=row["id"],
        invoice_number=row["number"],
        account_name=row["account_name"],
        balance=Money(row["open_minor"], row["currency"]),
        days_past_due=row["days_past_due"],
        score=told.score,
        reasons=told.reasons,
        next_action=told.next_action,
        action=told.action,
        account_id=row["account_id"],
        usual_delay=row["usual_delay"],
        owner=owner,
        claimed_by=claimed_by,
    )
