"""Parity lines: the invoices whose balances differ between the merchant's own books and ours."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.money import Money, digits
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Rows
from domain.ledger import words
from domain.ledger.csv_import.rejects import harmless

MOST_WRITTEN = 100_000
"""Lines of one CSV file; beyond that something else is wrong than single invoices."""

HEADERS = ("invoice", "what", "currency", "in the books", "here", "difference", "state here")

_DIFFERING = """
    WITH differing AS (
        SELECT t.number AS number_there, t.number_key AS key_there, t.currency AS currency_there,
               t.open_minor AS minor_there, o.number, o.currency, o.open_minor AS minor,
               count(*) OVER () AS count,
               (CASE WHEN t.currency = o.currency THEN abs(t.open_minor - o.open_minor)
                     ELSE greatest(t.open_minor, o.open_minor) END) * coalesce(w.weight, 0.01) AS size
        FROM (SELECT * FROM control_line WHERE file_id = %(file)s) t
        FULL JOIN (SELECT number, number_key, currency, open_minor FROM invoice WHERE state = 'open') o
               ON o.number_key = t.number_key
        LEFT JOIN unnest(%(currencies)s::text[], %(weights)s::numeric[]) AS w (currency, weight)
               ON w.currency = coalesce(o.currency, t.currency)
        WHERE t.currency IS DISTINCT FROM o.currency OR t.open_minor <> o.open_minor
        ORDER BY size DESC, coalesce(o.number, t.number) LIMIT %(limit)s)
    SELECT d.*, i.state AS state_here
    FROM differing d LEFT JOIN invoice i ON d.number IS NULL AND i.number_key = d.key_there
    ORDER BY d.size DESC, coalesce(d.number, d.number_there)
"""
"""Amounts of several currencies are weighed by the stated rates, and where there is none by their major units."""

_CURRENCIES = """
    SELECT currency FROM control_line WHERE file_id = %(file)s UNION SELECT currency FROM invoice WHERE state = 'open'
"""


@dataclass(frozen=True, slots=True)
class InvoiceDifference:
    """One invoice that is not open on both sides with the same balance."""

    number: str
    what: str
    """``missing here``, ``missing there``, ``other balance`` or ``other currency``."""
    theirs: Money | None
    ours: Money | None
    state_here: str = ""
    """Where it is missing here: settled, void or written off, or nothing when there is no such invoice."""

    @property
    def difference(self) -> Money | None:
        """What we have more; None where the two sides have different currencies."""
        if self.theirs is None or self.ours is None:
            return self.ours or (-self.theirs if self.theirs is not None else None)
        return self.ours - self.theirs if self.ours.currency == self.theirs.currency else None

    def told(self) -> str:
        """Return the difference in words."""
        if self.theirs is None:
            return say("{number}: {ours} open here, not in the books", number=self.number, ours=self.ours)
        if self.ours is None and self.state_here:
            return say(
                "{number}: {theirs} open in the books, {state} here",
                number=self.number,
                theirs=self.theirs,
                state=words.invoice_state(self.state_here),
            )
        if self.ours is None:
            return say("{number}: {theirs} open in the books, not known here", number=self.number, theirs=self.theirs)
        return say(
            "{number}: {ours} open here, {theirs} in the books",
            number=self.number,
            ours=self.ours,
            theirs=self.theirs,
        )


async def differing(core: Core, rows: Rows, *, file_id: UUID, limit: int) -> tuple[tuple[InvoiceDifference, ...], int]:
    """Return the invoices that differ, the largest difference first, and how many there are in all."""
    currencies = [row["currency"] for row in await rows.rows(_CURRENCIES, {"file": file_id})]
    found = await rows.rows(
        _DIFFERING,
        {
            "file": file_id,
            "currencies": currencies,
            "weights": [_weight(core, each) for each in currencies],
            "limit": max(limit, 1),
        },
    )
    count = int(found[0]["count"]) if found else 0
    return tuple(map(_read, found[:limit])), count


def _weight(core: Core, currency: str) -> Decimal:
    rate = Decimal(1) if currency == core.merchant.currency else core.limits.rates.get(currency, Decimal(1))
    return rate.scaleb(-digits(currency))


def _read(row: Row) -> InvoiceDifference:
    theirs = Money(int(row["minor_there"]), row["currency_there"]) if row["currency_there"] else None
    ours = Money(int(row["minor"]), row["currency"]) if row["currency"] else None
    if theirs is None or ours is None:
        what = "missing there" if theirs is None else "missing here"
    else:
        what = "other balance" if theirs.currency == ours.currency else "other currency"
    return InvoiceDifference(row["number"] or row["number_there"], what, theirs, ours, row["state_here"] or "")


def write(sink: BinaryIO, lines: Iterable[InvoiceDifference]) -> None:
    """Write differences as CSV that a spreadsheet opens without harm; amounts are plain decimals."""
    text = io.TextIOWrapper(sink, encoding="utf-8-sig", newline="", write_through=True)
    out = csv.writer(text)
    out.writerow(HEADERS)
    for each in lines:
        currency = "/".join(dict.fromkeys(it.currency for it in (each.theirs, each.ours) if it is not None))
        amounts = (str(it.decimal) if it is not None else "" for it in (each.theirs, each.ours, each.difference))
        out.writerow((harmless(each.number), each.what, currency, *amounts, each.state_here))
    text.detach()
