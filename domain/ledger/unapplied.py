"""Unapplied cash: found by customer, amount, reference or age; and what a balance is made of, entry by entry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.kernel import sentences
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money, digits
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound
from domain.ledger.sums import Totals

MOST_LISTED = 100

_AGE = re.compile(r">?\s*(\d{1,4})\s*d(?:ays?)?", re.IGNORECASE)
_AMOUNT = re.compile(r"\d{1,13}(?:\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class LooseCash:
    """What is left of one payment."""

    payment_id: UUID
    account_id: UUID
    account_name: str
    account_number: str | None
    unapplied: Money
    received: Money
    received_on: date
    method: str
    source: str
    reference: str
    """What the payment is called at its source."""
    note: str
    since: datetime
    days: int
    """For how long it has lain there."""


@dataclass(frozen=True, slots=True)
class LoosePage:
    """The oldest unapplied cash, and what all that was found comes to."""

    lines: tuple[LooseCash, ...]
    found: int
    totals: Totals


_FOUND = """
    SELECT u.payment_id, u.account_id, a.name, a.number, u.currency, u.amount_minor, p.amount_minor AS received_minor,
           p.received_on, p.method, p.source, p.object_id, u.note, u.since
    FROM unapplied_cash u JOIN payment p ON p.id = u.payment_id JOIN account a ON a.id = u.account_id
    WHERE (%(account)s::uuid IS NULL OR u.account_id = %(account)s)
      AND (%(before)s::timestamptz IS NULL OR u.since <= %(before)s)
      AND (%(text)s::text IS NULL OR a.number = %(text)s OR position(%(key)s IN lower(a.name)) > 0
           OR position(%(key)s IN lower(p.object_id)) > 0 OR position(%(key)s IN lower(u.note)) > 0
           OR (u.currency, u.amount_minor) IN (
               SELECT * FROM unnest(%(currencies)s::text[], %(minors)s::bigint[]))
           OR (u.currency, p.amount_minor) IN (
               SELECT * FROM unnest(%(currencies)s::text[], %(minors)s::bigint[])))
"""


async def unapplied(
    core: Core, *, actor: Actor, text: str | None = None, account_id: UUID | None = None, limit: int = 20
) -> LoosePage:
    """Return unapplied cash, the oldest first.

    Args:
        core: The core.
        actor: Who looks.
        text: A part of the customer's name, its number, an amount (``125.00``), a part of the reference or of the
            note, or an age (``>30d``: what has lain there for so many days).
        account_id: Only this customer's.
        limit: Lines at most.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    values = {"account": account_id, **await _wanted(core, (text or "").strip())}
    rows = await core.database.rows(
        f"{_FOUND} ORDER BY u.since, u.payment_id LIMIT %(limit)s",
        {**values, "limit": max(1, min(limit, MOST_LISTED))},
    )
    sums = await core.database.rows(
        f"SELECT currency, sum(amount_minor)::bigint AS minor, count(*) AS found FROM ({_FOUND}) u GROUP BY currency",
        values,
    )
    return LoosePage(
        lines=tuple(_line(core, row) for row in rows),
        found=sum(int(row["found"]) for row in sums),
        totals=Totals.of(Money(row["minor"], row["currency"]) for row in sums),
    )


async def _wanted(core: Core, text: str) -> dict[str, Any]:
    """Return what a search text asks for, as the statement's parameters."""
    values: dict[str, Any] = {"before": None, "text": None, "key": None, "currencies": [], "minors": []}
    if age := _AGE.fullmatch(text):
        return {**values, "before": core.clock.now() - timedelta(days=int(age[1]))}
    if not text:
        return values
    plain = text.replace(",", "") if re.fullmatch(r"[\d,]+\.\d+", text) else text
    if _AMOUNT.fullmatch(plain):
        rows = await core.database.rows("SELECT DISTINCT currency FROM unapplied_cash")
        minors = {row["currency"]: Decimal(plain).scaleb(digits(row["currency"])) for row in rows}
        exact = {currency: int(minor) for currency, minor in minors.items() if minor == minor.to_integral_value()}
        values |= {"currencies": list(exact), "minors": list(exact.values())}
    return {**values, "text": text, "key": " ".join(text.casefold().split())}


def _line(core: Core, row: Mapping[str, Any]) -> LooseCash:
    currency = row["currency"]
    return LooseCash(
        payment_id=row["payment_id"],
        account_id=row["account_id"],
        account_name=row["name"],
        account_number=row["number"],
        unapplied=Money(row["amount_minor"], currency),
        received=Money(row["received_minor"], currency),
        received_on=row["received_on"],
        method=row["method"],
        source=row["source"],
        reference=row["object_id"],
        note=sentences.said(row["note"]),
        since=row["since"],
        days=(local_date(core.clock, core.merchant.zone) - row["since"].astimezone(core.merchant.zone).date()).days,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that a balance is made of."""

    id: UUID
    what: str
    """``payment``, ``refund``, ``credit note``, ``credit``, ``write-off`` and so on, as people call it."""
    amount: Money
    """What it takes off the balance; negative when it puts something back on."""
    at: datetime
    note: str
    undone_by: str
    """The command that takes it back, ``unplace`` or ``writeoff reverse``; empty: none does."""


@dataclass(frozen=True, slots=True)
class Entries:
    """An invoice's balance and all that it is made of."""

    invoice_number: str
    state: str
    total: Money
    balance: Money
    lines: tuple[Entry, ...]
    """The newest ones, oldest first."""


_ENTRIES = """
    SELECT * FROM (
        SELECT al.id, CASE WHEN al.takes_back_id IS NOT NULL THEN 'taken back'
                           ELSE coalesce(p.kind || ' by ' || p.method, 'credit note ' || n.number) END AS what,
               al.amount_minor, al.created_at AS at, al.note,
               CASE WHEN al.takes_back_id IS NULL AND al.amount_minor > 0 AND coalesce(p.source, '') <> 'import'
                    AND NOT EXISTS (SELECT FROM allocation b WHERE b.takes_back_id = al.id)
                    THEN 'unplace' ELSE '' END AS undone_by
        FROM allocation al LEFT JOIN payment p ON p.id = al.payment_id
        LEFT JOIN credit_note n ON n.id = al.credit_note_id
        WHERE al.invoice_id = %(invoice)s
        UNION ALL SELECT c.id, CASE WHEN c.cause = 'unknown' THEN 'lowered by a ledger file'
                             ELSE 'credit' END,
               c.amount_minor, c.decided_at, c.reason, '' FROM credit c
        WHERE c.invoice_id = %(invoice)s AND c.state = 'approved'
        UNION ALL SELECT w.id, CASE w.kind WHEN 'variance' THEN 'difference let go' ELSE w.kind END
                  || CASE w.state WHEN 'reversed' THEN ' (reversed)' ELSE '' END,
               CASE w.state WHEN 'reversed' THEN 0 ELSE w.amount_minor END, w.decided_at, w.reason,
               CASE WHEN w.state = 'approved' AND w.kind <> 'void' THEN 'writeoff reverse' ELSE '' END
        FROM write_off w WHERE w.invoice_id = %(invoice)s AND w.state IN ('approved', 'reversed')
    ) lines ORDER BY at DESC, id LIMIT %(limit)s
"""


async def entries(core: Core, *, invoice_number: str, actor: Actor, limit: int = 50) -> Entries:
    """Return what the balance of an invoice is made of.

    Raises:
        NotAllowed: The actor may not look.
        InvoiceNotFound: No invoice has that number.
    """
    actor.require(Permission.VIEW)
    invoice = await core.database.row(
        "SELECT id, number, state, currency, total_minor, open_minor FROM invoice WHERE number_key = %s",
        (invoices.number_key(invoice_number),),
    )
    if invoice is None:
        raise InvoiceNotFound(invoice_number)
    currency = invoice["currency"]
    rows = await core.database.rows(_ENTRIES, {"invoice": invoice["id"], "limit": max(1, min(limit, MOST_LISTED))})
    return Entries(
        invoice_number=invoice["number"],
        state=invoice["state"],
        total=Money(invoice["total_minor"], currency),
        balance=Money(invoice["open_minor"], currency),
        lines=tuple(
            Entry(
                id=row["id"],
                what=row["what"],
                amount=Money(row["amount_minor"], currency),
                at=row["at"],
                note=sentences.said(row["note"]),
                undone_by=row["undone_by"],
            )
            for row in reversed(rows)
        ),
    )
