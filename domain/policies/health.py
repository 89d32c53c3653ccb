"""Health of segments: whom they can reach, what came back, and whether they may run on Autopilot.

The table ``segment_health`` has one row for each segment in force, judged anew by the job ``judge_segments`` and
whenever a policy is published; its columns are counts:

==================  =================================================================================================
``open_count``      open invoices of active accounts that the segment takes
``mailable_count``  those of them whose account has an active billing contact without a suppression
``sent_week``       reminders of the segment that left in the past seven days
``bounced_week``    those of them that came back
``paid_week``       payments in the past seven days on invoices of the segment
``reversed_week``   refunds and chargebacks in the past seven days on invoices of the segment
==================  =================================================================================================

A segment without a row was not judged yet, which holds nothing back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.limits import Limits
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.policies import segments
from domain.policies.coverage import MAILABLE
from domain.policies.segments import Segment
from domain.policies.values import Mode

WEEK = timedelta(days=7)

ADHERENCE = timedelta(days=90)
"""How far back promises count."""


@dataclass(frozen=True, slots=True)
class SegmentHealth:
    """How one segment fares."""

    segment: str
    mode: Mode
    open_count: int
    mailable_count: int
    sent_week: int
    bounced_week: int
    paid_week: int
    reversed_week: int
    kept: int
    """Promises on its invoices that were kept, of those judged in the past 90 days."""
    judged: int
    at: datetime | None
    """When it was judged; None when it was not yet."""

    @property
    def coverage(self) -> float:
        """Share of open invoices that can be mailed."""
        return self.mailable_count / self.open_count if self.open_count else 1.0

    @property
    def bounces(self) -> float:
        """Share of the week's reminders that came back."""
        return self.bounced_week / self.sent_week if self.sent_week else 0.0

    @property
    def reversals(self) -> float:
        """Share of the week's payments that went back; all when only old ones did."""
        return self.reversed_week / self.paid_week if self.paid_week else float(self.reversed_week > 0)

    @property
    def adherence(self) -> float | None:
        """Share of promises that were kept; None while none was judged."""
        return self.kept / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that Autopilot needs of a segment."""

    name: str
    met: Callable[[SegmentHealth, Limits], bool]
    told: Callable[[SegmentHealth, Limits], str]


AUTOPILOT: tuple[Need, ...] = (
    Need(
        "contacts",
        lambda health, limits: health.mailable_count * 100 >= limits.autopilot_coverage * health.open_count,
        lambda health, limits: say(
            "only {mailable} of {total} open invoices have a contact that may be mailed; Autopilot needs {needed} %",
            mailable=health.mailable_count,
            total=health.open_count,
            needed=limits.autopilot_coverage,
        ),
    ),
    Need(
        "reversals",
        lambda health, limits: health.reversals * 100 <= limits.autopilot_reversals,
        lambda health, limits: say(
            "{back} of {paid} payments of the week went back; Autopilot bears {most} %",
            back=health.reversed_week,
            paid=health.paid_week,
            most=limits.autopilot_reversals,
        ),
    ),
)
"""What each segment needs to run on Autopilot; one that does not waits for a person, as in Shadow Mode."""


def blocking(health: SegmentHealth, limits: Limits) -> tuple[str, ...]:
    """Return why the segment may not run on Autopilot, as people read it; nothing when it may."""
    if health.at is None:
        return ()
    return tuple(need.told(health, limits) for need in AUTOPILOT if not need.met(health, limits))


_JUDGE = """
    WITH counted AS (
        SELECT chosen.segment, count(*) AS open_count, count(m.account_id) AS mailable_count
        FROM invoice i
        JOIN account a ON a.id = i.account_id AND a.state = 'active'
        CROSS JOIN LATERAL (SELECT {choice} AS segment OFFSET 0) chosen
        LEFT JOIN ({mailable}) m ON m.account_id = i.account_id
        WHERE i.state = 'open'
        GROUP BY 1
    ), mailed AS (
        SELECT w.segment, count(*) AS sent, count(b.mailing_id) AS bounced
        FROM mailing w
        LEFT JOIN (SELECT DISTINCT mailing_id FROM inbound_mail
                   WHERE received_at > %(week_ago)s AND reading ->> 'kind' = 'bounce') b ON b.mailing_id = w.id
        WHERE w.asks AND w.sent_at > %(week_ago)s
        GROUP BY 1
    ), money AS (
        SELECT e.segment, count(*) FILTER (WHERE p.kind = 'payment') AS paid,
               count(*) FILTER (WHERE p.kind IN ('refund', 'chargeback')) AS reversed
        FROM payment p
        JOIN allocation t ON t.payment_id = p.id
        CROSS JOIN LATERAL (SELECT e.segment FROM enrolment e WHERE e.invoice_id = t.invoice_id
                            ORDER BY e.created_at DESC, e.id LIMIT 1) e
        WHERE p.created_at > %(week_ago)s
        GROUP BY 1
    ), gone AS (
        DELETE FROM segment_health h WHERE NOT h.segment = ANY(%(names)s::text[])
    )
    INSERT INTO segment_health AS h (segment, open_count, mailable_count, sent_week, bounced_week, reversed_week,
                                     paid_week, at)
    SELECT each.segment, coalesce(counted.open_count, 0), coalesce(counted.mailable_count, 0), coalesce(sent, 0),
           coalesce(bounced, 0), coalesce(reversed, 0), coalesce(paid, 0), %(now)s
    FROM unnest(%(names)s::text[]) each (segment)
    LEFT JOIN counted ON counted.segment = each.segment
    LEFT JOIN mailed ON mailed.segment = each.segment
    LEFT JOIN money ON money.segment = each.segment
    ORDER BY each.segment
    ON CONFLICT (segment) DO UPDATE SET
        open_count = EXCLUDED.open_count, mailable_count = EXCLUDED.mailable_count, sent_week = EXCLUDED.sent_week,
        bounced_week = EXCLUDED.bounced_week, reversed_week = EXCLUDED.reversed_week,
        paid_week = EXCLUDED.paid_week, at = EXCLUDED.at
    WHERE h.at <= EXCLUDED.at
"""


async def judge_segments(core: Core) -> None:
    """Judge every segment in force anew (the job of that name)."""
    async with core.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (segments.LOCK,))
        await judge(core, tx, await segments.published(core))


async def judge(core: Core, tx: Transaction, chosen: Sequence[Segment]) -> None:
    """Judge segments, in the caller's transaction, in one statement for all."""
    choice, values = segments.choice(chosen)
    now = core.clock.now()
    await tx.execute(
        _JUDGE.format(choice=choice, mailable=MAILABLE),
        {
            **values,
            "today": local_date(core.clock, core.merchant.zone),
            "now": now,
            "week_ago": now - WEEK,
            "names": [each.name for each in chosen],
        },
    )


_READ = """
    SELECT s.name, s.mode, h.*, coalesce(p.kept, 0) AS kept, coalesce(p.judged, 0) AS judged
    FROM segment s
    LEFT JOIN segment_health h ON h.segment = s.name
    LEFT JOIN (SELECT e.segment, count(*) AS judged, count(*) FILTER (WHERE p.state = 'kept') AS kept
               FROM promise p
               CROSS JOIN LATERAL (SELECT e.segment FROM enrolment e WHERE e.invoice_id = p.invoice_id
                                   ORDER BY e.created_at DESC, e.id LIMIT 1) e
               WHERE p.state IN ('kept', 'partly_kept', 'broken') AND p.judged_at > %(since)s
               GROUP BY 1) p ON p.segment = s.name
    WHERE s.state = 'published' ORDER BY s.position
"""


async def of_segments(core: Core) -> tuple[SegmentHealth, ...]:
    """Return how each segment in force fares, in their order."""
    rows = await core.database.rows(_READ, {"since": core.clock.now() - ADHERENCE})
    return tuple(_health(row) for row in rows)


def _health(row: dict[str, Any]) -> SegmentHealth:
    counts = ("open_count", "mailable_count", "sent_week", "bounced_week", "paid_week", "reversed_week")
    return SegmentHealth(
        segment=row["name"],
        mode=Mode(row["mode"]),
        **{name: int(row[name] or 0) for name in counts},
        kept=int(row["kept"]),
        judged=int(row["judged"]),
        at=row["at"],
    )
