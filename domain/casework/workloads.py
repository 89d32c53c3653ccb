"""Workloads: how much each operator has to do, for whoever spreads the work."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from domain.casework import claims, worklist
from domain.casework.score import FIRST
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import sums
from domain.ledger.sums import Totals

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Workload:
    """What one person has to do now, and has done today."""

    person_id: UUID | None
    """None: customers whom nobody owns."""
    person: str
    accounts: int
    waiting: int
    """Lines in the queue."""
    urgent: int
    """Of these, those that come first whatever their amount."""
    exposure: Totals
    """What is open on the lines, by currency."""
    exposure_told: str
    """The same as people read it: of several currencies with their sum in the base one, by stated rates."""
    tasks: int
    in_hand: int
    """Customers claimed now."""
    taken_today: int
    away_until: datetime | None
    deputy: str


_LOADS = f"""
    WITH lines AS (
        SELECT a.owner_id, count(*) AS waiting, count(*) FILTER (WHERE w.score >= %(first)s) AS urgent,
               count(DISTINCT w.account_id) AS busy
        FROM worklist w JOIN account a ON a.id = w.account_id WHERE NOT w.stopped GROUP BY a.owner_id
    ), worth AS (
        SELECT owner_id, json_agg(json_build_array(minor, currency)) AS sums FROM (
            SELECT a.owner_id, i.currency, sum(i.open_minor) AS minor FROM worklist w
            JOIN account a ON a.id = w.account_id JOIN invoice i ON i.id = w.invoice_id
            WHERE NOT w.stopped GROUP BY a.owner_id, i.currency) each
        GROUP BY owner_id
    ), owned AS (
        SELECT owner_id, count(*) AS accounts FROM account WHERE owner_id IS NOT NULL GROUP BY owner_id
    ), todo AS (
        SELECT a.owner_id, count(*) AS tasks FROM task t JOIN account a ON a.id = t.account_id
        WHERE t.state = 'open' GROUP BY a.owner_id
    ), held AS (
        SELECT c.person_id, count(*) AS in_hand FROM {claims.LIVE} GROUP BY c.person_id
    ), today AS (
        SELECT person_id, count(DISTINCT account_id) AS taken FROM claim WHERE created_at >= %(begins)s
        GROUP BY person_id
    )
    SELECT p.id AS person_id, p.name AS person, coalesce(owned.accounts, lines.busy, 0) AS accounts,
           coalesce(lines.waiting, 0) AS waiting, coalesce(lines.urgent, 0) AS urgent,
           coalesce(worth.sums, '[]') AS sums,
           coalesce(todo.tasks, 0) AS tasks, coalesce(held.in_hand, 0) AS in_hand, coalesce(today.taken, 0) AS taken,
           away.until AS away_until, coalesce(away.deputy, '') AS deputy
    FROM (SELECT id, name FROM person UNION ALL SELECT NULL, 'nobody') p
    LEFT JOIN lines ON lines.owner_id IS NOT DISTINCT FROM p.id
    LEFT JOIN worth ON worth.owner_id IS NOT DISTINCT FROM p.id
    LEFT JOIN owned ON owned.owner_id = p.id
    LEFT JOIN todo ON todo.owner_id IS NOT DISTINCT FROM p.id
    LEFT JOIN held ON held.person_id = p.id
    LEFT JOIN today ON today.person_id = p.id
    LEFT JOIN LATERAL (
        SELECT b.until, d.name AS deputy FROM absence b JOIN person d ON d.id = b.deputy_id
        WHERE b.person_id = p.id AND b.state = 'planned' AND b.from_at <= %(now)s AND b.until > %(now)s
        ORDER BY b.created_at LIMIT 1) away ON true
    WHERE coalesce(owned.accounts, lines.waiting, todo.tasks, held.in_hand, today.taken) IS NOT NULL
    ORDER BY waiting DESC, person LIMIT {MOST_LISTED}
"""


async def workloads(core: Core, *, actor: Actor) -> tuple[Workload, ...]:
    """Return every operator's workload, the heaviest first, and that of customers whom nobody owns.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    await worklist.refresh(core)
    zone = core.merchant.zone
    begins = datetime.combine(local_date(core.clock, zone), time(), zone)
    rows = await core.database.rows(_LOADS, {**claims.parameters(core), "begins": begins, "first": FIRST})
    return tuple(_load(core, row) for row in rows)


def _load(core: Core, row: dict[str, Any]) -> Workload:
    exposure = Totals.of(Money(int(minor), currency) for minor, currency in row.pop("sums"))
    told = sums.spelt(core, exposure)
    return Workload(exposure=exposure, exposure_told=told, taken_today=row.pop("taken"), **row)
