"""Searches: find open invoices by what people remember of them; the choice is always the reader's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.casework.facts import parameters
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger import invoices
from domain.ledger.sums import Totals


@dataclass(frozen=True, slots=True)
class Match:
    """One open invoice that a search found."""

    invoice_id: UUID
    invoice_number: str
    account_name: str
    balance: Money
    days_past_due: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The longest overdue of the open invoices that a search found, and how many there are in all."""

    total: int
    lines: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer that a search found."""

    account_id: UUID
    number: str | None
    name: str
    exposure: str
    """What is open, by currency; ``nothing`` when nothing is."""


MATCH = """
    SELECT i.id, i.number, i.number_key, a.name AS account_name, i.currency, i.open_minor, i.due_on
    FROM invoice i JOIN account a ON a.id = i.account_id
"""
"""What a match is made of."""

MOST_OFFERED = 20

CANDIDATES = 200
"""So many customers or invoices that fit are ranked; whoever wants another one types more of it."""

_CUSTOMERS = """
    SELECT c.id, c.number, c.name, coalesce(owes.sums, '[]') AS sums FROM (
        SELECT a.id, a.number, a.name, coalesce(lower(a.number) = %(typed)s, false) AS is_number,
               starts_with(lower(a.name), %(typed)s) AS begins FROM account a
        WHERE a.merged_into_id IS NULL
          AND (position(%(typed)s IN lower(a.name)) > 0 OR starts_with(lower(a.number), %(typed)s))
        ORDER BY is_number DESC, begins DESC, a.name LIMIT %(candidates)s) c
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(o.minor, o.currency)) AS sums, sum(o.major) AS major FROM (
            SELECT i.currency, sum(i.open_minor) AS minor,
                   sum(i.open_minor) * coalesce((%(rates)s::jsonb ->> i.currency)::numeric, 0.01) AS major
            FROM invoice i WHERE i.account_id = c.id AND i.state = 'open' GROUP BY i.currency) o) owes ON true
    ORDER BY c.is_number DESC, owes.major DESC NULLS LAST, c.begins DESC, c.name, c.id LIMIT %(limit)s
"""

_INVOICES = """
    SELECT f.id, f.number, f.account_name, f.currency, f.open_minor, f.due_on FROM (
        (SELECT i.id, i.number, a.name AS account_name, i.currency, i.open_minor, i.due_on,
                i.number_key = %(key)s AS it, true AS numbered
         FROM invoice i JOIN account a ON a.id = i.account_id
         WHERE i.state = 'open' AND i.number_key LIKE %(like)s ORDER BY i.number_key = %(key)s DESC LIMIT %(limit)s)
        UNION ALL
        (SELECT i.id, i.number, a.name, i.currency, i.open_minor, i.due_on, false, false
         FROM (SELECT id, name FROM account WHERE merged_into_id IS NULL AND position(%(typed)s IN lower(name)) > 0
               ORDER BY starts_with(lower(name), %(typed)s) DESC, name LIMIT %(candidates)s) a
         JOIN invoice i ON i.account_id = a.id AND i.state = 'open' AND i.number_key NOT LIKE %(like)s
         ORDER BY i.due_on LIMIT %(limit)s)
    ) f ORDER BY f.it DESC, f.numbered DESC, f.due_on, f.number LIMIT %(limit)s
"""


async def customers(core: Core, *, typed: str, limit: int = MOST_OFFERED) -> tuple[Customer, ...]:
    """Return the customers whose name holds what was typed, or whose number begins so; who owes most comes first."""
    values = {"typed": _typed(typed), "candidates": CANDIDATES, "limit": min(limit, MOST_OFFERED)}
    rows = await core.database.rows(_CUSTOMERS, parameters(core, **values))
    return tuple(
        Customer(
            row["id"],
            row["number"],
            row["name"],
            str(Totals.of(Money(int(minor), currency) for minor, currency in row["sums"])),
        )
        for row in rows
    )


async def open_invoices(core: Core, *, typed: str, limit: int = MOST_OFFERED) -> tuple[Match, ...]:
    """Return the open invoices whose number holds what was typed so far, then those of customers whose name does."""
    key = invoices.number_key(typed)
    values = {"typed": _typed(typed), "key": key, "like": f"%{_as_it_is(key)}%"}
    rows = await core.database.rows(_INVOICES, {**values, "candidates": CANDIDATES, "limit": min(limit, MOST_OFFERED)})
    return matches(core, rows)


async def by_customer(core: Core, *, name: str, limit: int = 10) -> Matches:
    """Return the open invoices of every customer whose name contains *name*; the choice is the reader's."""
    rows = await core.database.rows(
        "SELECT i.id, i.number, a.name AS account_name, i.currency, i.open_minor, i.due_on, count(*) OVER () AS total"
        " FROM account a JOIN invoice i ON i.account_id = a.id AND i.state = 'open'"
        " WHERE position(%s IN lower(a.name)) > 0 ORDER BY i.due_on, i.number LIMIT %s",
        (name.strip().lower(), limit),
    )
    return Matches(total=int(rows[0]["total"]) if rows else 0, lines=matches(core, rows))


def matches(core: Core, rows: Sequence[Row]) -> tuple[Match, ...]:
    """Return rows of ``MATCH`` as matches."""
    today = local_date(core.clock, core.merchant.zone)
    return tuple(
        Match(
            invoice_id=row["id"],
            invoice_number=row["number"],
            account_name=row["account_name"],
            balance=Money(row["open_minor"], row["currency"]),
            days_past_due=days_past_due(row["due_on"], today),
        )
        for row in rows
    )


def _typed(words: str) -> str:
    return " ".join(words.split()).lower()


def _as_it_is(words: str) -> str:
    """Return the words so that a pattern takes each sign as it is."""
    return re.sub(r"([\\%_])", r"\\\1", words)
