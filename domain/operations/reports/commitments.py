"""Commitments: promises due and broken, and the disputes that came in by how they stand to their deadlines.

- due = promises that still run and whose day is the day after the period; overdue = those whose day is before that
- broken, partly kept = promises that were judged so within the period; the sum is what was promised in them
- new disputes = disputes filed within the period, by what they are now: closed, open, at risk (their warning time has
  passed) or late (their deadline has passed)

Source: this product's own, as stated here; whether a promise is kept is decided by money (``commitments/judging.py``).
Test disputes and what belongs to the test invoice are not counted. Each currency is counted by itself.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.kernel.speech import phrase
from domain.operations.reports.periods import Period

PROMISES = {"due": phrase("due"), "overdue": phrase("overdue"), "broken": phrase("broken"),
            "partly kept": phrase("partly kept")}  # fmt: skip
"""What is told of promises, in this order."""

DISPUTES = {"late": phrase("late"), "at risk": phrase("at risk"), "open": phrase("open"), "closed": phrase("closed")}
"""How a new dispute stands, the worst first."""

_PROMISES = """
    SELECT CASE WHEN p.state = 'broken' THEN 'broken' WHEN p.state = 'partly_kept' THEN 'partly kept'
                WHEN p.promised_on = %(next)s THEN 'due' ELSE 'overdue' END AS standing,
           p.currency, count(*) AS count, sum(p.amount_minor)::bigint AS minor
    FROM promise p JOIN invoice i ON i.id = p.invoice_id AND i.state <> 'test'{mine}
    WHERE p.state = 'running' AND p.promised_on <= %(next)s
       OR p.state IN ('broken', 'partly_kept') AND p.judged_at >= %(begins)s AND p.judged_at < %(ends)s
    GROUP BY 1, 2
"""

_DISPUTES = """
    SELECT CASE WHEN state <> 'open' THEN 'closed' WHEN sla_due_at <= %(now)s THEN 'late'
                WHEN sla_risk_at <= %(now)s THEN 'at risk' ELSE 'open' END AS standing,
           currency, count(*) AS count, sum(amount_minor)::bigint AS minor
    FROM dispute WHERE NOT is_test AND created_at >= %(begins)s AND created_at < %(ends)s{mine}
    GROUP BY 1, 2
"""


_NAMED = """
    SELECT what, id, name, number, currency, minor, standing, day FROM (
        SELECT 'broken' AS what, p.invoice_id AS id, a.name, i.number, p.currency, p.amount_minor AS minor,
               p.state AS standing, p.promised_on AS day,
               row_number() OVER (PARTITION BY p.currency ORDER BY p.amount_minor DESC, p.id) AS place
        FROM promise p JOIN invoice i ON i.id = p.invoice_id AND i.state <> 'test' JOIN account a ON a.id = p.account_id
        WHERE p.state IN ('broken', 'partly_kept') AND p.judged_at >= %(begins)s AND p.judged_at < %(ends)s
        UNION ALL
        SELECT 'filed', d.id, a.name, i.number, d.currency, d.amount_minor, d.reason_code, NULL,
               row_number() OVER (PARTITION BY d.currency ORDER BY d.sla_due_at, d.id)
        FROM dispute d JOIN invoice i ON i.id = d.invoice_id JOIN account a ON a.id = d.account_id
        WHERE NOT d.is_test AND d.state = 'open' AND d.created_at >= %(begins)s AND d.created_at < %(ends)s
    ) each WHERE place <= %(most)s ORDER BY what, place, currency
"""

NAMED = 5
"""Promises and disputes that are told one by one: the largest, and the most urgent, of all currencies in turn."""


@dataclass(frozen=True, slots=True)
class Named:
    """One commitment that a digest tells by itself."""

    id: UUID
    """Of the invoice, for a promise; of the dispute."""
    account_name: str
    invoice_number: str
    amount: Money
    standing: str
    """A promise's state, a dispute's reason."""
    day: date | None
    """For when it was promised."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many commitments stand so, in one currency."""

    standing: str
    count: int
    amount: Money


async def promises(core: Core, *, period: Period, actor: Actor, scope: Scope = ALL) -> tuple[Standing, ...]:
    """Return promises due, overdue, broken and partly kept.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    return await _read(
        core, _PROMISES.format(mine=scope.of("i.account_id")), tuple(PROMISES), period=period, actor=actor, scope=scope
    )


async def disputes(core: Core, *, period: Period, actor: Actor, scope: Scope = ALL) -> tuple[Standing, ...]:
    """Return the disputes that were filed, by how they stand now.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    return await _read(
        core, _DISPUTES.format(mine=scope.of("account_id")), tuple(DISPUTES), period=period, actor=actor, scope=scope
    )


async def named(core: Core, *, period: Period, actor: Actor) -> tuple[tuple[Named, ...], tuple[Named, ...]]:
    """Return promises that were judged broken or partly kept, and disputes that were filed and are open.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    zone = core.merchant.zone
    rows = await core.database.rows(_NAMED, {"begins": period.begins(zone), "ends": period.ends(zone), "most": NAMED})
    found: dict[str, list[Named]] = {"broken": [], "filed": []}
    for row in rows:
        amount = Money(row["minor"], row["currency"])
        found[row["what"]].append(Named(row["id"], row["name"], row["number"], amount, row["standing"], row["day"]))
    return tuple(found["broken"][:NAMED]), tuple(found["filed"][:NAMED])


async def _read(
    core: Core, statement: str, order: tuple[str, ...], *, period: Period, actor: Actor, scope: Scope
) -> tuple[Standing, ...]:
    actor.require(Permission.VIEW)
    zone = core.merchant.zone
    values = {
        "next": period.last + timedelta(1), "begins": period.begins(zone), "ends": period.ends(zone),
        "now": core.clock.now(), **scope.values,
    }  # fmt: skip
    rows = await core.database.rows(statement, values)
    found = (Standing(row["standing"], row["count"], Money(row["minor"], row["currency"])) for row in rows)
    return tuple(sorted(found, key=lambda each: (order.index(each.standing), each.amount.currency)))
