"""Queries: what waits of the bank lines, one line with its ways, and the search among all of them."""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.cash_application import doubts
from domain.cash_application.line_views import PAGE, LineCard, LineView, PartView, WaitingLines, WayView
from domain.cash_application.refusals import LineNotFound, LineUnclear
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger import invoices

MOST_FOUND = 50
"""Lines that a search shows."""

SHORTEST = 4
"""Characters of an id that people have to type."""

MOST_WORDS = 6
"""Words of one search."""


_LINE = """
    SELECT l.id, l.booked_on, l.currency, l.amount_minor, l.payer_name, l.reference, l.state, l.confidence, l.reasons,
           l.bank_account, l.payer_hint, l.bank_reference, l.remittance_id, l.payment_id, l.decided_by, l.decided_at,
           l.doubt, l.like_id,
           coalesce(own.name, a.name, '') AS account_name, coalesce(m.alternatives, 0) AS alternatives,
           (SELECT count(*) FROM cash_match w WHERE w.bank_line_id = l.id) AS ways,
           CASE WHEN l.state IN ('new', 'proposed') THEN
               ARRAY(SELECT i.number
                     FROM jsonb_array_elements(coalesce(m.parts, '[]')) WITH ORDINALITY AS part (item, at)
                     JOIN invoice i ON i.id = (part.item ->> 0)::uuid ORDER BY part.at)
           ELSE
               ARRAY(SELECT DISTINCT i.number FROM allocation al JOIN invoice i ON i.id = al.invoice_id
                     WHERE al.payment_id = l.payment_id ORDER BY i.number)
           END AS invoices
    FROM bank_line l
    LEFT JOIN cash_match m ON m.bank_line_id = l.id AND m.place = 1
    LEFT JOIN account a ON a.id = m.account_id
    LEFT JOIN account own ON own.id = l.account_id
"""

_WAITING = f"""
    {_LINE} WHERE l.state IN ('new', 'proposed')
    ORDER BY l.confidence DESC NULLS LAST, abs(l.amount_minor) DESC, l.booked_on, l.id LIMIT %(most)s OFFSET %(skip)s
"""

_COUNTED = """
    SELECT currency, count(*) AS lines, count(*) FILTER (WHERE state = 'proposed') AS proposed,
           sum(amount_minor)::bigint AS minor
    FROM bank_line WHERE state IN ('new', 'proposed') GROUP BY currency ORDER BY currency
"""

_ONE = f"{_LINE} WHERE l.id = %(id)s"

_WAYS = """
    SELECT m.*, coalesce(a.name, '') AS account_name FROM cash_match m LEFT JOIN account a ON a.id = m.account_id
    WHERE m.bank_line_id = %(id)s ORDER BY m.place
"""

_PARTS = """
    SELECT i.id, i.number, i.open_minor, i.currency, i.state, a.name
    FROM invoice i JOIN account a ON a.id = i.account_id WHERE i.id = ANY(%(ids)s)
"""

_FOUND = f"""
    {_LINE} WHERE (SELECT bool_and(
        position(word IN lower(concat_ws(' ', l.payer_name, l.reference, l.bank_reference, own.name, l.payer_hint))) > 0
        OR (l.amount_minor = ANY(%(amounts)s) AND word = ANY(%(figures)s))
        OR l.payment_id IN (SELECT al.payment_id FROM allocation al JOIN invoice i ON i.id = al.invoice_id
                            WHERE i.number_key = word)
    ) FROM unnest(%(words)s::text[]) AS word)
    ORDER BY l.booked_on DESC, l.id LIMIT %(most)s
"""


async def waiting(core: Core, *, page: int = 1) -> WaitingLines:
    """Return a page of the lines that wait for a person."""
    counted = await core.database.rows(_COUNTED)
    rows = await core.database.rows(_WAITING, {"most": PAGE, "skip": (page - 1) * PAGE})
    return WaitingLines(
        lines=tuple(_line(row) for row in rows),
        total=sum(row["lines"] for row in counted),
        proposed=sum(row["proposed"] for row in counted),
        sums=tuple(Money(row["minor"], row["currency"]) for row in counted),
        page=page,
    )


async def card(core: Core, *, line_id: UUID) -> LineCard:
    """Return one line with every way that was proposed.

    Raises:
        LineNotFound: There is none.
    """
    row = await core.database.row(_ONE, {"id": line_id})
    if row is None:
        raise LineNotFound
    matches = await core.database.rows(_WAYS, {"id": line_id})
    ids = [UUID(part[0]) for each in matches for part in _listed(each["parts"])]
    parts = {each["id"]: each for each in await core.database.rows(_PARTS, {"ids": ids})}
    advice = await core.database.row("SELECT file_name FROM remittance WHERE id = %s", (row["remittance_id"],))
    return LineCard(
        line=_line(row),
        bank_account=row["bank_account"],
        payer_hint=row["payer_hint"],
        bank_reference=row["bank_reference"],
        remittance_id=row["remittance_id"],
        remittance_name=advice["file_name"] if advice else "",
        payment_id=row["payment_id"],
        decided_by=row["decided_by"] or "",
        decided_at=row["decided_at"],
        ways=tuple(_way(each, row, parts) for each in matches),
    )


async def find(core: Core, *, words: Sequence[str], limit: int = MOST_FOUND) -> tuple[LineView, ...]:
    """Return the newest lines that have all the words in payer, texts, customer, amount or the numbers they paid."""
    wanted = [invoices.number_key(word) for word in words[:MOST_WORDS] if word.strip()]
    if not wanted:
        return ()
    figures = {word: _minor(word) for word in wanted}
    values = {
        "words": wanted,
        "figures": [word for word, minor in figures.items() if minor],
        "amounts": [minor for each in figures.values() for minor in each],
        "most": min(limit, MOST_FOUND),
    }
    return tuple(_line(row) for row in await core.database.rows(_FOUND, values))


async def named(core: Core, *, text: str) -> UUID:
    """Return the line whose id begins with what was typed.

    Raises:
        LineNotFound: None does, or it is no id.
        LineUnclear: Several do.
    """
    digits = text.strip("`'\".,;:#<>").casefold().replace("-", "")
    if not re.fullmatch(r"[0-9a-f]+", digits) or not SHORTEST <= len(digits) <= 32:
        raise LineNotFound
    rows = await core.database.rows(
        "SELECT id FROM bank_line WHERE id BETWEEN %s AND %s LIMIT 2",
        (UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))),
    )
    if not rows:
        raise LineNotFound
    if len(rows) > 1:
        raise LineUnclear(text)
    found: UUID = rows[0]["id"]
    return found


def _line(row: Row) -> LineView:
    return LineView(
        line_id=row["id"],
        booked_on=row["booked_on"],
        amount=Money(row["amount_minor"], row["currency"]),
        payer_name=row["payer_name"],
        text=row["reference"] or row["bank_reference"],
        state=row["state"],
        confidence=row["confidence"],
        account_name=row["account_name"],
        invoices=tuple(row["invoices"]),
        alternatives=row["alternatives"],
        ways=row["ways"],
        reasons=tuple(sentences.unpacked(each) for each in _listed(row["reasons"])),
        doubt=doubts.said(row),
    )


def _way(row: Row, line: Row, parts: dict[UUID, Row]) -> WayView:
    currency = line["currency"]
    items = [(UUID(invoice), minor) for invoice, minor in _listed(row["parts"])]
    return WayView(
        place=row["place"],
        account_id=row["account_id"],
        account_name=row["account_name"],
        confidence=row["confidence"],
        reasons=tuple(sentences.unpacked(each) for each in _listed(row["reasons"])),
        parts=tuple(
            PartView(
                invoice_id=each,
                invoice_number=parts[each]["number"],
                amount=Money(minor, currency),
                balance=Money(parts[each]["open_minor"], parts[each]["currency"]),
                state=parts[each]["state"],
                account_name=parts[each]["name"],
            )
            for each, minor in items
            if each in parts
        ),
        unapplied=Money(line["amount_minor"] - sum(minor for _, minor in items), currency),
        alternatives=row["alternatives"],
        payment_id=row["payment_id"],
    )


def _minor(word: str) -> list[int]:
    """Return the minor units that a typed amount may be, in currencies of no, two and three decimals."""
    if not re.fullmatch(r"-?\d{1,12}([.,]\d{1,3})?", word):
        return []
    whole, _, decimals = word.replace(",", ".").partition(".")
    return [int(whole + decimals.ljust(count, "0")) for count in (0, 2, 3) if len(decimals) <= count]


def _listed(value: Any) -> list[Any]:
    found: list[Any] = json.loads(value) if isinstance(value, str) else value or []
    return found
