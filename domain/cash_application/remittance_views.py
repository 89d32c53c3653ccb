"""Remittance advices as people see them: what waits for its payment, and one with its lines."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.cash_application.refusals import RemittanceNotFound
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Row

MOST_LISTED = 30

MOST_LINES = 200
"""Lines of one advice that are shown."""

_ADVICE = """
    SELECT r.id AS remittance_id, r.file_name, r.source, r.payer_name, r.currency, r.total_minor, r.paid_on, r.state,
           r.note, r.created_at, coalesce(a.name, '') AS account_name, b.id AS line_id,
           (SELECT count(*) FROM remittance_line l WHERE l.remittance_id = r.id) AS lines
    FROM remittance r LEFT JOIN account a ON a.id = r.account_id
    LEFT JOIN LATERAL (SELECT id FROM bank_line WHERE remittance_id = r.id ORDER BY created_at, id LIMIT 1) b ON true
"""

_WAITING = f"{_ADVICE} WHERE r.state <> 'used' ORDER BY r.created_at DESC, r.id LIMIT %s"

_ONE = f"{_ADVICE} WHERE r.id = %s"

_LINES = """
    SELECT l.number, l.amount_minor, l.deducted_minor, l.reason, i.open_minor, i.currency AS invoice_currency
    FROM remittance_line l LEFT JOIN invoice i ON i.number_key = l.number_key
    WHERE l.remittance_id = %s ORDER BY l.position LIMIT %s
"""

_FILE = "SELECT file_name, content_type, body FROM remittance WHERE id = %s"

_NAMED = "SELECT id FROM remittance WHERE id::text LIKE %s ORDER BY id LIMIT 2"

SHORTEST = 4
"""Characters of an id that are enough to look for it."""


@dataclass(frozen=True, slots=True)
class RemittanceView:
    """An advice in a list."""

    remittance_id: UUID
    file_name: str
    by_mail: bool
    account_name: str
    payer_name: str
    total: Money | None
    paid_on: date | None
    state: str
    note: str
    lines: int
    line_id: UUID | None
    """The bank line that it belongs to."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """One line of an advice."""

    number: str
    amount: Money | None
    deducted: Money | None
    reason: str
    open: Money | None
    """What is open on the invoice; None where we have none of that number."""


@dataclass(frozen=True, slots=True)
class RemittanceCard:
    """An advice with its lines."""

    advice: RemittanceView
    invoices: tuple[ListedInvoice, ...]


@dataclass(frozen=True, slots=True)
class RemittanceFile:
    """An advice as it came."""

    file_name: str
    content_type: str
    body: bytes


async def waiting(core: Core, *, limit: int = MOST_LISTED) -> tuple[RemittanceView, ...]:
    """Return the newest advices whose payment is not posted yet."""
    return tuple(_view(row) for row in await core.database.rows(_WAITING, (min(limit, MOST_LISTED),)))


async def card(core: Core, *, remittance_id: UUID) -> RemittanceCard:
    """Return one advice with its lines.

    Raises:
        RemittanceNotFound: There is none.
    """
    row = await core.database.row(_ONE, (remittance_id,))
    if row is None:
        raise RemittanceNotFound(str(remittance_id))
    lines = await core.database.rows(_LINES, (remittance_id, MOST_LINES))
    return RemittanceCard(_view(row), tuple(_listed(each, row["currency"]) for each in lines))


async def file(core: Core, *, remittance_id: UUID) -> RemittanceFile:
    """Return an advice as it came.

    Raises:
        RemittanceNotFound: There is none.
    """
    row = await core.database.row(_FILE, (remittance_id,))
    if row is None:
        raise RemittanceNotFound(str(remittance_id))
    return RemittanceFile(row["file_name"], row["content_type"], bytes(row["body"]))


async def named(core: Core, *, text: str) -> UUID:
    """Return the advice whose id begins with what was typed.

    Raises:
        RemittanceNotFound: None does, or several do.
    """
    typed = text.strip().casefold()
    if len(typed) < SHORTEST or any(each not in "0123456789abcdef-" for each in typed):
        raise RemittanceNotFound(text)
    found = await core.database.rows(_NAMED, (f"{typed}%",))
    if len(found) != 1:
        raise RemittanceNotFound(text, several=bool(found))
    remittance_id: UUID = found[0]["id"]
    return remittance_id


def _view(row: Row) -> RemittanceView:
    return RemittanceView(
        remittance_id=row["remittance_id"],
        file_name=row["file_name"],
        by_mail=row["source"] == "mail",
        account_name=row["account_name"],
        payer_name=row["payer_name"],
        total=_money(row["total_minor"], row["currency"]),
        paid_on=row["paid_on"],
        state=row["state"],
        note=sentences.said(row["note"]),
        lines=row["lines"],
        line_id=row["line_id"],
        created_at=row["created_at"],
    )


def _listed(row: Row, currency: str | None) -> ListedInvoice:
    return ListedInvoice(
        number=row["number"],
        amount=_money(row["amount_minor"], currency),
        deducted=_money(row["deducted_minor"], currency),
        reason=row["reason"],
        open=_money(row["open_minor"], row["invoice_currency"]),
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return Money(minor, currency) if minor is not None and currency is not None else None
