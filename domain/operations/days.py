"""Days: what became of one day's reminders, as one read model for the one message that stands for them all."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.kernel.core import Core
from domain.kernel.money import Money


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


async def reminders(core: Core, *, at: datetime) -> ReminderDay:
    """Return the day, in the merchant's zone, to which the moment *at* belongs."""
    day = at.astimezone(core.merchant.zone).date()
    begins = datetime.combine(day, time(), core.merchant.zone)
    which = {"begins": begins, "ends": datetime.combine(day + timedelta(days=1), time(), core.merchant.zone)}
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
        f" AND id IN (SELECT invoice_id FROM mailing WHERE {_OF_DAY} AND state = 'sent')"
        " GROUP BY currency ORDER BY count(*) DESC, currency",
        which,
    )
    return ReminderDay(day=day, open=tuple(Money(row["minor"], row["currency"]) for row in sums), **counted)


_OF_DAY = "step IS NOT NULL AND queued_at >= %(begins)s AND queued_at < %(ends)s"
