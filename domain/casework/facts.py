"""What is known of an open invoice at this moment: one SQL view of it, for the queue, its explanation and its list."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from iso4217 import Currency
from psycopg.types.json import Jsonb

from domain.commitments import pauses
from domain.deliverability import covering
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import digits

USUAL_OF = 100
"""So many of a customer's newest settled invoices tell how late the customer usually pays."""

USUAL_FROM = 3
"""Fewer settled invoices than this are no habit."""

_REACH = f"""
    LEFT JOIN LATERAL (
        SELECT count(*) > 0 AS has_contact, coalesce(bool_or(s.id IS NULL), false) AS mailable,
               coalesce(bool_or(s.reason IN ('hard bounce', 'soft bounces', 'invalid')
                                AND s.created_at > coalesce(searched.at, '-infinity')), false) AS bounced,
               max(s.created_at) AS suppressed_at
        FROM contact c LEFT JOIN suppression s ON {covering.of("s", "c.email_key")}
        WHERE c.account_id = i.account_id AND c.state = 'active'
    ) reach ON true"""

_SEARCHED = """
    LEFT JOIN LATERAL (
        SELECT max(t.done_at) AS at, max(t.done_at) FILTER (WHERE t.state = 'dropped') AS dropped_at FROM task t
        WHERE t.account_id = i.account_id AND t.kind = 'find contact' AND t.state IN ('done', 'dropped')
    ) searched ON true"""

_MAILS = """
    LEFT JOIN LATERAL (
        SELECT max(g.sent_at) FILTER (WHERE g.state = 'sent') AS last_mail_at,
               greatest(max(n.received_at) FILTER (WHERE n.reading->>'kind' = 'human'), (
                   SELECT max(w.received_at) FROM inbound_mail w WHERE w.account_id = i.account_id
                   AND w.invoice_id = i.id AND w.reading->>'kind' = 'human')) AS last_reply_at,
               coalesce(bool_or(n.seen_at IS NULL AND n.state <> 'stored'), false) OR EXISTS (
                   SELECT FROM inbound_mail w WHERE w.account_id = i.account_id
                   AND w.invoice_id = i.id AND w.seen_at IS NULL) OR EXISTS (
                   SELECT FROM question q WHERE q.invoice_id = i.id AND q.state = 'asked') AS unread_mail
        FROM (SELECT id AS mail FROM mailing WHERE invoice_id = i.id
              UNION SELECT mailing_id FROM mailing_item WHERE invoice_id = i.id AND state = 'included') about
        JOIN mailing g ON g.id = about.mail
        LEFT JOIN inbound_mail n ON n.mailing_id = g.id
    ) mails ON true
    LEFT JOIN LATERAL (
        SELECT g.state = 'drafted' AS drafted, g.not_before AS pending_until, g.waits_reason AS pending_why
        FROM mailing_item t JOIN mailing g ON g.id = t.mailing_id
        WHERE t.invoice_id = i.id AND t.state = 'included' AND g.state IN ('drafted', 'queued', 'sending')
        ORDER BY g.state = 'drafted' DESC, g.queued_at LIMIT 1
    ) pending ON true"""

_PROMISED = f"""
    LEFT JOIN LATERAL (
        SELECT min(r.promised_on) FILTER (WHERE r.until >= %(today)s) AS promised_on,
               min(r.promised_on) FILTER (WHERE r.until < %(today)s) AS missed_on,
               coalesce(sum(r.amount_minor - r.received_minor)
                        FILTER (WHERE r.until >= %(today)s AND r.promised_on <= %(today)s), 0)::bigint AS due_minor
        FROM {pauses.received("i.id")} r
        WHERE r.state = 'running' AND r.amount_minor > r.received_minor
          AND EXISTS (SELECT FROM promise p WHERE p.invoice_id = i.id AND p.state = 'running')
    ) promised ON true
    LEFT JOIN LATERAL (
        SELECT p.promised_on, p.amount_minor - coalesce(p.received_minor, 0) AS missing_minor, p.state
        FROM promise p WHERE p.invoice_id = i.id AND p.state NOT IN ('replaced', 'withdrawn')
        ORDER BY p.created_at DESC, p.id LIMIT 1
    ) word ON true"""

_PLAN_AND_DISPUTE = """
    LEFT JOIN LATERAL (
        SELECT p.state, p.created_at FROM plan p
        WHERE p.invoice_id = i.id AND p.state IN ('requested', 'countered', 'running') LIMIT 1
    ) plan ON true
    LEFT JOIN LATERAL (
        SELECT d.sla_due_at, d.sla_risk_at, d.owner_id, d.amount_minor, c.amount_minor AS credit_minor,
               c.proposed_by, c.proposed_by_id
        FROM dispute d LEFT JOIN credit c ON c.id = d.credit_id AND c.state = 'proposed'
        WHERE d.invoice_id = i.id AND d.state = 'open' AND NOT d.is_test LIMIT 1
    ) dispute ON true"""

_STOPS = """
    LEFT JOIN LATERAL (
        SELECT coalesce(bool_or(h.kind = 'legal'), false) AS legal,
               coalesce(bool_or(h.kind = 'pause'), false) AS paused, min(h.until) AS until,
               (array_agg(h.reason ORDER BY h.kind = 'legal' DESC, h.created_at DESC))[1] AS why
        FROM hold h WHERE h.account_id = i.account_id AND h.state = 'active' AND h.kind IN ('legal', 'pause')
          AND (h.invoice_id IS NULL OR h.invoice_id = i.id) AND h.contact_id IS NULL
          AND (h.until IS NULL OR h.until > %(now)s)
    ) held ON true
    LEFT JOIN LATERAL (
        SELECT z.until, z.reason, z.made_by FROM snooze z
        WHERE z.invoice_id = i.id AND z.state = 'active' AND z.until > %(now)s
          AND NOT EXISTS (SELECT FROM allocation l WHERE l.invoice_id = i.id AND l.created_at > z.created_at)
          AND NOT EXISTS (SELECT FROM dispute d WHERE d.invoice_id = i.id AND d.created_at > z.created_at)
          AND NOT EXISTS (SELECT FROM plan p WHERE p.invoice_id = i.id AND p.created_at > z.created_at)
          AND NOT EXISTS (SELECT FROM promise p WHERE p.invoice_id = i.id AND p.judged_at > z.created_at
                          AND p.state IN ('broken', 'partly_kept'))
          AND NOT EXISTS (SELECT FROM mailing g JOIN inbound_mail n ON n.mailing_id = g.id
                          WHERE g.invoice_id = i.id AND n.received_at > z.created_at AND n.reading->>'kind' = 'human')
          AND NOT EXISTS (SELECT FROM mailing_item t JOIN inbound_mail n ON n.mailing_id = t.mailing_id
                          WHERE t.invoice_id = i.id AND n.received_at > z.created_at AND n.reading->>'kind' = 'human')
        LIMIT 1
    ) snoozed ON true
    LEFT JOIN LATERAL (
        SELECT bool_or(t.kind = 'review') AS review, bool_or(t.kind = 'call') AS call,
               (array_agg(t.reason ORDER BY t.kind = 'review' DESC, t.created_at))[1] AS reason
        FROM task t WHERE t.account_id = i.account_id AND t.state = 'open' AND t.kind IN ('review', 'call')
          AND (t.invoice_id IS NULL OR t.invoice_id = i.id)
    ) todo ON true"""

_USUAL = """
    LEFT JOIN LATERAL (
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY late) AS delay, count(*) AS settled
        FROM (SELECT s.settled_on - s.due_on AS late FROM invoice s
              WHERE s.account_id = i.account_id AND s.state = 'settled' AND s.settled_on IS NOT NULL
              ORDER BY s.settled_on DESC, s.id LIMIT %(usual_of)s) latest
    ) usual ON true"""

_FACTS = f"""
    SELECT i.id, i.number, i.account_id, a.name AS account_name, a.owner_id, a.risk, i.currency, i.open_minor,
           i.total_minor, i.due_on, i.state,
           (i.open_minor * coalesce((%(rates)s::jsonb ->> i.currency)::numeric, 0.01))::bigint AS open_major,
           %(today)s::date - i.due_on AS days_past_due,
           i.open_minor < i.total_minor AS part_paid,
           reach.has_contact, reach.mailable, reach.bounced,
           coalesce(searched.dropped_at >= coalesce(reach.suppressed_at, '-infinity'), false) AS search_dropped,
           EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.state = 'processing') AS processing,
           EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.decline_code IS NOT NULL
                   AND k.state IN ('open', 'failed', 'expired')) AS declined,
           EXISTS (SELECT FROM payment p JOIN allocation l ON l.payment_id = p.id
                   WHERE l.invoice_id = i.id AND p.kind IN ('refund', 'chargeback')) AS reversed,
           a.state = 'excluded' AS excluded,
           e.state AS enrolment_state, e.next_action_at, e.last_position, e.cadence_id, e.held,
           mails.last_mail_at, mails.last_reply_at, mails.unread_mail,
           %(today)s::date - (greatest(mails.last_mail_at, mails.last_reply_at) AT TIME ZONE %(zone)s)::date
               AS silent_days,
           coalesce(pending.drafted, false) AS draft_waiting, pending.drafted IS FALSE AS mail_pending,
           pending.pending_until, coalesce(pending.pending_why, '') AS pending_why,
           paused.promised_minor, paused.disputed_minor, paused.planned_minor, paused.plan_missed,
           paused.promise_until, paused.why AS paused_why, {pauses.chaseable()} AS chaseable_minor,
           promised.promised_on, coalesce(promised.due_minor, 0) AS promise_due_minor,
           CASE WHEN promised.promised_on IS NULL
                THEN coalesce(promised.missed_on, CASE WHEN word.state IN ('broken', 'partly_kept')
                                                       THEN word.promised_on END) END AS promise_broken_on,
           word.missing_minor AS promise_missing_minor,
           plan.state AS plan_state, plan.created_at AS plan_at,
           dispute.sla_due_at, dispute.sla_risk_at, dispute.owner_id AS dispute_owner_id,
           dispute.sla_due_at IS NOT NULL AS dispute_open, dispute.credit_minor, dispute.proposed_by AS credit_by,
           dispute.proposed_by_id AS credit_by_id,
           held.legal, held.paused AS on_hold, held.until AS hold_until, held.why AS hold_why,
           snoozed.until AS snoozed_until, snoozed.reason AS snooze_reason, snoozed.made_by AS snoozed_by,
           coalesce(todo.review, false) AS review, coalesce(todo.call, false) AS to_call, todo.reason AS todo_reason,
           CASE WHEN usual.settled >= {USUAL_FROM} THEN usual.delay END AS usual_delay,
           CASE WHEN usual.settled >= {USUAL_FROM} THEN %(today)s::date - i.due_on - usual.delay END AS surprise
    FROM invoice i
    JOIN account a ON a.id = i.account_id
    {_SEARCHED}{_REACH}{_MAILS}{_PROMISED}{_PLAN_AND_DISPUTE}{_STOPS}{_USUAL}
    {pauses.lateral("i")}
    LEFT JOIN LATERAL (SELECT * FROM enrolment n WHERE n.invoice_id = i.id ORDER BY n.created_at DESC LIMIT 1) e ON true
"""


def facts(where: str = "") -> str:
    """Return the SELECT; *where* narrows it by the invoice ``i`` or its account ``a``."""
    return f"{_FACTS} {where}"


def parameters(core: Core, **more: Any) -> dict[str, Any]:
    """Return the named parameters of the SELECT, as of this moment and the merchant's day."""
    now: datetime = core.clock.now()
    return {
        "now": now,
        "today": local_date(core.clock, core.merchant.zone),
        "zone": core.merchant.zone.key,
        "rates": Jsonb({name: str(factor) for name, factor in _factors(core).items()}),
        "usual_of": USUAL_OF,
        **more,
    }


def _factors(core: Core) -> dict[str, Decimal]:
    """Return what one minor unit is in major units of the base currency; without a rate, of its own currency."""
    base = core.merchant.currency
    known = {base: Decimal(1), **core.limits.rates}
    return {name: places for name, places in _own_units().items() if name not in known} | {
        name: rate.scaleb(-digits(name)) for name, rate in known.items()
    }


@cache
def _own_units() -> dict[str, Decimal]:
    """Return the currencies that have not two decimals, and what one minor unit of theirs is."""
    return {
        each.code: Decimal(1).scaleb(-int(each.exponent))
        for each in Currency
        if each.exponent is not None and each.exponent != 2
    }
