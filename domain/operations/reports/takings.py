"""Takings: what came in within a period, against what payers had said would come.

- collected = payments received in the period, less what was refunded or charged back in it; what a ledger file tells of
  the past is none
- plan = promises whose day lies in the period (all but those replaced or withdrawn), and the instalments due in it of
  plans that run, are completed or in default; an instalment counts whole, whatever had come before its day
- share = collected / plan

The plan is what payers themselves committed to, and no forecast: money that nobody promised is collected all the same,
so a share above 100 % is usual. Source: this product's own, as stated here. Each currency is counted by itself.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.operations.reports.periods import Period

_TAKINGS = """
    WITH entry AS (
        SELECT currency, amount_minor AS collected, 0::bigint AS promised, 0::bigint AS instalments,
               kind = 'payment' AS paid
        FROM payment WHERE source <> 'import' AND received_on BETWEEN %(first)s AND %(last)s{of_payment}
        UNION ALL
        SELECT p.currency, 0, p.amount_minor, 0, false FROM promise p JOIN invoice i ON i.id = p.invoice_id
        WHERE p.promised_on BETWEEN %(first)s AND %(last)s AND p.state NOT IN ('replaced', 'withdrawn')
          AND i.state <> 'test'{of_invoice}
        UNION ALL
        SELECT p.currency, 0, 0, n.amount_minor, false
        FROM plan_instalment n JOIN plan p ON p.id = n.plan_id JOIN invoice i ON i.id = p.invoice_id
        WHERE n.due_on BETWEEN %(first)s AND %(last)s AND p.state IN ('running', 'completed', 'defaulted')
          AND i.state <> 'test'{of_invoice}
    )
    SELECT currency, sum(collected)::bigint AS collected, sum(promised)::bigint AS promised,
           sum(instalments)::bigint AS instalments, count(*) FILTER (WHERE paid) AS payments
    FROM entry GROUP BY currency ORDER BY currency
"""


@dataclass(frozen=True, slots=True)
class Takings:
    """One currency within one period."""

    collected: Money
    payments: int
    promised: Money
    instalments: Money

    @property
    def plan(self) -> Money:
        """What payers had said would come."""
        return self.promised + self.instalments

    @property
    def share(self) -> Decimal | None:
        """What was collected of the plan; None when nothing was planned."""
        return Decimal(self.collected.minor) / self.plan.minor if self.plan else None


async def takings(core: Core, *, period: Period, actor: Actor, scope: Scope = ALL) -> tuple[Takings, ...]:
    """Return each currency in which something came in or was due, in the order of their codes.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    statement = _TAKINGS.format(of_payment=scope.of("account_id"), of_invoice=scope.of("i.account_id"))
    rows = await core.database.rows(statement, {"first": period.first, "last": period.last, **scope.values})
    return tuple(
        Takings(
            collected=Money(row["collected"], row["currency"]),
            payments=row["payments"],
            promised=Money(row["promised"], row["currency"]),
            instalments=Money(row["instalments"], row["currency"]),
        )
        for row in rows
    )
