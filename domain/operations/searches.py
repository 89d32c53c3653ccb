"""Searches: find open invoices by what people remember of them; the choice is always the reader's."""

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.money import Money


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


async def by_customer(core: Core, *, name: str, limit: int = 10) -> Matches:
    """Return the open invoices of every customer whose name contains *name*; the choice is the reader's."""
    rows = await core.database.rows(
        "SELECT i.id, i.number, a.name AS account_name, i.currency, i.open_minor, i.due_on, count(*) OVER () AS total"
        " FROM account a JOIN invoice i ON i.account_id = a.id AND i.state = 'open'"
        " WHERE position(%s IN lower(a.name)) > 0 ORDER BY i.due_on, i.number LIMIT %s",
        (name.strip().lower(), limit),
    )
    today = local_date(core.clock, core.merchant.zone)
    lines = tuple(
        Match(
            invoice_id=row["id"],
            invoice_number=row["number"],
            account_name=row["account_name"],
            balance=Money(row["open_minor"], row["currency"]),
            days_past_due=days_past_due(row["due_on"], today),
        )
        for row in rows
    )
    return Matches(total=int(rows[0]["total"]) if rows else 0, lines=lines)
