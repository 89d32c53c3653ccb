"""Exposures: the customers who owe most, and how much of what is open can be reminded of at all.

- exposure = what is open of a customer's invoices in one currency; cash and credit notes that are not applied yet are
  not taken off. The ten largest of each currency are listed: sums in two currencies are not compared.
- overdue = the part of it whose due date has passed; oldest = the most days past due among its open invoices
- coverage = open invoices whose customer has a contact for reminders that may be mailed (active and not suppressed) /
  open invoices, by number and, in each currency, by what is open on them

Source: this product's own, as stated here; coverage is the figure by which readiness and segments are judged, and
leaves out customers who are excluded from reminders. The test invoice is in no figure.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.policies.coverage import MAILABLE

TOP = 10
"""Customers that are listed in each currency."""

_TOP = """
    WITH owed AS (
        SELECT account_id, currency, sum(open_minor)::bigint AS minor, count(*) AS invoices,
               coalesce(sum(open_minor) FILTER (WHERE due_on < %(today)s), 0)::bigint AS overdue,
               greatest(0, %(today)s::date - min(due_on)) AS oldest
        FROM invoice WHERE state = 'open' AND (%(currency)s::text IS NULL OR currency = %(currency)s){mine}
        GROUP BY account_id, currency
    ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY currency ORDER BY minor DESC, account_id) AS place FROM owed
    )
    SELECT p.*, a.name, a.number FROM placed p JOIN account a ON a.id = p.account_id
    WHERE p.place <= %(top)s ORDER BY p.currency, p.place LIMIT 500
"""

_COVERAGE = f"""
    SELECT i.currency, count(*) AS open_count, count(m.account_id) AS mailable_count,
           sum(i.open_minor)::bigint AS open_minor,
           coalesce(sum(i.open_minor) FILTER (WHERE m.account_id IS NOT NULL), 0)::bigint AS mailable_minor
    FROM invoice i JOIN account a ON a.id = i.account_id AND a.state = 'active'
    LEFT JOIN ({MAILABLE}) m ON m.account_id = i.account_id
    WHERE i.state = 'open'{{mine}} GROUP BY i.currency ORDER BY i.currency
"""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one customer owes in one currency."""

    account_id: UUID
    account_name: str
    account_number: str
    open: Money
    overdue: Money
    oldest_days: int
    invoices: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what is open in one currency can be reminded of."""

    invoices: int
    mailable: int
    open: Money
    mailable_open: Money

    @property
    def by_count(self) -> Decimal:
        """The share of the invoices."""
        return Decimal(self.mailable) / self.invoices

    @property
    def by_amount(self) -> Decimal:
        """The share of what is open."""
        return Decimal(self.mailable_open.minor) / self.open.minor


async def top(core: Core, *, actor: Actor, currency: str | None = None, scope: Scope = ALL) -> tuple[Exposure, ...]:
    """Return the ten largest exposures of each currency, or of one.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    today = local_date(core.clock, core.merchant.zone)
    statement = _TOP.format(mine=scope.of("account_id"))
    rows = await core.database.rows(statement, {"today": today, "currency": currency, "top": TOP, **scope.values})
    return tuple(
        Exposure(
            account_id=row["account_id"],
            account_name=row["name"],
            account_number=row["number"] or "",
            open=Money(row["minor"], row["currency"]),
            overdue=Money(row["overdue"], row["currency"]),
            oldest_days=row["oldest"],
            invoices=row["invoices"],
        )
        for row in rows
    )


async def coverage(core: Core, *, actor: Actor, scope: Scope = ALL) -> tuple[Coverage, ...]:
    """Return the coverage of each currency.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    return tuple(
        Coverage(
            invoices=row["open_count"],
            mailable=row["mailable_count"],
            open=Money(row["open_minor"], row["currency"]),
            mailable_open=Money(row["mailable_minor"], row["currency"]),
        )
        for row in await core.database.rows(_COVERAGE.format(mine=scope.of("i.account_id")), scope.values)
    )
