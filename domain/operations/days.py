"""Days: what came by the hundred on one day, as one read model for the one message that stands for it all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.outreach import needs


@dataclass(frozen=True, slots=True)
class ReminderDay:
    """The reminders that were queued on a day of the merchant's."""

    day: date
    sent: int
    customers: int
    waiting: int
    withheld: int
    troubled: int
    """Refused by the relay, or interrupted so that nobody knows."""
    open: tuple[Money, ...]
    """What is still open on the invoices that were reminded of, a sum for each currency, the largest count first."""


@dataclass(frozen=True, slots=True)
class DraftDay:
    """The mails that wait for a person's approval, for the day's one message about them."""

    day: date
    waiting: int
    customers: int
    high_value: int
    final: int
    """Of them, final notices."""
    open: tuple[Money, ...]
    """What is open on the invoices that they ask for, a sum for each currency, the largest count first."""
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class NewsDay:
    """What came by the hundred on one day, counted by the kind of event."""

    day: date
    counts: Mapping[str, int]


BURST = timedelta(hours=1)

BURST_READ = 2_000
"""Entries before one that are looked at for others of its kind; numbers stand in the order of time."""

NEWS_READ = 50_000
"""Entries of a day that are counted; more than that is called many."""


async def drafts(core: Core, *, at: datetime) -> DraftDay:
    """Return what waits for an approval now, under the day in the merchant's zone to which *at* belongs."""
    counted = await core.database.row(
        "SELECT count(*) AS waiting, count(DISTINCT account_id) AS customers, min(queued_at) AS oldest,"
        " count(*) FILTER (WHERE %(high)s = ANY(needs)) AS high_value,"
        " count(*) FILTER (WHERE %(final)s = ANY(needs)) AS final FROM mailing WHERE state = 'drafted'",
        {"high": needs.HIGH_VALUE, "final": needs.FINAL},
    )
    assert counted is not None, "an aggregate always has a row"
    sums = await core.database.rows(
        "SELECT currency, sum(open_minor)::bigint AS minor FROM invoice WHERE state = 'open' AND id IN"
        " (SELECT t.invoice_id FROM mailing m JOIN mailing_item t ON t.mailing_id = m.id AND t.state = 'included'"
        " WHERE m.state = 'drafted') GROUP BY currency ORDER BY count(*) DESC, currency"
    )
    return DraftDay(
        day=at.astimezone(core.merchant.zone).date(),
        open=tuple(Money(row["minor"], row["currency"]) for row in sums),
        **counted,
    )


async def alike_before(core: Core, *, entry_id: int, kind: str, at: datetime) -> int:
    """Return how many entries of that kind came within the hour before this one."""
    row = await core.database.row(
        "SELECT count(*) AS alike FROM timeline_entry WHERE id < %(id)s AND id >= %(id)s - %(read)s AND kind = %(kind)s"
        " AND at > %(since)s",
        {"id": entry_id, "read": BURST_READ, "kind": kind, "since": at - BURST},
    )
    return int(row["alike"]) if row else 0


async def news(core: Core, *, at: datetime, kinds: Sequence[str]) -> NewsDay:
    """Return how often each of these kinds of events came on the day, in the merchant's zone, of the moment *at*."""
    day = at.astimezone(core.merchant.zone).date()
    rows = await core.database.rows(
        "SELECT kind, count(*) AS events FROM timeline_entry WHERE kind = ANY(%(kinds)s) AND at >= %(begins)s"
        " AND at < %(ends)s AND id > (SELECT coalesce(max(id), 0) FROM timeline_entry) - %(read)s"
        " GROUP BY kind ORDER BY events DESC, kind",
        {"kinds": list(kinds), "read": NEWS_READ, **_bounds(core, day)},
    )
    return NewsDay(day, {row["kind"]: int(row["events"]) for row in rows})


async def reminders(core: Core, *, at: datetime) -> ReminderDay:
    """Return the day, in the merchant's zone, to which the moment *at* belongs."""
    day = at.astimezone(core.merchant.zone).date()
    which = _bounds(core, day)
    counted = await core.database.row(
        "SELECT count(*) FILTER (WHERE state = 'sent') AS sent,"
        " count(DISTINCT account_id) FILTER (WHERE state = 'sent') AS customers,"
        " count(*) FILTER (WHERE state IN ('queued', 'sending')) AS waiting,"
        " count(*) FILTER (WHERE state = 'withheld') AS withheld,"
        " count(*) FILTER (WHERE state IN ('refused', 'unknown')) AS troubled"
        f" FROM mailing WHERE {_OF_DAY}",
        which,
    )
    assert counted is not None, "an aggregate always has a row"
    sums = await core.database.rows(
        "SELECT currency, sum(open_minor)::bigint AS minor FROM invoice WHERE state = 'open'"
        f" AND id IN (SELECT t.invoice_id FROM mailing m JOIN mailing_item t ON t.mailing_id = m.id"
        f" AND t.state = 'included' WHERE {_OF_DAY} AND m.state = 'sent')"
        " GROUP BY currency ORDER BY count(*) DESC, currency",
        which,
    )
    return ReminderDay(day=day, open=tuple(Money(row["minor"], row["currency"]) for row in sums), **counted)


def _bounds(core: Core, day: date) -> dict[str, datetime]:
    zone = core.merchant.zone
    return {
        "begins": datetime.combine(day, time(), zone),
        "ends": datetime.combine(day + timedelta(days=1), time(), zone),
    }


_OF_DAY = "asks AND queued_at >= %(begins)s AND queued_at < %(ends)s"
