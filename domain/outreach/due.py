"""Due: everything that decides about an enrolment whose next step has come, read for a whole page at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.commitments import pauses
from domain.deliverability import covering, waits
from domain.kernel import sentences
from domain.kernel.money import Money
from domain.kernel.transactions import Row, Rows
from domain.ledger import sums
from domain.outreach.steps import Step

MAX_RECIPIENTS = 20
"""Contacts of one role and one customer who get a reminder; the oldest ones."""


@dataclass(frozen=True, slots=True)
class Moment:
    """For when it is decided: the present, or in a preview a moment to come."""

    now: datetime
    today: date
    """The merchant's date."""


@dataclass(frozen=True, slots=True)
class Case:
    """One enrolment with its invoice, its customer and all that may keep its next letter back."""

    id: UUID
    cadence_id: UUID | None
    segment: str
    last_position: int
    last_severity: int
    held: str
    invoice_id: UUID
    number: str
    account_id: UUID
    account_name: str
    account_state: str
    country: str | None
    timezone: str | None
    invoice_state: str
    currency: str
    open_minor: int
    due_on: date
    mode: str
    """Of the segment, as it is or last was published."""
    chaseable_minor: int
    promised_minor: int
    disputed_minor: int
    planned_minor: int
    promise_until: date | None
    paused: str
    processing: bool
    hold_kind: str | None
    hold_reason: str | None
    hold_until: datetime | None
    unapplied_minor: int
    owed_minor: int
    pending: bool
    """Whether a mail about the invoice has not left yet."""
    replied_at: datetime | None
    """When the customer wrote what nobody has answered yet."""
    replied_until: datetime | None
    """When reminders go on even so, since the mail is the customer's by its sender alone; None: not by themselves."""
    left_at: datetime | None
    """When the last mail that asked for the invoice's money left."""
    vetoed: Sequence[int]

    @property
    def asked(self) -> Money:
        """What a letter would ask for."""
        return Money(self.chaseable_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact of the customer, and what keeps mail from them."""

    id: UUID
    account_id: UUID
    role: str
    name: str
    email: str
    email_key: str
    suppressed: bool
    held: bool
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Cadence:
    """One version of a cadence."""

    name: str
    version: int
    steps: tuple[Step, ...]


_INVOICE = """
    i.id, i.number, i.account_id, a.name AS account_name, a.state AS account_state, a.country, a.timezone,
    i.state AS invoice_state, i.currency, i.open_minor, i.due_on
"""

_BY_ENROLMENT = f"""
    SELECT e.id AS case_id, e.cadence_id, e.segment, e.last_position, e.last_severity, e.held, {_INVOICE}
    FROM enrolment e JOIN invoice i ON i.id = e.invoice_id JOIN account a ON a.id = i.account_id
    WHERE e.id = ANY(%(ids)s)
"""

_BY_INVOICE = f"""
    SELECT i.id AS case_id, e.cadence_id, coalesce(e.segment, '') AS segment,
           coalesce(e.last_position, 0) AS last_position, coalesce(e.last_severity, -1) AS last_severity,
           coalesce(e.held, '') AS held, {_INVOICE}
    FROM invoice i JOIN account a ON a.id = i.account_id
    LEFT JOIN enrolment e ON e.invoice_id = i.id AND e.state = 'running' WHERE i.id = ANY(%(ids)s)
"""

_PURSES = f"""
    SELECT w.account_id, w.currency, {sums.in_credit("w.account_id", "w.currency")}::bigint AS unapplied_minor,
           (SELECT coalesce(sum(o.open_minor), 0) FROM invoice o WHERE o.account_id = w.account_id
            AND o.currency = w.currency AND o.state = 'open' AND o.settled_on IS NULL)::bigint AS owed_minor
    FROM (SELECT DISTINCT account_id, currency FROM looked) w
"""
"""What each customer has to its credit, applied to nothing, and all that they owe, once for all of their invoices.
An open invoice was settled on no day, which the index knows: a long history is not read."""

_TALKS = f"""
    SELECT w.account_id, min(w.received_at) AS replied_at, {waits.ends("w")} AS replied_until FROM {waits.talks()} w
    WHERE w.account_id IS NOT NULL GROUP BY w.account_id
"""

_MODE = """
    LEFT JOIN LATERAL (
        SELECT g.mode FROM segment g WHERE g.name = i.segment
        ORDER BY g.state = 'published' DESC, g.created_at DESC LIMIT 1) s ON true
"""

_STOP = """
    LEFT JOIN LATERAL (
        SELECT h.kind, h.reason, h.until FROM hold h
        WHERE h.account_id = i.account_id AND h.state = 'active' AND h.contact_id IS NULL
          AND (h.invoice_id IS NULL OR h.invoice_id = i.id) AND (h.until IS NULL OR h.until > %(now)s)
        ORDER BY h.until DESC NULLS FIRST, h.id LIMIT 1) stop ON true
"""

_PAST = """
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(m.state IN ('drafted', 'queued', 'sending')), false) AS pending,
               -- What was rejected or refused had its turn, and is not written a second time.
               max(t.severity) FILTER (WHERE m.state IN ('sent', 'unknown', 'rejected', 'refused')) AS severity,
               max(coalesce(m.sent_at, m.queued_at)) FILTER (WHERE m.state IN ('sent', 'unknown')) AS left_at
        -- "Not dropped" rather than "included", or a new database takes a partial index for empty and walks it whole.
        FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id
        WHERE t.invoice_id = i.id AND t.state <> 'dropped') past
"""

_CASES = f"""
    WITH looked AS MATERIALIZED ({{looked}}), purse AS MATERIALIZED ({_PURSES}), talk AS MATERIALIZED ({_TALKS})
    SELECT i.case_id AS id, i.cadence_id, i.segment, i.last_position, i.held, i.id AS invoice_id, i.number,
           i.account_id, i.account_name, i.account_state, i.country, i.timezone, i.invoice_state, i.currency,
           i.open_minor, i.due_on, coalesce(s.mode, 'autopilot') AS mode, {pauses.chaseable()} AS chaseable_minor,
           paused.promised_minor, paused.disputed_minor, paused.planned_minor, paused.promise_until,
           paused.why AS paused, stop.kind AS hold_kind, stop.reason AS hold_reason, stop.until AS hold_until,
           EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.state = 'processing') AS processing,
           purse.unapplied_minor, purse.owed_minor, past.pending, past.left_at, talk.replied_at, talk.replied_until,
           greatest(i.last_severity, past.severity) AS last_severity,
           ARRAY(SELECT v.step FROM veto v WHERE v.enrolment_id = i.case_id) AS vetoed
    FROM looked i
    JOIN purse ON purse.account_id = i.account_id AND purse.currency = i.currency
    LEFT JOIN talk ON talk.account_id = i.account_id
    {_MODE} {_STOP} {_PAST} {pauses.lateral()}
"""

_NAMES = tuple(field.name for field in fields(Case))


async def cases(rows: Rows, *, ids: Sequence[UUID], moment: Moment) -> list[Case]:
    """Return what is known of those enrolments, in the order of *ids*."""
    return await _cases(rows, _BY_ENROLMENT, ids, moment)


async def cases_of_invoices(rows: Rows, *, ids: Sequence[UUID], moment: Moment) -> list[Case]:
    """Return the same of invoices, in a cadence or not; a case's id is the invoice's then."""
    return await _cases(rows, _BY_INVOICE, ids, moment)


async def _cases(rows: Rows, looked: str, ids: Sequence[UUID], moment: Moment) -> list[Case]:
    parameters = {"ids": list(ids), "now": moment.now, "today": moment.today}
    found = await rows.rows(_CASES.replace("{looked}", looked), parameters)
    by_id = {row["id"]: _case(row) for row in found}
    return [by_id[each] for each in ids]


def _case(row: Row) -> Case:
    told = {name: sentences.said(row[name]) if row[name] else row[name] for name in ("paused", "hold_reason")}
    return Case(**{name: row[name] for name in _NAMES} | told)


async def cadences(rows: Rows, *, ids: Sequence[UUID]) -> Mapping[UUID, Cadence]:
    """Return those cadences with their steps in order."""
    found = await rows.rows(
        "SELECT k.id, k.name, k.version, s.position, s.offset_days, s.letter, s.tone, s.severity, s.recipients,"
        " s.approval FROM cadence k LEFT JOIN cadence_step s ON s.cadence_id = k.id WHERE k.id = ANY(%s)"
        " ORDER BY k.id, s.position",
        (list(set(ids)),),
    )
    steps: dict[UUID, list[Step]] = defaultdict(list)
    for row in found:
        if row["position"] is not None:
            steps[row["id"]].append(_step(row))
    return {row["id"]: Cadence(row["name"], row["version"], tuple(steps[row["id"]])) for row in found}


async def recipients(
    rows: Rows, *, accounts: Sequence[UUID], now: datetime
) -> Mapping[tuple[UUID, str], tuple[Recipient, ...]]:
    """Return the contacts of those customers by customer and role: first those who may be mailed, oldest first."""
    found = await rows.rows(
        "SELECT * FROM (SELECT c.id, c.account_id, c.role, c.name, c.email, c.email_key, told.suppressed,"
        " away.until IS NOT NULL AS held, nullif(away.until, 'infinity') AS held_until,"
        " row_number() OVER (PARTITION BY c.account_id, c.role"
        " ORDER BY told.suppressed, away.until NULLS FIRST, c.created_at, c.id) AS place"
        " FROM contact c CROSS JOIN LATERAL (SELECT"
        f" {covering.covered('c.email_key')} AS suppressed) told"
        " CROSS JOIN LATERAL (SELECT max(coalesce(h.until, 'infinity')) AS until FROM hold h"
        " WHERE h.account_id = c.account_id AND h.contact_id = c.id AND h.state = 'active'"
        " AND (h.until IS NULL OR h.until > %s)) away"
        " WHERE c.account_id = ANY(%s) AND c.state = 'active') ranked WHERE place <= %s"
        " ORDER BY account_id, role, place",
        (now, list(set(accounts)), MAX_RECIPIENTS),
    )
    grouped: dict[tuple[UUID, str], list[Recipient]] = defaultdict(list)
    for row in found:
        del row["place"]
        grouped[row["account_id"], row["role"]].append(Recipient(**row))
    return {key: tuple(each) for key, each in grouped.items()}


def _step(row: dict[str, Any]) -> Step:
    names = ("position", "offset_days", "letter", "tone", "severity", "recipients", "approval")
    return Step(**{name: row[name] for name in names})
