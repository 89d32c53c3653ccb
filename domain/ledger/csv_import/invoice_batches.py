"""Batches of invoice rows, read column by column: the same as row by row, several times as fast.

Whatever is unusual in a batch (a fault, a draft, a number with spaces, an amount with a sign) is left to
``invoice_rows``, so only the plain case is said twice.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat

from domain.kernel.money import digits
from domain.ledger.csv_import.amount_texts import AmountFault, minor_units
from domain.ledger.csv_import.balances import SAYS_MONEY, Billed, Status, balance_left, left_open, status_of
from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.document_types import Document, document_of
from domain.ledger.csv_import.faults import Fault, Faults, LeftOut
from domain.ledger.csv_import.invoice_rows import InvoiceRows
from domain.ledger.csv_import.records import Batch
from domain.ledger.csv_import.requests import DecimalMark

SMALLEST = 50
"""Rows of a batch with something unusual that are not worth to be divided further."""

PARTS = 8
"""Into so many a batch with something unusual is divided, so that few rows go the slow way."""

_NUMBERS = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._/#-]{0,99}\n)*+")
_SUSPICIOUS = re.compile(r"^\d++[.eE]", re.MULTILINE)
"""Numbers that a spreadsheet may have made a decimal of."""

_CENTS = {
    DecimalMark.POINT: (".", re.compile(r"(?:\d{1,13}\.\d\d\n)*+")),
    DecimalMark.COMMA: (",", re.compile(r"(?:\d{1,13},\d\d\n)*+")),
}


class Unusual(Exception):
    """Say that a batch holds something that must be looked at row by row."""


def divided(batch: Batch, read: Callable[[Batch], str]) -> Iterator[str | Batch]:
    """Yield what *read* makes of the batch or of its parts, and those parts in which something is unusual."""
    try:
        yield read(batch)
    except Unusual:
        if len(batch.rows) <= SMALLEST:
            yield batch
            return
        size = -(-len(batch.rows) // PARTS)
        for start in range(0, len(batch.rows), size):
            yield from divided(Batch(batch.lines[start : start + size], batch.rows[start : start + size], []), read)


class InvoiceBatches:
    """Reads whole batches of one file."""

    def __init__(self, rows: InvoiceRows) -> None:
        self._rows = rows

    def read(self, batch: Batch) -> str:
        """Return the rows as CSV for the staging table.

        Raises:
            Unusual: At least one row must be looked at by itself.
        """
        columns = list(zip(*batch.rows, strict=True))
        try:
            return self._staged(batch, columns)
        except (Fault, Faults, AmountFault):
            raise Unusual from None

    def _staged(self, batch: Batch, columns: list[tuple[str, ...]]) -> str:
        numbers = self._column(columns, Field.INVOICE_NUMBER)
        keys = _keys(numbers)
        self._require_invoices(columns)
        statuses = self._statuses(columns)
        issued, due, paid = (self._dates(columns, field) for field in (Field.ISSUED, Field.DUE, Field.SETTLED))
        as_of = self._rows.as_of
        if "" in due or any(map(operator.lt, due, issued)) or (as_of is not None and max(issued) > as_of):
            raise Unusual
        currencies = self._currencies(batch, columns)
        totals = self._amounts(columns, Field.TOTAL, currencies)
        came = self._amounts(columns, Field.PAID, currencies)
        balances = self._balances(columns, totals, came, currencies)
        customers = map(str, self._rows.customers.seqs(batch.lines, batch.rows))
        left = self._lefts(totals, balances, statuses, paid)
        settled = self._settled(left, totals, paid)
        total_texts = ["" if total is None else str(total) for total in totals]
        rows = zip(map(str, batch.lines), numbers, keys, customers, currencies, total_texts, map(str, left), issued,
                   due, settled, repeat("f", len(keys)), _told(statuses, settled, came), strict=True)  # fmt: skip
        return "\n".join(map(",".join, rows)) + "\n"

    def _column(self, columns: list[tuple[str, ...]], field: Field) -> tuple[str, ...]:
        place = self._rows.places.get(field)
        return columns[place] if place is not None else ("",) * len(columns[0])

    def _require_invoices(self, columns: list[tuple[str, ...]]) -> None:
        """Leave credit notes and money on account to be looked at one by one."""
        texts = {text.strip() for text in set(self._column(columns, Field.DOCUMENT))} - {""}
        try:
            if any(document_of(text) is not Document.INVOICE for text in texts):
                raise Unusual
        except LeftOut:
            raise Unusual from None

    def _statuses(self, columns: list[tuple[str, ...]]) -> Sequence[Status | None]:
        texts = self._column(columns, Field.STATUS)
        means = {text: status_of(text.strip()) if text.strip() else None for text in set(texts)}
        if not {Status.WITHDRAWN, Status.DRAFT}.isdisjoint(means.values()):
            raise Unusual
        return [means[text] for text in texts]

    def _dates(self, columns: list[tuple[str, ...]], field: Field) -> list[str]:
        found = list(map(self._rows.iso, self._column(columns, field)))
        if None in found:
            raise Unusual
        return [each or "" for each in found]

    def _currencies(self, batch: Batch, columns: list[tuple[str, ...]]) -> list[str]:
        texts = self._column(columns, Field.CURRENCY)
        examples = dict(zip(texts, batch.rows, strict=True))
        means = {text: self._rows.currency(row) for text, row in examples.items()}
        return [means[text] for text in texts]

    def _amounts(self, columns: list[tuple[str, ...]], field: Field, currencies: list[str]) -> Sequence[int | None]:
        if field not in self._rows.places:
            return [None] * len(currencies)
        texts, mark = self._column(columns, field), self._rows.mark
        found: Sequence[int | None]
        plain = mark is not None and all(digits(currency) == 2 for currency in set(currencies))
        if mark is not None and plain and (cents := _cents(texts, mark)) is not None:
            found, least = cents, min(cents)
        else:
            found = [
                minor_units(text.strip(), currency, mark) if text.strip() else None
                for text, currency in zip(texts, currencies, strict=True)
            ]
            least = min((each for each in found if each is not None), default=1)
        if least < 0 or (least == 0 and field is Field.TOTAL):
            raise Unusual
        return found

    def _balances(
        self,
        columns: list[tuple[str, ...]],
        totals: Sequence[int | None],
        came: Sequence[int | None],
        currencies: list[str],
    ) -> Sequence[int | None]:
        balances = self._amounts(columns, Field.BALANCE, currencies)
        if Field.PAID not in self._rows.places:
            return balances
        found = [balance_left(*each) for each in zip(totals, balances, came, strict=True)]
        if any(each is not None and each < 0 for each in found):
            raise Unusual
        return found

    def _settled(self, left: Sequence[int], totals: Sequence[int | None], paid: Sequence[str]) -> Sequence[str]:
        """Return the day of the last payment of each row of which something is paid."""
        if not any(paid):
            return paid
        last = self._rows.as_of or "9"
        return [
            day if day <= last and (total is None or open_minor < total) else ""
            for open_minor, total, day in zip(left, totals, paid, strict=True)
        ]

    def _lefts(
        self,
        totals: Sequence[int | None],
        balances: Sequence[int | None],
        statuses: Sequence[Status | None],
        paid: Sequence[str],
    ) -> list[int]:
        """Return what is open of each row; the two commonest kinds of rows are told without asking further."""
        return [
            (total if balance is None else balance)
            if not day
            and total is not None
            and (balance is None or 0 < balance <= total)
            and (status is None or status is Status.OPEN)
            else self._left(total, balance, status, day)
            for total, balance, status, day in zip(totals, balances, statuses, paid, strict=True)
        ]

    def _left(self, total: int | None, balance: int | None, status: Status | None, day: str) -> int:
        if total is None and balance is None:
            raise Unusual
        return left_open(Billed(total, balance, status, day or None), as_of=self._rows.as_of, today=self._rows.today)


def _told(statuses: Sequence[Status | None], settled: Sequence[str], came: Sequence[int | None]) -> Iterable[str]:
    """Return of each row whether it says itself that money came, as ``InvoiceRow.told_paid``."""
    if SAYS_MONEY.isdisjoint(statuses) and not any(settled) and not any(came):
        return repeat("f", len(statuses))
    rows = zip(statuses, settled, came, strict=True)
    return ["t" if day or amount or status in SAYS_MONEY else "f" for status, day, amount in rows]


def _keys(numbers: tuple[str, ...]) -> list[str]:
    """Return the number keys of plain numbers, for which lower case is all that there is to fold."""
    column = "\n".join(numbers) + "\n"
    if not _NUMBERS.fullmatch(column) or _SUSPICIOUS.search(column):
        raise Unusual
    keys = column.lower().split("\n")[:-1]
    if len(keys) != len(numbers):
        raise Unusual
    return keys


def _cents(texts: tuple[str, ...], mark: DecimalMark) -> list[int] | None:
    """Return amounts that all have two decimals and nothing else; None when one has not."""
    sign, plain = _CENTS[mark]
    column = "\n".join(texts) + "\n"
    if not plain.fullmatch(column):
        return None
    found = list(map(int, column.replace(sign, "").split("\n")[:-1]))
    return found if len(found) == len(texts) else None
