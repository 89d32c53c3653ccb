"""The counts of a preview: every open invoice is asked once which segments match, and the rest is sums over that."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from domain.kernel.transactions import Row, Transaction
from domain.policies import segments, takers
from domain.policies.coverage import MAILABLE
from domain.policies.document import Rule
from domain.policies.segments import Segment

_GATHERED = """
    CREATE TEMP TABLE policy_preview ON COMMIT DROP AS
    SELECT i.id, i.number, i.currency, i.open_minor, i.due_on, %(today)s::date - i.due_on AS days, a.name, a.country,
           m.account_id IS NOT NULL AS mailable, x.account_id IS NOT NULL AS escalated,
           w.person_id IS NOT NULL AS owned, found.hits, found.hits[1] AS segment
    FROM invoice i
    JOIN account a ON a.id = i.account_id AND a.state = 'active'
    CROSS JOIN LATERAL (SELECT array_remove(ARRAY[{hits}]::int[], NULL) AS hits OFFSET 0) found
    LEFT JOIN ({mailable}) m ON m.account_id = i.account_id
    LEFT JOIN ({escalation}) x ON x.account_id = i.account_id
    LEFT JOIN ({workers}) w ON w.person_id = a.owner_id
    WHERE i.state = 'open'
"""

_TOTALS = """
    SELECT segment, currency, count(*) AS invoices, sum(open_minor) AS open_minor,
           count(*) FILTER (WHERE mailable) AS mailable
    FROM policy_preview GROUP BY segment, currency ORDER BY segment, currency
"""

_SAMPLES = """
    SELECT DISTINCT ON (segment) segment, number, due_on, country FROM policy_preview WHERE segment IS NOT NULL
    ORDER BY segment, abs(days), open_minor DESC, number
"""
"""Of each segment the invoice closest to its due date, so that the calendar shows days of interest."""

_STEPS = """
    WITH step AS (
        SELECT segment, day, lead(day) OVER (PARTITION BY segment ORDER BY day) AS next_day
        FROM unnest(%s::int[], %s::int[]) AS each (segment, day)
    )
    SELECT s.segment, s.day, coalesce(sum(p.invoices) FILTER (WHERE p.days = s.day), 0) AS due_today,
           sum(p.invoices) AS reached
    FROM step s
    JOIN (SELECT segment, days, count(*) AS invoices FROM policy_preview GROUP BY segment, days) p
      ON p.segment = s.segment AND p.days >= s.day AND (s.next_day IS NULL OR p.days < s.next_day)
    GROUP BY s.segment, s.day
"""

_OVERLAPS = """
    SELECT first, second, count(*) AS invoices
    FROM policy_preview
    CROSS JOIN LATERAL unnest(hits) first
    CROSS JOIN LATERAL unnest(hits) second
    WHERE cardinality(hits) > 1 AND first < second AND second <> ALL(%s::int[])
    GROUP BY first, second ORDER BY invoices DESC, first, second LIMIT %s
"""

_UNMATCHED = """
    SELECT number, name, currency, open_minor, due_on FROM policy_preview WHERE segment IS NULL
    ORDER BY open_minor DESC, number LIMIT %s
"""

_WITHOUT_RATE = """
    SELECT currency, count(*) AS invoices FROM policy_preview WHERE NOT currency = ANY(%s::text[])
    GROUP BY currency ORDER BY currency
"""


async def gather(tx: Transaction, chosen: Sequence[Segment], *, now: datetime, today: date) -> None:
    """Ask every open invoice once, into a temporary table of this transaction."""
    hits: list[str] = []
    values: dict[str, Any] = {}
    for number, segment in enumerate(chosen):
        condition, own = segments.matches(segment, number)
        hits.append(f"CASE WHEN {condition} THEN {number} END")
        values.update(own)
    await tx.execute(
        _GATHERED.format(hits=", ".join(hits), mailable=MAILABLE, escalation=takers.ESCALATION, workers=takers.WORKERS),
        {**values, **takers.parameters(now), "today": today},
    )


async def totals(tx: Transaction) -> dict[int | None, list[Row]]:
    """Return counts and amounts by segment (None: no segment) and currency."""
    found: dict[int | None, list[Row]] = {}
    for row in await tx.rows(_TOTALS):
        found.setdefault(row["segment"], []).append(row)
    return found


async def samples(tx: Transaction) -> dict[int, Row]:
    """Return one invoice of each segment."""
    return {int(row["segment"]): row for row in await tx.rows(_SAMPLES)}


async def steps(tx: Transaction, each: Sequence[tuple[int, int]]) -> list[Row]:
    """Return by segment and day of a step how many are due today, and how many it was the last to reach."""
    return await tx.rows(_STEPS, ([segment for segment, _ in each], [day for _, day in each]))


async def overlaps(tx: Transaction, chosen: Sequence[Segment], *, limit: int) -> list[Row]:
    """Return the pairs of segments that both match some invoices; a last one without a rule is meant to."""
    rest = [number for number, segment in enumerate(chosen) if segment.rule == Rule()]
    return await tx.rows(_OVERLAPS, (rest, limit))


async def unmatched(tx: Transaction, *, limit: int) -> list[Row]:
    """Return the largest invoices that no segment takes."""
    return await tx.rows(_UNMATCHED, (limit,))


async def currencies_without(tx: Transaction, known: Sequence[str]) -> dict[str, int]:
    """Return how many invoices there are in each currency that is not known."""
    return {row["currency"]: int(row["invoices"]) for row in await tx.rows(_WITHOUT_RATE, (list(known),))}
