"""Breakers: reminders to one mail provider pause when its users complain or it blocks us; then one mail tries.

Answers go on: the payer asked for them, and there are few.
"""

from datetime import timedelta

from domain.deliverability.reading.readings import Reason
from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import counted, say
from domain.kernel.transactions import Row, Transaction
from domain.outreach import guardrails
from domain.outreach.facts import MailFacts
from domain.outreach.stop_events import BreakerClosed, BreakerTripped
from domain.outreach.verdicts import Wait

COMPLAINTS = 2
COMPLAINTS_WITHIN = timedelta(days=7)
"""One complaint is one person; of two in a week, one in two hundred mails is already above every published limit."""

BLOCKS = 3
BLOCKS_WITHIN = timedelta(hours=1)
"""A provider that refuses three mails within an hour for our reputation or its policy refuses the next ones too, and
counts each against us."""

FIRST_PAUSE = timedelta(hours=6)
LONGEST_PAUSE = timedelta(days=7)
"""Six hours let most rate and reputation limits pass; each further trip doubles the pause, up to a week."""

PROBE_PAUSE = timedelta(hours=1)
"""How long the one mail that tries is waited for: refusals come at once, bounces and complaints mostly in minutes."""

REMEMBERED = timedelta(days=14)
"""A provider that trips again so soon after its breaker closed gets the longer pause."""

BLOCKING = (Reason.POLICY, Reason.REPUTATION, Reason.SPAM, Reason.AUTHENTICATION, Reason.RATE, Reason.SENDER)
"""What a bounce says when the provider has something against us, and not against one mail or one address."""

POLICY_CODES = r"(^| )5\.7\.\d"
"""Enhanced codes of a refusal for policy or security (RFC 3463)."""

_TROUBLE = """
    WITH told AS (
        SELECT m.provider, 'complaint' AS kind, s.created_at AS at
        FROM suppression s JOIN mailing m ON m.id = s.mailing_id
        WHERE s.reason = 'complaint' AND s.created_at > %(complaints_since)s
        UNION ALL
        SELECT m.provider, 'block', m.refused_at FROM mailing m
        WHERE m.refused_at > %(blocks_since)s AND m.answer ~ %(policy)s
        UNION ALL
        SELECT m.provider, 'block', w.received_at FROM inbound_mail w JOIN mailing m ON m.id = w.mailing_id
        WHERE w.received_at > %(blocks_since)s AND w.reading->>'kind' = 'bounce'
          AND EXISTS (SELECT FROM jsonb_array_elements(
                          w.reading->'recipients' || jsonb_build_array(w.reading->'unnamed')) r
                      WHERE r->>'reason' = ANY(%(blocking)s))
    ), counted AS (
        SELECT t.provider, count(*) FILTER (WHERE t.kind = 'complaint') AS complaints,
               count(*) FILTER (WHERE t.kind = 'block') AS blocks
        FROM told t LEFT JOIN breaker b ON b.provider = t.provider
        WHERE t.provider <> '' AND t.at > coalesce(greatest(b.tripped_at, b.closed_at), '-infinity')
        GROUP BY t.provider
    )
    SELECT c.provider, c.complaints, c.blocks, b.trips, b.closed_at,
           b.provider IS NOT NULL AND b.closed_at IS NULL AS open
    FROM counted c LEFT JOIN breaker b ON b.provider = c.provider
    WHERE (b.provider IS NOT NULL AND b.closed_at IS NULL AND b.until <= %(now)s)
       OR ((b.provider IS NULL OR b.closed_at IS NOT NULL)
           AND (c.complaints >= %(complaints)s OR c.blocks >= %(blocks)s))
    ORDER BY c.provider
"""

_PROVEN = """
    UPDATE breaker b SET closed_at = %(now)s
    WHERE b.closed_at IS NULL AND b.until <= %(now)s AND b.probed_at IS NOT NULL
      AND EXISTS (SELECT FROM mailing m WHERE m.asks AND m.provider = b.provider AND m.sent_at >= b.probed_at)
    RETURNING b.provider
"""


async def judge(core: Core) -> None:
    """Trip, trip again and close breakers by what was complained of and refused (part of the job ``judge_health``)."""
    now = core.clock.now()
    async with core.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (JUDGING_LOCK,))
        found = await tx.rows(
            _TROUBLE,
            {
                "now": now,
                "complaints_since": now - COMPLAINTS_WITHIN,
                "blocks_since": now - BLOCKS_WITHIN,
                "policy": POLICY_CODES,
                "blocking": [each.value for each in BLOCKING],
                "complaints": COMPLAINTS,
                "blocks": BLOCKS,
            },
        )
        for row in found:
            await _trip(core, tx, row)
        for row in await tx.rows(_PROVEN, {"now": now}):
            await timeline.record(core, tx, BreakerClosed(provider=row["provider"], **by(SYSTEM, now)))


JUDGING_LOCK = 7_154_212
"""Advisory lock of whoever judges, so that one trouble is counted once."""


async def _trip(core: Core, tx: Transaction, row: Row) -> None:
    now = core.clock.now()
    recent = row["open"] or (row["closed_at"] is not None and now - row["closed_at"] < REMEMBERED)
    trips = (row["trips"] or 0) + 1 if recent else 1
    until = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(trips - 1, 10))
    reason = _why(row)
    await tx.execute(
        "INSERT INTO breaker (provider, reason, tripped_at, until, trips) VALUES (%(provider)s, %(reason)s, %(now)s,"
        " %(until)s, %(trips)s) ON CONFLICT (provider) DO UPDATE SET reason = %(reason)s, tripped_at = %(now)s,"
        " until = %(until)s, trips = %(trips)s, probed_at = NULL, closed_at = NULL",
        {"provider": row["provider"], "reason": sentences.as_text(reason), "now": now, "until": until, "trips": trips},
    )
    event = BreakerTripped(provider=row["provider"], reason=reason, until=until, trips=trips, **by(SYSTEM, now))
    await timeline.record(core, tx, event)


def _why(row: Row) -> str:
    complaints, blocks = row["complaints"], row["blocks"]
    told = [counted("{n} complaint", "{n} complaints", complaints)] if complaints else []
    if blocks:
        told.append(counted("{n} refusal for its policy", "{n} refusals for its policy", blocks))
    what = say("{one} and {other}", one=told[0], other=told[1]) if complaints and blocks else told[0]
    return say("{what} since the last pause", what=what) if row["open"] else what


async def probe(core: Core, tx: Transaction, facts: MailFacts) -> Wait | None:
    """Let one mail through a breaker whose pause is over, or say how long this one waits for that mail's fate."""
    now = core.clock.now()
    taken = await tx.row(
        "UPDATE breaker SET until = %(until)s, probed_at = %(now)s"
        " WHERE provider = %(provider)s AND closed_at IS NULL AND until <= %(now)s RETURNING provider",
        {"provider": facts.provider, "now": now, "until": now + PROBE_PAUSE},
    )
    if taken is not None:
        return None
    row = await tx.row("SELECT until, reason FROM breaker WHERE provider = %s AND closed_at IS NULL", (facts.provider,))
    return guardrails.broken(facts, until=row["until"], reason=sentences.said(row["reason"])) if row else None
