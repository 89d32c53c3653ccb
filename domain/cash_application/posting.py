"""Posting: new bank lines are matched page by page; what is sure is posted, one transaction a line, the rest proposed.

A job that may be repeated, stopped and run beside people who decide: a line is posted only while it still waits, its
payment is booked once by the line's own id, and what the match counted on is read again under the locks, which are
taken in the order of all money: invoices by id, then the payment, then the line.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.cash_application import (
    blocks,
    booking,
    combinations,
    linking,
    lookups,
    matching,
    payer_words,
    payers,
    proposals,
    returns,
)
from domain.cash_application.candidates import Line, Way, line_of
from domain.cash_application.doubts import Doubt
from domain.cash_application.evidence import WHICH, Evidence
from domain.cash_application.proposals import Proposal
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction

log = logging.getLogger(__name__)

MOST_A_RUN = 50_000
"""Bank lines of one run; the next run takes up what is left."""

TRIES = 2
"""How often a page is matched anew since the ledger changed under it, before its lines wait for the next run."""

_PAGE = """
    SELECT id, booked_on, currency, amount_minor, payer_name, payer_key, payer_hint, reference, bank_reference,
           remittance_id, doubt, like_id, created_at
    FROM bank_line
    WHERE state IN ('new', 'proposed') AND (created_at, id) > (%(at)s, %(id)s)
    ORDER BY created_at, id LIMIT %(most)s
"""

_FIRST: dict[str, Any] = {"at": "-infinity", "id": UUID(int=0)}


@dataclass
class Run:
    """What one run did."""

    posted: int = 0
    proposed: int = 0
    """Of them, those that became proposals only now are told."""
    unknown: int = 0
    """Nothing fits them; they stay new."""
    news: list[Proposal] = field(default_factory=list)


async def apply_cash(core: Core) -> Run:
    """Match what waits, post what is sure, propose the rest, and tell once what waits for a person (a job)."""
    await linking.link(core)
    run, after, seen = Run(), dict(_FIRST), 0
    while seen < MOST_A_RUN:
        rows = await core.database.rows(_PAGE, {**after, "most": lookups.PAGE})
        if not rows:
            break
        seen += len(rows)
        after = {"at": rows[-1]["created_at"], "id": rows[-1]["id"]}
        lines = [line_of(row) for row in rows]
        own = [line for line in lines if line.amount_minor > 0 and line.doubt is Doubt.OWN_MONEY]
        incoming = [line for line in lines if line.amount_minor > 0 and line.doubt is not Doubt.OWN_MONEY]
        for _ in range(TRIES):
            incoming = await _work(core, incoming, run)
        await _propose(core, [Proposal(line, ()) for line in own], run)
        await _propose(core, await returns.proposed(core, [line for line in lines if line.amount_minor < 0]), run)
    await proposals.tell(core, run.news, unknown=run.unknown)
    if seen:
        log.info("bank lines: %s posted, %s proposed, %s without a match", run.posted, run.proposed, run.unknown)
    return run


async def found_for(core: Core, lines: Sequence[Line]) -> dict[UUID, tuple[Way, ...]]:
    """Return the ways for each of the lines, by its id."""
    if lines:
        await payer_words.read_new(core)
    known = await lookups.candidates(core.database, lines) if lines else {}
    found = {}
    for line in lines:
        found[line.id] = matching.ways(line, known[line.id])
        await asyncio.sleep(0)  # a line of a customer with many invoices takes a moment; others get theirs
    return found


async def _work(core: Core, lines: Sequence[Line], run: Run) -> list[Line]:
    """Post or propose the lines of a page; return those for which the ledger changed meanwhile."""
    found = await found_for(core, lines)
    limit = core.limits.post_confidence
    sure = {line.id: way for line in lines if (way := matching.sure(found[line.id], limit=limit)) is not None}
    known = await blocks.facts(core.database, list({each for way in sure.values() for each in way.invoices}))
    again, waiting = [], []
    for line in lines:
        way = sure.get(line.id)
        against = blocks.against(core, line=line, way=way, known=known) if way else blocks.doubt(line)
        if way is None or against:
            waiting.append(Proposal(line, found[line.id], against))
        elif await post(core, line, way):
            run.posted += 1
        else:
            again.append(line)
    await _propose(core, waiting, run)
    return again


async def _propose(core: Core, waiting: Sequence[Proposal], run: Run) -> None:
    fresh = await proposals.store(core, waiting)
    run.news += fresh
    run.proposed += sum(bool(each.ways) for each in waiting)
    run.unknown += sum(not each.ways for each in waiting)


async def post(core: Core, line: Line, way: Way) -> bool:
    """Post one line by itself; return False when it or the ledger is not as it was when the line was matched."""
    async with core.transaction() as tx:
        held = await booking.held(line.id, way.invoices)
        if held is None or any(held.invoices[part.debt.id].open_minor != part.debt.open_minor for part in way.parts):
            return False
        if blocks.against(core, line=line, way=way, known=await blocks.facts(tx, way.invoices)):
            return False
        if not await _still_unique(tx, line, way):
            return False
        event = await booking.booked(
            core,
            tx,
            held,
            account_id=way.account_id,
            parts=[(part.debt.id, part.minor) for part in way.parts],
            actor=SYSTEM,
            confidence=way.confidence,
            reasons=tuple(ground.said for ground in way.grounds),
        )
        if event is not None and any(ground.evidence in WHICH for ground in way.grounds):
            await payers.learn(core, tx, line=line, account_id=way.account_id)
    return event is not None


async def _still_unique(tx: Transaction, line: Line, way: Way) -> bool:
    """Tell whether no other combination has come up, where the line is posted since there was none."""
    if not any(ground.evidence is Evidence.UNIQUE for ground in way.grounds):
        return True
    own = await lookups.open_of(tx, way.account_id, line.currency)
    return combinations.find([debt.open_minor for debt in own.items], line.amount_minor).count == 1
