"""Fact sheets: read in one statement everything that the guardrails look at, for one mail or for a page of them."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain.commitments import pauses
from domain.deliverability import covering, waits
from domain.kernel import calendars, sentences
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Rows
from domain.ledger import sums
from domain.outreach import fitting, lanes, providers
from domain.outreach.facts import Health, ItemFacts, Lane, MailFacts, Stop

_PAID_OF_PLAN = "greatest(pl.covers_minor - i.open_minor, 0)"
_DUE_OF_PLAN = (
    "(SELECT sum(pi.amount_minor) FROM plan_instalment pi WHERE pi.plan_id = pl.id AND pi.due_on <= n.due_on)"
)

_ITEMS = f"""
    SELECT json_agg(json_build_object(
        'item_id', t.id, 'invoice_id', i.id, 'number', i.number, 'enrolment_id', t.enrolment_id, 'step', t.step,
        'step_before', t.step_before, 'nudge', t.unique_key LIKE 'nudge:%%', 'letter', t.letter, 'tone', t.tone,
        'severity', t.severity, 'invoice_state', i.state, 'settled_on', i.settled_on,
        'due_on', coalesce(n.due_on, i.due_on), 'currency', i.currency, 'known_since', i.created_at,
        'ask', CASE WHEN n.id IS NULL THEN {pauses.chaseable("i")}
                    ELSE greatest(0, least(i.open_minor - paused.promised_minor - paused.disputed_minor,
                                           {_DUE_OF_PLAN} - {_PAID_OF_PLAN})) END,
        'paused_why', paused.why, 'promise_until', paused.promise_until,
        'processing', EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.state = 'processing'),
        'unapplied_minor', {sums.in_credit("i.account_id", "i.currency")},
        'owed_minor', (SELECT coalesce(sum(o.open_minor), 0) FROM invoice o
                       WHERE o.account_id = i.account_id AND o.currency = i.currency AND o.state = 'open'),
        'enrolment_state', e.state, 'offset_days', cs.offset_days, 'step_approval', coalesce(cs.approval, false),
        'instalment', n.id IS NOT NULL, 'plan_state', pl.state,
        'instalment_met', n.id IS NOT NULL AND {_PAID_OF_PLAN} >= {_DUE_OF_PLAN},
        'hold', (SELECT json_build_object('kind', h.kind, 'reason', h.reason, 'until', h.until) FROM hold h
                 WHERE h.account_id = i.account_id AND h.state = 'active' AND (h.until IS NULL OR h.until > %(now)s)
                   AND (h.invoice_id IS NULL OR h.invoice_id = i.id)
                   AND (h.contact_id IS NULL OR h.contact_id = t.contact_id)
                 ORDER BY h.until DESC NULLS FIRST LIMIT 1),
        'vetoed', (SELECT v.reason FROM veto v WHERE v.enrolment_id = t.enrolment_id AND v.step = t.step),
        'mode', CASE WHEN coalesce(e.segment, m.segment) IS NULL THEN 'autopilot'
                     ELSE coalesce((SELECT s.mode FROM segment s WHERE s.name = coalesce(e.segment, m.segment)
                                    AND s.state = 'published'), 'shadow') END
        ) ORDER BY i.due_on, i.number) AS items
    FROM mailing_item t JOIN invoice i ON i.id = t.invoice_id {pauses.lateral("i")}
    LEFT JOIN enrolment e ON e.id = t.enrolment_id
    LEFT JOIN cadence_step cs ON cs.cadence_id = e.cadence_id AND cs.position = t.step
    LEFT JOIN plan_instalment n ON n.id = t.instalment_id
    LEFT JOIN plan pl ON pl.id = n.plan_id
    WHERE t.mailing_id = m.id AND t.state = 'included'
"""

_SHEET = f"""
    SELECT m.id, m.state, m.letter, m.asks, m.segment, m.address_key, m.address, m.approved_by, m.approved_at,
           m.edited_by, m.edited_subject, m.edited_body, m.drafted_as, m.reserved_on, about.state AS invoice_state,
           c.state AS contact_state, a.state AS account_state, a.country, a.timezone,
           {covering.reason("m.address_key")} AS suppressed_for,
           (SELECT max(CASE o.state WHEN 'sending' THEN %(now)s
                                    WHEN 'unknown' THEN (o.reserved_on + time '23:59') AT TIME ZONE %(zone)s
                                    ELSE o.sent_at END)
            FROM mailing o WHERE o.address_key = m.address_key AND o.asks AND o.id <> m.id
              AND o.state IN ('sending', 'sent', 'unknown')) AS asked_at,
           greatest((SELECT max(b.created_at) FROM import_batch b), (SELECT max(p.created_at) FROM payment p))
               AS ledger_at,
           (SELECT json_agg(json_build_object('kind', g.name, 'reason', g.reason, 'until', g.until, 'scope', g.holds)
                            ORDER BY g.holds, g.created_at)
            FROM gate g WHERE g.state = 'closed' AND (g.until IS NULL OR g.until > %(now)s)
              AND (g.segment IS NULL OR g.segment = m.segment)) AS gates,
           (SELECT json_agg(json_build_object('kind', k.provider, 'reason', k.reason, 'until', k.until))
            FROM breaker k WHERE k.closed_at IS NULL) AS breakers,
           talk.replied_at, talk.replied_until,
           h.open_count, h.mailable_count, h.paid_week, h.reversed_week, s.daily_cap,
           (SELECT cap FROM warm_up WHERE domain = %(domain)s) AS warm_up_cap,
           coalesce((SELECT sent FROM lane_budget WHERE lane = 'domain:' || %(domain)s AND day = %(today)s), 0)
               AS domain_sent,
           coalesce((SELECT sent FROM lane_budget WHERE lane = 'segment:' || m.segment AND day = %(today)s), 0)
               AS segment_sent,
           items.items
    FROM mailing m
    JOIN contact c ON c.id = m.contact_id
    JOIN account a ON a.id = m.account_id
    JOIN invoice about ON about.id = m.invoice_id
    LEFT JOIN segment_health h ON h.segment = m.segment
    LEFT JOIN segment s ON s.name = m.segment AND s.state = 'published'
    LEFT JOIN LATERAL ({_ITEMS}) items ON true
    LEFT JOIN LATERAL (SELECT min(w.received_at) AS replied_at, {waits.ends("w")} AS replied_until
                       FROM {waits.talks()} w WHERE w.account_id = m.account_id) talk ON true
    WHERE m.id = ANY(ARRAY(SELECT unnest(%(ids)s::uuid[])))
"""
"""The array is made by a subquery so that the planner knows as much of it before as after: it then keeps one plan for
all calls of a connection. Planning takes longer than answering."""


async def read(core: Core, rows: Rows, *, mailing_ids: Collection[UUID]) -> dict[UUID, MailFacts]:
    """Return the facts of each mail as they are now; inside a transaction, as that transaction sees them."""
    parameters = {
        "ids": list(mailing_ids),
        "now": core.clock.now(),
        "today": local_date(core.clock, core.merchant.zone),
        "zone": core.merchant.zone.key,
        "domain": lanes.sending_domain(core),
    }
    found = await rows.rows(_SHEET, parameters, prepare=True)
    return {row["id"]: _mail(core, row) for row in found}


def _mail(core: Core, row: Mapping[str, Any]) -> MailFacts:
    now, today = core.clock.now(), local_date(core.clock, core.merchant.zone)
    told = _decoded(row["items"]) or []
    items = tuple(fitting.fitted(_item(core, row, each)) for each in told)
    known = [datetime.fromisoformat(each["known_since"]) for each in told]
    country = row["country"] or core.merchant.country
    provider = providers.provider(row["address_key"])
    return MailFacts(
        now=now,
        today=today,
        mailing_id=row["id"],
        state=row["state"],
        letter=fitting.leading(items).letter if items else row["letter"],
        asks=row["asks"],
        segment=row["segment"],
        address_key=row["address_key"],
        address=row["address"],
        provider=provider,
        invoice_state=row["invoice_state"],
        contact_state=row["contact_state"],
        zone=calendars.zone_of(row["timezone"], country, core.merchant.zone),
        country=country,
        opens=core.limits.opens,
        closes=core.limits.closes,
        rest=core.limits.contact_rest,
        undo=core.limits.undo,
        ledger_max_age=core.limits.ledger_max_age,
        least_coverage=core.limits.autopilot_coverage / 100,
        most_reversals=core.limits.autopilot_reversals / 100,
        **high_value(core, [each.ask for each in items]),
        suppressed_for=row["suppressed_for"],
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        edited_by=row["edited_by"],
        words=_words(row),
        drafted_as=_decoded(row["drafted_as"]),
        asked_at=row["asked_at"],
        replied_at=row["replied_at"],
        replied_until=row["replied_until"],
        ledger_at=max([*known, row["ledger_at"]]) if row["ledger_at"] else max(known, default=None),
        gates=tuple(_stop(each) for each in _decoded(row["gates"]) or ()),
        breaker=next((_stop(each) for each in _decoded(row["breakers"]) or () if each["kind"] == provider), None),
        health=_health(row),
        lanes=_lanes(core, row) if row["asks"] else (),
        next_day=_next_day(core, today),
        reserved=row["reserved_on"] == today,
        items=items,
        relabelled=any(each.letter != as_told["letter"] for each, as_told in zip(items, told, strict=True)),
    )


def high_value(core: Core, asks: Sequence[Money]) -> dict[str, Any]:
    """Return the sum of a mail in the base currency, or in words, and whether it is above the limit."""
    base = core.merchant.currency
    converted = [core.limits.in_base(each, base) for each in asks]
    known = sum((each.minor for each in converted if each is not None), 0)
    total = Money(known, base)
    if None in converted:
        foreign = ", ".join(sorted({each.currency for each in asks if core.limits.in_base(each, base) is None}))
        strange = say("an amount in {currencies}, of which no rate is stated,", currencies=foreign)
        return {"high_value": True, "total": strange}
    return {"high_value": bool(asks) and core.limits.exceeds(total, core.limits.high_value, base), "total": total}


def _item(core: Core, mail: Mapping[str, Any], told: Mapping[str, Any]) -> ItemFacts:
    return ItemFacts(
        now=core.clock.now(),
        today=local_date(core.clock, core.merchant.zone),
        item_id=UUID(told["item_id"]),
        invoice_id=UUID(told["invoice_id"]),
        number=told["number"],
        enrolment_id=UUID(told["enrolment_id"]) if told["enrolment_id"] else None,
        due_on=date.fromisoformat(told["due_on"]),
        settled_on=date.fromisoformat(told["settled_on"]) if told["settled_on"] else None,
        ask=Money(int(told["ask"]), told["currency"]),
        promise_until=date.fromisoformat(told["promise_until"]) if told["promise_until"] else None,
        account_state=mail["account_state"],
        hold=_stop(told["hold"]) if told["hold"] else None,
        paused_why=sentences.said(told["paused_why"]),
        vetoed=told["vetoed"] if told["vetoed"] is None else sentences.said(told["vetoed"]),
        **{name: told[name] for name in _AS_TOLD},
    )


_AS_TOLD = (
    "step", "step_before", "nudge", "letter", "tone", "severity", "invoice_state", "processing",
    "unapplied_minor", "owed_minor", "enrolment_state", "offset_days", "step_approval", "instalment",
    "instalment_met", "plan_state", "mode",
)  # fmt: skip


def _words(row: Mapping[str, Any]) -> str:
    if row["edited_subject"] is None and row["edited_body"] is None:
        return ""
    written = f"{row['edited_subject'] or ''}\0{row['edited_body'] or ''}"
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _stop(told: Mapping[str, Any]) -> Stop:
    until = datetime.fromisoformat(told["until"]) if told["until"] else None
    return Stop(told["kind"], sentences.said(told["reason"]), until, told.get("scope", ""))


def _health(row: Mapping[str, Any]) -> Health | None:
    if row["open_count"] is None:
        return None
    return Health(row["open_count"], row["mailable_count"], row["paid_week"], row["reversed_week"])


def _lanes(core: Core, row: Mapping[str, Any]) -> tuple[Lane, ...]:
    """Return the budgets that apply, in the order in which they are taken."""
    domain = lanes.sending_domain(core)
    found = []
    if core.limits.domain_cap:
        found.append(Lane(f"domain:{domain}", "domain cap", core.limits.domain_cap, row["domain_sent"]))
    if core.limits.warm_up_first:
        cap = row["warm_up_cap"] or core.limits.warm_up_first
        found.append(Lane(f"domain:{domain}", "warm-up", cap, row["domain_sent"]))
    if row["daily_cap"]:
        found.append(Lane(f"segment:{row['segment']}", "segment cap", row["daily_cap"], row["segment_sent"]))
    return tuple(found)


def _next_day(core: Core, today: date) -> datetime:
    return datetime.combine(today + timedelta(days=1), time.min, core.merchant.zone)


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def without(facts: MailFacts, core: Core, dropped: frozenset[UUID]) -> MailFacts:
    """Return the facts of the mail as it is when those items have left it."""
    items = tuple(each for each in facts.items if each.item_id not in dropped)
    letter = fitting.leading(items).letter if items else facts.letter
    return replace(facts, items=items, letter=letter, **high_value(core, [each.ask for each in items]))
