"""Proposals: the ways that a person may choose from, kept beside the line, rewritten only when they have changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.cash_application.candidates import Line, Way
from domain.cash_application.events import LinesProposed
from domain.cash_application.models import BankLine
from domain.cash_application.states import BankLineState
from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say

LIKELY = 50
"""From so many percent on a proposal is called likely."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line that waits, and what may be done with it."""

    line: Line
    ways: tuple[Way, ...]
    against: tuple[str, ...] = ()
    """Why it is not posted although it is sure."""


_KEPT = """
    SELECT bank_line_id AS id,
           jsonb_agg(jsonb_build_array(account_id, confidence, reasons, parts, alternatives, payment_id) ORDER BY place)
               AS ways
    FROM cash_match WHERE bank_line_id = ANY(%(ids)s) GROUP BY bank_line_id
"""

_CUSTOMERS = "SELECT FROM account WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE"
"""Whoever merges two of them has them first, and their proposals after that."""

_HELD = """
    SELECT id, state FROM bank_line WHERE id = ANY(%(ids)s) AND state IN ('new', 'proposed')
    ORDER BY id FOR UPDATE SKIP LOCKED
"""

_REMOVE = "DELETE FROM cash_match WHERE bank_line_id = ANY(%(ids)s)"

_ADD = """
    INSERT INTO cash_match (id, bank_line_id, place, account_id, confidence, reasons, parts, alternatives, payment_id)
    SELECT id, line_id, place, account_id, confidence, reasons::jsonb, parts::jsonb, alternatives, payment_id
    FROM unnest(%(ids)s::uuid[], %(lines)s::uuid[], %(places)s::smallint[], %(accounts)s::uuid[],
                %(confidences)s::smallint[], %(reasons)s::text[], %(parts)s::text[], %(alternatives)s::integer[],
                %(payments)s::uuid[])
        AS each (id, line_id, place, account_id, confidence, reasons, parts, alternatives, payment_id)
"""

_SET = """
    UPDATE bank_line l SET confidence = each.confidence, reasons = each.reasons::jsonb
    FROM unnest(%(ids)s::uuid[], %(confidences)s::smallint[], %(reasons)s::text[]) AS each (id, confidence, reasons)
    WHERE l.id = each.id
"""


async def store(core: Core, waiting: Sequence[Proposal]) -> list[Proposal]:
    """Keep the ways of a page of lines in one transaction; return those that became proposals by it."""
    kept = await _kept(core, waiting)
    changed = [each for each in waiting if _shape(each) != kept.get(each.line.id, [])]
    if not changed:
        return []
    async with core.transaction() as tx:
        await tx.execute(_CUSTOMERS, {"ids": [way.account_id for each in changed for way in each.ways]})
        rows = await tx.rows(_HELD, {"ids": [each.line.id for each in changed]})
        held = {row["id"]: row["state"] for row in rows}
        now = [each for each in changed if each.line.id in held]
        await tx.execute(_REMOVE, {"ids": list(held)})
        await tx.execute(_ADD, _columns(now))
        best = [_best(each) for each in now]
        await tx.execute(
            _SET,
            {
                "ids": [each.line.id for each in now],
                "confidences": [confidence for confidence, _ in best],
                "reasons": [json.dumps(reasons) for _, reasons in best],
            },
        )
        fresh = [each for each in now if each.ways and held[each.line.id] == BankLineState.NEW.value]
        await BankLine.move_all("propose", ids=[each.line.id for each in fresh], before=BankLineState.NEW)
    return fresh


async def tell(core: Core, fresh: Sequence[Proposal], *, unknown: int) -> LinesProposed | None:
    """Record once what a run has found that waits for a person; nothing when there is nothing new."""
    if not fresh:
        return None
    sums: dict[str, int] = {}
    for each in fresh:
        sums[each.line.currency] = sums.get(each.line.currency, 0) + abs(each.line.amount_minor)
    async with core.transaction() as tx:
        event = LinesProposed(
            lines=len(fresh),
            likely=sum(each.ways[0].confidence >= LIKELY for each in fresh),
            unknown=unknown,
            sums=tuple(Money(minor, currency) for currency, minor in sorted(sums.items())),
            **by(SYSTEM, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def _kept(core: Core, waiting: Iterable[Proposal]) -> dict[UUID, list[Any]]:
    rows = await core.database.rows(_KEPT, {"ids": [each.line.id for each in waiting]})
    return {row["id"]: row["ways"] if isinstance(row["ways"], list) else json.loads(row["ways"]) for row in rows}


def _shape(proposal: Proposal) -> list[Any]:
    """Return the ways as the database gives them back."""
    return [
        [
            str(way.account_id),
            way.confidence,
            _reasons(proposal, way),
            _parts(way),
            way.alternatives,
            str(way.payment_id) if way.payment_id else None,
        ]
        for way in proposal.ways
    ]


def _columns(proposals: Sequence[Proposal]) -> Mapping[str, list[Any]]:
    each = [(proposal, place, way) for proposal in proposals for place, way in enumerate(proposal.ways, start=1)]
    return {
        "ids": [uuid4() for _ in each],
        "lines": [proposal.line.id for proposal, _, _ in each],
        "places": [place for _, place, _ in each],
        "accounts": [way.account_id for _, _, way in each],
        "confidences": [way.confidence for _, _, way in each],
        "reasons": [json.dumps(_reasons(proposal, way)) for proposal, _, way in each],
        "parts": [json.dumps(_parts(way)) for _, _, way in each],
        "alternatives": [way.alternatives for _, _, way in each],
        "payments": [way.payment_id for _, _, way in each],
    }


def _reasons(proposal: Proposal, way: Way) -> list[Any]:
    """Return why, as it is kept: each sentence with its values, to be said to every reader."""
    against = proposal.against if way is proposal.ways[0] else ()
    told = [*(ground.said for ground in way.grounds), *(say("waits for a person: {why}", why=each) for each in against)]
    return [_storable(sentences.packed(each)) for each in told]


def _parts(way: Way) -> list[list[Any]]:
    return [[str(part.debt.id), part.minor] for part in way.parts]


def _best(proposal: Proposal) -> tuple[int | None, list[Any]]:
    if not proposal.ways:
        return None, []
    return proposal.ways[0].confidence, _reasons(proposal, proposal.ways[0])


def _storable(kept: Any) -> Any:
    """Return a reason without what a database cannot hold; it may quote what a payer wrote."""
    match kept:
        case str():
            return kept.replace("\0", "").encode("utf-8", "replace").decode()
        case dict():
            return {name: _storable(value) for name, value in kept.items()}
        case _:
            return kept
