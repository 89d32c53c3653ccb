"""Totals: what the rows that are taken add up to, by currency; asked while they are staged."""

from domain.kernel.money import Money
from domain.kernel.transactions import Transaction

_TOTALS = """
    SELECT currency, sum(count)::bigint AS count, sum(open)::bigint AS open FROM (
        SELECT currency, count(*) AS count, coalesce(sum(open_minor), 0) AS open FROM import_row GROUP BY currency
        UNION ALL
        SELECT currency, count(*), -coalesce(sum(open_minor), 0) FROM import_credit GROUP BY currency
    ) each WHERE currency IS NOT NULL GROUP BY currency ORDER BY currency
"""


async def by_currency(tx: Transaction) -> tuple[tuple[int, Money], ...]:
    """Return how many rows of each currency are taken, and what is open in them; credits count against it."""
    rows = await tx.rows(_TOTALS)
    return tuple((int(row["count"]), Money(int(row["open"]), row["currency"])) for row in rows)
