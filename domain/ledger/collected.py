"""Collected: the cash that came in week by week, less what went back; what a ledger file tells of the past is none."""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money

USUAL_WEEKS = 12
MOST_WEEKS = 104

_COLLECTED = """
    SELECT date_trunc('week', received_on)::date AS week, currency, sum(amount_minor)::bigint AS minor,
           count(*) FILTER (WHERE kind = 'payment') AS payments
    FROM payment WHERE source <> 'import' AND received_on >= %s AND received_on <= %s GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Week:
    """What came in within one week, in one currency."""

    monday: date
    amount: Money
    payments: int


@dataclass(frozen=True, slots=True)
class Collected:
    """Some weeks, the earliest first; the last one is not over yet."""

    until: date
    mondays: tuple[date, ...]
    weeks: tuple[Week, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies, the one in which most payments came first."""
        counted: dict[str, int] = {}
        for each in self.weeks:
            counted[each.amount.currency] = counted.get(each.amount.currency, 0) + each.payments
        return tuple(sorted(counted, key=lambda each: (-counted[each], each)))

    def of(self, currency: str) -> tuple[Money, ...]:
        """Return what came in each week in one currency."""
        found = {each.monday: each.amount for each in self.weeks if each.amount.currency == currency}
        return tuple(found.get(monday, Money(0, currency)) for monday in self.mondays)


async def by_week(core: Core, *, actor: Actor, weeks: int = USUAL_WEEKS) -> Collected:
    """Return what was collected in the last weeks, the present one included.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    assert 1 <= weeks <= MOST_WEEKS, "whoever asks checks how far"
    today = local_date(core.clock, core.merchant.zone)
    monday = today - timedelta(days=today.weekday())
    mondays = tuple(monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1))
    rows = await core.database.rows(_COLLECTED, (mondays[0], today))
    found = tuple(
        Week(row["week"], Money(int(row["minor"]), row["currency"]), int(row["payments"]))
        for row in sorted(rows, key=lambda row: (row["week"], row["currency"]))
    )
    return Collected(today, mondays, found)
