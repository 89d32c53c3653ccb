"""The books of a simulation: invoices with their payments, streamed in the order in which they were issued."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from domain.deliverability import covering
from domain.kernel import calendars
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach.steps import Step
from domain.policies import segments
from domain.policies.segments import Segment

PAGE = 2_000
"""Invoices that are read at a time."""

TERM = 30
"""Days to pay of an invoice whose date of issue is not known."""

_KNOWN = f"coalesce(i.issued_on, i.due_on - {TERM})"

_SPAN = f"""
    SELECT min({_KNOWN}) AS first, max(coalesce(i.settled_on, i.due_on)) AS last,
           bool_or(i.state = 'open') AS still_open
    FROM invoice i WHERE i.state IN ('open', 'settled')
"""

_INVOICES = f"""
    SELECT i.id, i.number, i.account_id, i.currency, i.total_minor, i.open_minor, i.due_on, i.settled_on,
           greatest({_KNOWN}, %(since)s::date) AS known_on, a.country, a.timezone,
           (SELECT json_agg(json_build_array(p.received_on, al.amount_minor)) FROM allocation al
            JOIN payment p ON p.id = al.payment_id WHERE al.invoice_id = i.id) AS money,
           (SELECT json_agg(json_build_array(stop.since, stop.until, stop.minor)) FROM (
                SELECT d.created_at::date AS since, d.resolved_at::date AS until, d.amount_minor AS minor
                FROM dispute d WHERE d.invoice_id = i.id AND NOT d.is_test
                UNION ALL
                SELECT m.created_at::date, least(m.judged_at::date, m.promised_on + m.grace_days + 1), m.amount_minor
                FROM promise m WHERE m.invoice_id = i.id) stop) AS stops
    FROM invoice i JOIN account a ON a.id = i.account_id
    WHERE i.state IN ('open', 'settled') AND a.state = 'active'
      AND {_KNOWN} <= %(until)s AND (i.settled_on IS NULL OR i.settled_on >= %(since)s)
    ORDER BY known_on, i.number_key
"""

_CONTACTS = f"""
    SELECT c.id, c.account_id, c.email_key, c.role,
           (SELECT min(s.created_at) FROM suppression s WHERE {covering.of("s", "c.email_key")})
               AS suppressed_at
    FROM contact c WHERE c.account_id = ANY(%s) AND c.state = 'active' ORDER BY c.created_at, c.id
"""


ANY_ROLE = ""
"""Role of the contact that a customer without contacts is thought to have."""


@dataclass(slots=True, eq=False)
class Recipient:
    """A contact, or the one that a customer without contacts is thought to have."""

    key: str
    role: str
    suppressed_at: datetime | None = None
    asked_at: datetime | None = None
    letter: Any = None
    """What waits to be mailed to them, if anything does."""


@dataclass(slots=True, eq=False)
class Customer:
    """An account with its contacts."""

    zone: ZoneInfo
    country: str | None
    recipients: list[Recipient] = field(default_factory=list)
    unreachable: bool = False


@dataclass(slots=True, eq=False)
class Case:
    """One invoice on its way through the replay."""

    id: UUID
    number: str
    customer: Customer
    currency: str
    due_on: date
    known_on: date
    open_minor: int
    """As the ledger knows it; what was paid and is not known yet is in ``really_minor``."""
    really_minor: int
    money: list[tuple[date, int]]
    stops: list[tuple[date, date | None, int]]
    """Disputes and promises: from, until, how much."""
    segment: str | None = None
    steps: tuple[Step, ...] = ()
    last_position: int = 0
    last_severity: int = -1
    pending: int = 0
    """Mails that wait and name it."""
    step_before: int = 0
    enrolled: bool = False
    ended: bool = False
    left_at: datetime | None = None
    """When the last mail about it left."""
    mailed: list[date] = field(default_factory=list)

    def ask(self, today: date) -> int:
        """Return what may be asked for on that day, in minor units."""
        paused = sum(minor for since, until, minor in self.stops if since <= today and (until is None or today < until))
        return max(0, self.open_minor - paused)

    def resumes(self, today: date) -> date | None:
        """Return when the first of what pauses it ends, if that is known."""
        return min((until for _, until, _ in self.stops if until and until > today), default=None)


async def span(core: Core) -> tuple[date, date, bool] | None:
    """Return the first day and the last day of which the ledger tells, and whether anything is open; None: empty."""
    row = await core.database.row(_SPAN)
    return (row["first"], row["last"], row["still_open"]) if row and row["first"] else None


async def stream(core: Core, tx: Transaction, *, since: date, until: date) -> AsyncIterator[list[Case]]:
    """Yield the invoices page by page, in the order in which they became known."""
    customers: dict[UUID, Customer] = {}
    async with tx.connection.cursor(name="simulation", row_factory=dict_row) as cursor:
        await cursor.execute(_INVOICES, {"since": since, "until": until})
        while rows := await cursor.fetchmany(PAGE):
            await _meet(core, tx, rows, customers)
            yield [_case(row, customers[row["account_id"]]) for row in rows]


async def _meet(core: Core, tx: Transaction, rows: Sequence[Mapping[str, Any]], known: dict[UUID, Customer]) -> None:
    fresh = {row["account_id"]: row for row in rows if row["account_id"] not in known}
    for id_, row in fresh.items():
        country = row["country"] or core.merchant.country
        known[id_] = Customer(calendars.zone_of(row["timezone"], country, core.merchant.zone), country)
    for row in await tx.rows(_CONTACTS, (list(fresh),)) if fresh else ():
        known[row["account_id"]].recipients.append(
            Recipient(row["email_key"], row["role"], suppressed_at=row["suppressed_at"])
        )


def _case(row: Mapping[str, Any], customer: Customer) -> Case:
    money = sorted((date.fromisoformat(day), int(minor)) for day, minor in _decoded(row["money"]))
    opening = row["open_minor"] + sum(minor for _, minor in money)
    if row["settled_on"] is not None and opening <= 0:
        opening, money = row["total_minor"], [(row["settled_on"], row["total_minor"])]
    stops = [
        (date.fromisoformat(a), date.fromisoformat(b) if b else None, int(m)) for a, b, m in _decoded(row["stops"])
    ]
    return Case(
        id=row["id"],
        number=row["number"],
        customer=customer,
        currency=row["currency"],
        due_on=row["due_on"],
        known_on=row["known_on"],
        open_minor=opening,
        really_minor=opening,
        money=money,
        stops=stops,
    )


def _decoded(value: Any) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) else value
    return found or []


async def chosen(
    tx: Transaction, asked: Sequence[Segment], cases: Sequence[Case], *, today: date
) -> dict[UUID, str | None]:
    """Return which segment takes each invoice, as its balance and age are on that day of the replay."""
    expression, parameters = segments.choice(asked)
    rows = await tx.rows(
        f"SELECT i.id, {expression} AS segment FROM ("
        " SELECT v.id, v.number, v.account_id, v.currency, v.total_minor, v.due_on, v.issued_on, each.open_minor,"
        " 'open'::text AS state FROM unnest(%(ids)s::uuid[], %(open)s::bigint[]) AS each (id, open_minor)"
        " JOIN invoice v ON v.id = each.id) i JOIN account a ON a.id = i.account_id",
        {
            **parameters,
            "today": today,
            "ids": [each.id for each in cases],
            "open": [each.open_minor for each in cases],
        },
    )
    return {row["id"]: row["segment"] for row in rows}


DAY = timedelta(days=1)
