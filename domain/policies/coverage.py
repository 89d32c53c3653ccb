"""Coverage: how many of a segment's open invoices have a contact that may be mailed."""

from collections.abc import Sequence

from domain.deliverability import covering
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.policies import segments
from domain.policies.document import Document
from domain.policies.refusals import TooFewContacts
from domain.policies.segments import Segment
from domain.policies.values import Mode

MAILABLE = f"""
    SELECT DISTINCT k.account_id FROM contact k
    WHERE k.state = 'active' AND k.role = 'billing'
      AND {covering.free("k.email_key")}
"""
"""Accounts with at least one contact who gets reminders and may be mailed."""

_BY_SEGMENT = """
    SELECT chosen.segment, count(*) AS open_count, count(m.account_id) AS mailable_count
    FROM invoice i
    JOIN account a ON a.id = i.account_id
    CROSS JOIN LATERAL (SELECT {choice} AS segment OFFSET 0) chosen
    LEFT JOIN ({mailable}) m ON m.account_id = i.account_id
    WHERE i.state = 'open' AND a.state = 'active' AND chosen.segment IS NOT NULL
    GROUP BY chosen.segment
"""


async def counted(core: Core, tx: Transaction, chosen: Sequence[Segment]) -> dict[str, tuple[int, int]]:
    """Return for each segment how many open invoices it takes, and how many of them can be mailed."""
    choice, values = segments.choice(chosen)
    rows = await tx.rows(
        _BY_SEGMENT.format(choice=choice, mailable=MAILABLE),
        {**values, "today": local_date(core.clock, core.merchant.zone)},
    )
    return {row["segment"]: (int(row["open_count"]), int(row["mailable_count"])) for row in rows}


async def require(core: Core, tx: Transaction, *, before: Document, after: Document) -> None:
    """Let a policy pass in which enough invoices of each segment can be mailed.

    A segment without open invoices passes, and so does one that takes whom it took before and does not go over to
    Autopilot: a policy that makes things safer must not wait for an import.

    Raises:
        TooFewContacts: Names the segments and their figures.
    """
    needed = core.limits.publish_coverage
    counts = await counted(core, tx, segments.proposed(core, after))
    lacking = []
    for segment in after.segments:
        old = before.segment(segment.name)
        safer = old is not None and old.rule == segment.rule and segment.mode in (old.mode, Mode.SHADOW)
        count, mailable = counts.get(segment.name, (0, 0))
        if not safer and mailable * 100 < needed * count:
            lacking.append((segment.name, mailable, count))
    if lacking:
        raise TooFewContacts(lacking, needed=needed)
