"""Ageing: what is open by currency and days past due, with what customers have to their credit beside it.

The basis is the due date, and a day is the merchant's. What customers have to their credit is never taken off a bucket:
nobody has said which invoice it is for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import AGEING_BUCKETS, ageing_bucket, days_past_due
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.kernel.transactions import Row, Rows

BUCKETS: tuple[str, ...] = (*(name for name, _ in AGEING_BUCKETS), "91+")
"""All buckets, the youngest first."""

_OPEN = """
    SELECT currency, due_on, sum(open_minor)::bigint AS open_minor, count(*) AS invoices
    FROM invoice WHERE state = 'open'{mine} GROUP BY currency, due_on
"""
"""One line a day, read from an index alone; the days are added up to buckets, of which there are few."""

_CREDIT = """
    SELECT currency, 'unapplied' AS kind, sum(amount_minor)::bigint AS minor FROM unapplied_cash
    WHERE true{mine} GROUP BY currency
    UNION ALL
    SELECT currency, 'notes', sum(open_minor)::bigint FROM credit_note WHERE state = 'open'{mine} GROUP BY currency
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is open in one bucket."""

    name: str
    amount: Money
    invoices: int


@dataclass(frozen=True, slots=True)
class CurrencyAgeing:
    """What is open in one currency."""

    currency: str
    buckets: tuple[Bucket, ...]
    """All of them, the youngest first."""
    total: Bucket
    unapplied: Money
    """Cash of customers that is applied to no invoice; not taken off."""
    credit_notes: Money
    """What is left of credit notes; not taken off."""

    @property
    def net(self) -> Money:
        """What is open less what customers have to their credit."""
        return self.total.amount - self.unapplied - self.credit_notes


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open, by currency and bucket."""

    as_of: date
    """The day from which the days past due are counted; the balances are those of now."""
    currencies: tuple[CurrencyAgeing, ...]
    """In the order of their codes."""

    def of(self, currency: str) -> CurrencyAgeing:
        """Return one currency, with nothing in it when nothing is open."""
        return next(
            (each for each in self.currencies if each.currency == currency), _aged(currency, (), self.as_of, {})
        )


async def now(core: Core, *, actor: Actor, scope: Scope = ALL) -> Ageing:
    """Return what is open, counted from today.

    Raises:
        NotAllowed: The actor may not see it.
    """
    actor.require(Permission.VIEW)
    return await of_day(core.database, as_of=local_date(core.clock, core.merchant.zone), scope=scope)


async def of_day(rows: Rows, *, as_of: date, scope: Scope = ALL) -> Ageing:
    """Return what is open now, its days past due counted from *as_of*."""
    days: dict[str, list[Row]] = {}
    mine = scope.of("account_id")
    for row in await rows.rows(_OPEN.format(mine=mine), scope.values):
        days.setdefault(row["currency"], []).append(row)
    credit = {
        (row["currency"], row["kind"]): int(row["minor"])
        for row in await rows.rows(_CREDIT.format(mine=mine), scope.values)
    }
    currencies = sorted({*days, *(currency for currency, _ in credit)})
    return Ageing(as_of, tuple(_aged(each, days.get(each, ()), as_of, credit) for each in currencies))


def _aged(currency: str, days: Iterable[Row], as_of: date, credit: Mapping[tuple[str, str], int]) -> CurrencyAgeing:
    minor, invoices = dict.fromkeys(BUCKETS, 0), dict.fromkeys(BUCKETS, 0)
    for row in days:
        bucket = ageing_bucket(days_past_due(row["due_on"], as_of))
        minor[bucket] += int(row["open_minor"])
        invoices[bucket] += int(row["invoices"])
    return CurrencyAgeing(
        currency,
        tuple(Bucket(name, Money(minor[name], currency), invoices[name]) for name in BUCKETS),
        Bucket("total", Money(sum(minor.values()), currency), sum(invoices.values())),
        unapplied=Money(credit.get((currency, "unapplied"), 0), currency),
        credit_notes=Money(credit.get((currency, "notes"), 0), currency),
    )
