"""Case notes: what was agreed about an invoice, what holds it back, and who has it in hand, in two queries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.casework import claims
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.pay_links import companions

NOTES_SHOWN = 5
"""Of each sort; whoever needs more asks why."""


@dataclass(frozen=True, slots=True)
class CasePromise:
    """A promise that runs, or the one that was broken last while nothing followed."""

    state: str
    amount: Money
    on: date


@dataclass(frozen=True, slots=True)
class CasePlan:
    """The live plan, or the one that was given up last."""

    state: str
    covers: Money
    parts: int
    last_on: date


@dataclass(frozen=True, slots=True)
class CaseDispute:
    """An open dispute."""

    id: UUID
    amount: Money
    reason_code: str
    owner: str
    due_at: datetime
    is_test: bool


@dataclass(frozen=True, slots=True)
class CaseHold:
    """A hold on the invoice or its whole customer."""

    id: UUID
    kind: str
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A mail about the invoice that waits for a person."""

    id: UUID
    letter: str
    needs: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class CaseApproved:
    """A mail about the invoice that somebody approved, while it may be called back."""

    id: UUID
    letter: str
    approved_by: str
    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class CaseUnanswered:
    """A mail of the customer that nobody has dealt with; reminders wait for it."""

    id: UUID
    since: datetime
    until: datetime | None = None
    """When that wait is over by itself, since the mail is the customer's by its sender alone."""
    over: bool = False
    """Whether it is over."""


@dataclass(frozen=True, slots=True)
class CaseQuestion:
    """A question of a payer that nobody has answered; reminders wait for it."""

    id: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class CaseNotes:
    """Everything of that kind about one invoice."""

    promises: tuple[CasePromise, ...] = ()
    plan: CasePlan | None = None
    disputes: tuple[CaseDispute, ...] = ()
    holds: tuple[CaseHold, ...] = ()
    drafts: tuple[CaseDraft, ...] = ()
    snoozed_until: datetime | None = None
    claimed_by: str = ""
    unanswered: tuple[CaseUnanswered, ...] = ()
    questions: tuple[CaseQuestion, ...] = ()
    approved: tuple[CaseApproved, ...] = ()
    forwardings: tuple[str, ...] = ()
    """Names of people for whom the payer asked a link, while nobody has answered."""


_NOTES = """
    SELECT 'promise' AS what, p.id, p.state, p.currency, p.amount_minor AS minor, p.promised_on AS day, '' AS words,
           '' AS name, NULL::timestamptz AS at, 0 AS parts, false AS is_test, NULL::text[] AS needs, p.created_at
    FROM (SELECT * FROM promise WHERE invoice_id = %(id)s AND (state = 'running' OR created_at =
              (SELECT max(created_at) FROM promise WHERE invoice_id = %(id)s) AND state IN ('broken', 'partly_kept'))
          ORDER BY created_at DESC LIMIT %(most)s) p
    UNION ALL
    SELECT 'plan', l.id, l.state, l.currency, l.covers_minor, n.last_on, l.reason, '', NULL, n.parts::int, false, NULL,
           l.created_at
    FROM (SELECT * FROM plan WHERE invoice_id = %(id)s AND state IN ('requested', 'countered', 'running', 'defaulted')
          ORDER BY state = 'defaulted', created_at DESC LIMIT 1) l
    CROSS JOIN LATERAL (SELECT count(*) AS parts, max(due_on) AS last_on FROM plan_instalment WHERE plan_id = l.id) n
    UNION ALL
    SELECT 'dispute', d.id, d.state, d.currency, d.amount_minor, NULL, d.reason_code, coalesce(o.name, ''),
           d.sla_due_at, 0, d.is_test, NULL, d.created_at
    FROM dispute d LEFT JOIN person o ON o.id = d.owner_id WHERE d.invoice_id = %(id)s AND d.state = 'open'
    UNION ALL
    SELECT 'hold', h.id, h.kind, '', NULL, NULL, h.reason, h.made_by, h.until, 0, false, NULL, h.created_at
    FROM hold h WHERE h.account_id = %(account)s AND h.state = 'active' AND (h.until IS NULL OR h.until > %(now)s)
      AND (h.invoice_id IS NULL OR h.invoice_id = %(id)s)
    UNION ALL
    SELECT 'draft', m.id, m.letter, '', NULL, NULL, '', '', m.queued_at, 0, false, m.needs, m.queued_at
    FROM mailing m JOIN mailing_item t ON t.mailing_id = m.id AND t.invoice_id = %(id)s AND t.state = 'included'
    WHERE m.state = 'drafted'
    UNION ALL
    SELECT 'approved', m.id, m.letter, '', NULL, NULL, '', m.approved_by, m.not_before, 0, false, NULL, m.queued_at
    FROM mailing m JOIN mailing_item t ON t.mailing_id = m.id AND t.invoice_id = %(id)s AND t.state = 'included'
    WHERE m.state = 'queued' AND m.approved_by IS NOT NULL AND m.approved_at > %(undo_since)s
    UNION ALL
    SELECT 'snooze', s.id, s.state, '', NULL, NULL, s.reason, s.made_by, s.until, 0, false, NULL, s.created_at
    FROM snooze s WHERE s.invoice_id = %(id)s AND s.state = 'active' AND s.until > %(now)s
    UNION ALL
    SELECT 'unanswered', u.id, CASE WHEN u.waits_until <= %(now)s THEN 'over' ELSE '' END, '', NULL, NULL, '', '',
           u.waits_until, 0, false, NULL, u.received_at
    FROM inbound_mail u WHERE u.account_id = %(account)s AND u.seen_at IS NULL AND u.reading->>'kind' = 'human'
    UNION ALL
    SELECT 'forwarding', f.id, f.state, '', NULL, NULL, '', f.name, NULL, 0, false, NULL, f.created_at
    FROM forwarding f WHERE f.invoice_id = %(id)s AND f.state = 'asked' AND f.created_at > %(forwarded_since)s
    UNION ALL
    SELECT 'question', q.id, q.state, '', NULL, NULL, '', '', NULL, 0, false, NULL, q.created_at
    FROM question q WHERE q.invoice_id = %(id)s AND q.state = 'asked'
    ORDER BY created_at DESC
"""


async def of_invoice(core: Core, *, invoice_id: UUID, account_id: UUID) -> CaseNotes:
    """Return what stands about the invoice at this moment."""
    rows = await core.database.rows(
        _NOTES,
        {
            "id": invoice_id,
            "account": account_id,
            "now": core.clock.now(),
            "most": NOTES_SHOWN,
            "undo_since": core.clock.now() - core.limits.undo,
        }
        | companions.parameters(core.clock.now()),
    )
    holder = await claims.in_hand(core, core.database, account_id=account_id)
    snoozes = _of(rows, "snooze")
    return CaseNotes(
        promises=tuple(CasePromise(row["state"], _money(row), row["day"]) for row in _of(rows, "promise")),
        plan=next(
            (CasePlan(row["state"], _money(row), row["parts"], row["day"]) for row in _of(rows, "plan")),
            None,
        ),
        disputes=tuple(
            CaseDispute(row["id"], _money(row), row["words"], row["name"], row["at"], row["is_test"])
            for row in _of(rows, "dispute")
        ),
        holds=tuple(CaseHold(row["id"], row["state"], row["words"], row["at"]) for row in _of(rows, "hold")),
        drafts=tuple(CaseDraft(row["id"], row["state"], tuple(row["needs"]), row["at"]) for row in _of(rows, "draft")),
        snoozed_until=snoozes[0]["at"] if snoozes else None,
        claimed_by=holder[0] if holder else "",
        unanswered=tuple(
            CaseUnanswered(row["id"], row["created_at"], row["at"], row["state"] == "over")
            for row in _of(rows, "unanswered")
        ),
        questions=tuple(CaseQuestion(row["id"], row["created_at"]) for row in _of(rows, "question")),
        approved=tuple(CaseApproved(row["id"], row["state"], row["name"], row["at"]) for row in _of(rows, "approved")),
        forwardings=tuple(row["name"] for row in _of(rows, "forwarding")),
    )


def _of(rows: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["what"] == what][:NOTES_SHOWN]


def _money(row: Row) -> Money:
    return Money(int(row["minor"]), row["currency"])
