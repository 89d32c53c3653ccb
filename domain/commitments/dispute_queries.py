"""Disputes as people see them: one with everything about it, the open ones by deadline, how many and how long."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Any
from uuid import UUID

from domain.commitments import dispute_deadlines, dispute_reasons, words
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_events import reference
from domain.commitments.dispute_refusals import DisputeNotFound
from domain.commitments.documents import DocumentLine
from domain.commitments.states import DocumentState
from domain.kernel import addresses, calendars, sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.kernel.transactions import Row

SHOWN = 100
"""Disputes in one list."""

MEASURED = 10_000
"""Disputes of which a cycle time is taken, the newest."""


@dataclass(frozen=True, slots=True)
class UploadLine:
    """A file that is being fetched, or cannot be had."""

    name: str
    problem: str
    """Why it cannot be had; empty while it is being fetched."""


@dataclass(frozen=True, slots=True)
class AskedView:
    """What the payer was asked last about a dispute."""

    text: str
    by: str
    to: str
    """Masked."""
    contact_id: UUID
    at: datetime
    wait_until: datetime
    """The dispute's time stands still until then at most."""
    answered_at: datetime | None
    waits: bool
    """Whether it stands still now."""


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute with all that a card, a page or a modal shows of it."""

    dispute_id: UUID
    reference: str
    invoice_id: UUID
    invoice_number: str
    account_id: UUID
    account_name: str
    amount: Money
    balance: Money
    reason_code: str
    reason: str
    description: str
    state: str
    is_test: bool
    sla: Sla | None
    """None once it is decided."""
    sla_due_at: datetime
    owner_id: UUID | None
    owner: str | None
    filed_by: str
    source: str
    filed_at: datetime
    documents: tuple[DocumentLine, ...]
    missing: tuple[str, ...]
    """Documents that are still to come, as people call them."""
    credit_id: UUID | None
    """The credit that it waits for."""
    credit: Money | None
    intended: str
    """How it ends once that credit is approved."""
    resolution: str
    resolved_by: str | None
    resolved_at: datetime | None
    uploads: tuple[UploadLine, ...] = ()
    """Files that operators handed in and that are no documents yet."""
    asked: AskedView | None = None

    def asked_of(self, contact_id: UUID) -> AskedView | None:
        """Return the question that this contact has not answered; None where there is none."""
        asked = self.asked if self.sla is not None else None
        return asked if asked is not None and asked.answered_at is None and asked.contact_id == contact_id else None


@dataclass(frozen=True, slots=True)
class DisputeCounts:
    """How many disputes are open, by deadline, and what is disputed in each currency; tests are not counted."""

    by_sla: Mapping[Sla, int]
    amounts: tuple[Money, ...]

    @property
    def total(self) -> int:
        """All that are open."""
        return sum(self.by_sla.values())


@dataclass(frozen=True, slots=True)
class CycleTime:
    """How long disputes took, in business hours of the merchant's office."""

    resolved: int
    """How many were measured."""
    mean: timedelta | None
    median: timedelta | None


_VIEW = """
    SELECT d.*, i.number, i.open_minor, a.name AS account_name, p.name AS owner, c.amount_minor AS credit_minor,
           c.state AS credit_state,
           (SELECT json_agg(json_build_object('document_id', f.id, 'kind', f.kind, 'name', f.name,
                       'content_type', f.content_type, 'size_bytes', f.size_bytes,
                       'sha256', encode(f.sha256, 'hex'), 'added_at', f.created_at,
                       'state', f.state) ORDER BY f.created_at, f.id)
            FROM document f WHERE f.dispute_id = d.id) AS documents,
           (SELECT json_agg(json_build_object('name', u.name, 'problem', u.problem) ORDER BY u.created_at, u.source)
            FROM dispute_upload u WHERE u.dispute_id = d.id) AS uploads,
           (SELECT json_build_object('text', q.text, 'by', q.made_by, 'to', k.email, 'contact', k.id,
                       'at', q.created_at, 'wait_until', q.wait_until, 'answered_at', q.answered_at)
            FROM dispute_question q JOIN contact k ON k.id = q.contact_id WHERE q.dispute_id = d.id
            ORDER BY q.created_at DESC LIMIT 1) AS asked
    FROM dispute d JOIN invoice i ON i.id = d.invoice_id JOIN account a ON a.id = d.account_id
    LEFT JOIN person p ON p.id = d.owner_id LEFT JOIN credit c ON c.id = d.credit_id
"""


async def dispute(core: Core, *, dispute_id: UUID) -> DisputeView:
    """Return one dispute.

    Raises:
        DisputeNotFound: There is none.
    """
    row = await core.database.row(f"{_VIEW} WHERE d.id = %s", (dispute_id,))
    if row is None:
        raise DisputeNotFound
    return _view(core, row)


async def of_invoice(core: Core, *, invoice_id: UUID) -> tuple[DisputeView, ...]:
    """Return the disputes of an invoice, newest first; tests are left out."""
    rows = await core.database.rows(
        f"{_VIEW} WHERE d.invoice_id = %s AND NOT d.is_test ORDER BY d.created_at DESC, d.id LIMIT %s",
        (invoice_id, SHOWN),
    )
    return tuple(_view(core, row) for row in rows)


async def waiting(core: Core, *, owners: Collection[UUID] | None = None, limit: int = SHOWN) -> tuple[DisputeView, ...]:
    """Return the open disputes (of these owners, where some are named), whichever is due first; tests are marked."""
    rows = await core.database.rows(
        f"{_VIEW} WHERE d.state = 'open' AND (%(owners)s::uuid[] IS NULL OR d.owner_id = ANY(%(owners)s))"
        " ORDER BY d.sla_due_at, d.id LIMIT %(limit)s",
        {"owners": None if owners is None else list(owners), "limit": min(limit, SHOWN)},
    )
    return tuple(_view(core, row) for row in rows)


async def counts(core: Core) -> DisputeCounts:
    """Return how many disputes are open, at risk and late, and what is disputed; at most what is open of an invoice."""
    rows = await core.database.rows(
        "SELECT CASE WHEN d.sla_due_at <= %(now)s THEN 'late' WHEN d.sla_risk_at <= %(now)s THEN 'at risk'"
        " ELSE 'open' END AS sla, d.currency, count(*) AS disputes,"
        " sum(least(d.amount_minor, i.open_minor))::bigint AS minor FROM dispute d"
        " JOIN invoice i ON i.id = d.invoice_id WHERE d.state = 'open' AND NOT d.is_test GROUP BY 1, 2",
        {"now": core.clock.now()},
    )
    by_sla = {sla: sum(row["disputes"] for row in rows if row["sla"] == sla) for sla in Sla}
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["minor"]
    return DisputeCounts(by_sla, tuple(Money(minor, currency) for currency, minor in sorted(sums.items())))


async def cycle_time(core: Core, *, since: datetime, until: datetime, scope: Scope = ALL) -> CycleTime:
    """Return how long the disputes took that were decided or withdrawn in [since, until).

    The time of one dispute is the office's business time from filing to end, on the merchant's calendar; a dispute
    that was filed and ended on one weekend took none. Mean and median are over disputes, whatever their amount. Tests
    are left out, and so is what is still open: a backlog does not show here but in the counts of late ones.
    """
    rows = await core.database.rows(
        "SELECT created_at, resolved_at FROM dispute WHERE resolved_at >= %(since)s AND resolved_at < %(until)s"
        f" AND NOT is_test{scope.of('account_id')} ORDER BY resolved_at DESC LIMIT %(most)s",
        {"since": since, "until": until, "most": MEASURED, **scope.values},
    )
    seconds = [_worked(core, row).total_seconds() for row in rows]
    if not seconds:
        return CycleTime(0, None, None)
    return CycleTime(len(seconds), timedelta(seconds=round(fmean(seconds))), timedelta(seconds=round(median(seconds))))


def _worked(core: Core, row: Row) -> timedelta:
    return calendars.worked(
        row["created_at"],
        row["resolved_at"],
        zone=core.merchant.zone,
        country=core.merchant.country,
        opens=core.limits.office_opens,
        closes=core.limits.office_closes,
    )


def _view(core: Core, row: Row) -> DisputeView:
    documents = tuple(_document(each) for each in _list(row["documents"]))
    reason = dispute_reasons.BY_CODE[row["reason_code"]]
    is_open, waits = row["state"] == "open", row["state"] == "open" and row["credit_state"] == "proposed"
    lacking = dispute_reasons.missing(reason, tuple(each.kind for each in documents)) if is_open else ()
    standing = dispute_deadlines.standing(core.clock.now(), risk_at=row["sla_risk_at"], due_at=row["sla_due_at"])
    return DisputeView(
        dispute_id=row["id"],
        reference=reference(row["id"]),
        invoice_id=row["invoice_id"],
        invoice_number=row["number"],
        account_id=row["account_id"],
        account_name=row["account_name"],
        amount=Money(row["amount_minor"], row["currency"]),
        balance=Money(row["open_minor"], row["currency"]),
        reason_code=reason.code,
        reason=reason.title,
        description=row["description"],
        state=row["state"],
        is_test=row["is_test"],
        sla=standing if is_open else None,
        sla_due_at=row["sla_due_at"],
        owner_id=row["owner_id"],
        owner=row["owner"],
        filed_by=row["filed_by"],
        source=row["source"],
        filed_at=row["created_at"],
        documents=documents,
        missing=tuple(dispute_reasons.document(kind) for kind in lacking),
        credit_id=row["credit_id"] if waits else None,
        credit=Money(row["credit_minor"], row["currency"]) if waits else None,
        intended=words.dispute_state(row["intended"]) if waits else "",
        resolution=sentences.said(row["resolution"]) if waits or not is_open else "",
        resolved_by=row["resolved_by"],
        resolved_at=row["resolved_at"],
        uploads=tuple(UploadLine(**each) for each in _list(row["uploads"])),
        asked=_asked(core, row["asked"], is_open=is_open),
    )


def _asked(core: Core, value: Any, *, is_open: bool) -> AskedView | None:
    fact = json.loads(value) if isinstance(value, str) else value
    if not fact:
        return None
    until = datetime.fromisoformat(fact["wait_until"])
    answered = datetime.fromisoformat(fact["answered_at"]) if fact["answered_at"] else None
    return AskedView(
        text=fact["text"],
        by=fact["by"],
        to=addresses.masked(fact["to"]),
        contact_id=UUID(fact["contact"]),
        at=datetime.fromisoformat(fact["at"]),
        wait_until=until,
        answered_at=answered,
        waits=is_open and answered is None and until > core.clock.now(),
    )


def _document(fact: dict[str, Any]) -> DocumentLine:
    return DocumentLine(
        document_id=UUID(fact["document_id"]),
        kind=fact["kind"],
        name=fact["name"],
        content_type=fact["content_type"],
        size_bytes=fact["size_bytes"],
        sha256=fact["sha256"],
        added_at=datetime.fromisoformat(fact["added_at"]),
        state=DocumentState(fact["state"]),
    )


def _list(value: Any) -> list[dict[str, Any]]:
    decoded = json.loads(value) if isinstance(value, str) else value
    return list(decoded or ())
