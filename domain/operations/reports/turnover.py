"""Turnover: how fast invoices become money, in each currency by itself: DSO, best possible DSO, ADD and CEI.

All four are made of four sums of one period: what was open when it began, what was invoiced in it (gross, without void
and test invoices; credits are not taken off), what was open when it ended, and how much of that was not overdue yet.

- DSO = open at the end / invoiced x days of the period
- best possible DSO = not overdue at the end / invoiced x days of the period
- ADD (average days delinquent) = DSO - best possible DSO
- CEI = (open at the beginning + invoiced - open at the end)
  / (open at the beginning + invoiced - not overdue at the end) x 100

Source: the definitions of the Credit Research Foundation's National Summary of Domestic Trade Receivables; for DSO,
usual practice with a quarter as its period. In the summary's CEI a quarter's sales are divided by its months, for
members who report a month's opening balance. Here both are of the same period, so nothing is divided: with a quarter's
opening balance and a month of its sales, a ledger that grows would be far below zero. Without anything invoiced there
is no DSO, and CEI is none where what could be collected is not above zero. Past balances are the entries of the ledger
put back (``ledger/ageing_before.py``).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.ledger import ageing_before
from domain.ledger.ageing import BUCKETS
from domain.operations.reports.periods import Period

USUAL_DAYS = 90
"""Shorter periods swing with each day's sales."""

_INVOICED = """
    SELECT currency, sum(total_minor)::bigint AS minor FROM invoice
    WHERE state NOT IN ('void', 'test')
      AND coalesce(issued_on, (created_at AT TIME ZONE %(zone)s)::date) BETWEEN %(first)s AND %(last)s{mine}
    GROUP BY currency
"""


@dataclass(frozen=True, slots=True)
class Turnover:
    """One currency's four sums, and what follows from them."""

    opening: Money
    invoiced: Money
    closing: Money
    not_due: Money
    """The part of the closing balance that was not overdue."""
    days: int

    @property
    def dso(self) -> Decimal | None:
        """Days sales outstanding; None when nothing was invoiced."""
        return self._days(self.closing)

    @property
    def best_dso(self) -> Decimal | None:
        """What DSO would be if nobody paid late; None when nothing was invoiced."""
        return self._days(self.not_due)

    @property
    def add(self) -> Decimal | None:
        """Average days delinquent; None when nothing was invoiced."""
        if not self.invoiced:
            return None
        return _tenth(Decimal((self.closing - self.not_due).minor) * self.days / self.invoiced.minor)

    @property
    def cei(self) -> Decimal | None:
        """The collection effectiveness index in percent; None when there was nothing to collect."""
        due = Decimal(self.opening.minor + self.invoiced.minor)
        if due - self.not_due.minor <= 0:
            return None
        return _tenth((due - self.closing.minor) * 100 / (due - self.not_due.minor))

    def _days(self, amount: Money) -> Decimal | None:
        return _tenth(Decimal(amount.minor) * self.days / self.invoiced.minor) if self.invoiced else None


async def turnover(core: Core, *, period: Period, actor: Actor, scope: Scope = ALL) -> tuple[Turnover, ...]:
    """Return each currency's turnover, in the order of their codes.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    today = local_date(core.clock, core.merchant.zone)
    closing = await ageing_before.compared(core, actor=actor, days=(today - period.last).days, scope=scope)
    opening = await ageing_before.compared(core, actor=actor, days=(today - period.first).days + 1, scope=scope)
    values = {"first": period.first, "last": period.last, "zone": str(core.merchant.zone), **scope.values}
    rows = await core.database.rows(_INVOICED.format(mine=scope.of("account_id")), values)
    invoiced = {row["currency"]: int(row["minor"]) for row in rows}
    currencies = sorted({*invoiced, *(currency for currency, _ in (*closing.before, *opening.before))})
    return tuple(
        Turnover(
            opening=opening.earlier_total(each),
            invoiced=Money(invoiced.get(each, 0), each),
            closing=closing.earlier_total(each),
            not_due=closing.earlier(each, BUCKETS[0]),
            days=period.days,
        )
        for each in currencies
    )


def _tenth(figure: Decimal) -> Decimal:
    return figure.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
