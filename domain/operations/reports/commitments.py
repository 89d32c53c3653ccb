"""Commitments: promises due and broken, and the disputes that came in by how they stand to their deadlines.

- due = promises that still run and whose day is the day after the period; overdue = those whose day is before that
- broken, partly kept = promises that were judged so within the period; the sum is what was promised in them
- new disputes = disputes filed within the period, by what they are now: closed, open, at risk (their warning time has
  passed) or late (their deadline has passed)

Source: this product's own, as stated here; whether a promise is kept is decided by money (``commitments/judging.py``).
Test disputes and what belongs to the test invoice are not counted. Each currency is counted by itself.
"""

from dataclasses import dataclass
from datetime import timedelta

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
