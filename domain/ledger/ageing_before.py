"""Ageing before: what was open at the end of an earlier day, from the entries that balances are made of."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import ageing_bucket, days_past_due
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.ledger import ageing
from domain.ledger.ageing import BUCKETS, Ageing

DAYS = 7
"""How far back two ageings are compared."""

_BEFORE = """
    WITH entry AS (
        SELECT a.invoice_id, a.amount_minor FROM payment p JOIN allocation a ON a.payment_id = p.id
        WHERE p.received_on > %(then)s AND a.takes_back_id IS NULL
        UNION ALL
        SELECT invoice_id, amount_minor FROM allocation
        WHERE created_at >= %(from)s AND (takes_back_id IS NOT NULL OR payment_id IS NULL)
        UNION ALL
        SELECT invoice_id, amount_minor FROM credit WHERE state = 'approved' AND decided_at >= %(from)s
        UNION ALL
        SELECT invoice_id, amount_minor FROM write_off
        WHERE state = 'approved' AND kind <> 'void' AND decided_at >= %(from)s
    ), counted AS (
        SELECT i.currency, i.due_on, i.open_minor AS minor FROM invoice i
        WHERE i.state = 'open' AND {there}{mine}
        UNION ALL
        SELECT i.currency, i.due_on, e.amount_minor FROM entry e JOIN invoice i ON i.id = e.invoice_id
        WHERE i.state <> 'test' AND {there}{mine}
    )
    SELECT currency, due_on, sum(minor)::bigint AS minor FROM counted GROUP BY currency, due_on
"""
"""What is open now, with what was entered since put back; a payment counts on its own day, so that a ledger that was
imported today has a past. An invoice that was issued later was not there. Of what is neither open nor was touched since
nothing is read."""

_THERE = "coalesce(i.issued_on <= %(then)s, i.created_at < %(from)s)"


@dataclass(frozen=True, slots=True)
class AgeingCompared:
    """What is open, and what was at the end of an earlier day."""

    now: Ageing
    then: date
    before: dict[tuple[str, str], int]
    """Minor units by currency and bucket."""

    def earlier(self, currency: str, bucket: str) -> Money:
        """Return what was open in one bucket then."""
        return Money(self.before.get((currency, bucket), 0), currency)

    def earlier_total(self, currency: str) -> Money:
        """Return what was open in one currency then."""
        return Money(sum(self.before.get((currency, each), 0) for each in BUCKETS), currency)

    def only(self, currency: str | None) -> "AgeingCompared":
        """Return what is open in one currency, or all of it."""
        if currency is None:
            return self
        held = tuple(each for each in self.now.currencies if each.currency == currency)
        return AgeingCompared(Ageing(self.now.as_of, held), self.then, self.before)


async def compared(core: Core, *, actor: Actor, days: int = DAYS, scope: Scope = ALL) -> AgeingCompared:
    """Return what is open by age, beside what was open *days* ago.

    Raises:
        NotAllowed: The actor may not see it.
    """
    found = await ageing.now(core, actor=actor, scope=scope)
    then = local_date(core.clock, core.merchant.zone) - timedelta(days=days)
    start = datetime.combine(then + timedelta(days=1), time(), core.merchant.zone)
    before: dict[tuple[str, str], int] = {}
    statement = _BEFORE.format(there=_THERE, mine=scope.of("i.account_id"))
    for row in await core.database.rows(statement, {"from": start, "then": then, **scope.values}):
        key = row["currency"], ageing_bucket(days_past_due(row["due_on"], then))
        before[key] = before.get(key, 0) + int(row["minor"])
    return AgeingCompared(found, then, before)
