"""Batches of invoice rows, read column by column: the same as row by row, several times as fast.

Whatever is unusual in a batch (a fault, a draft, a number with spaces, an amount with a sign) is left to
``invoice_rows``, so only the plain case is said twice.
"""

import itertools
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

MANY_DATES = 20_000
"""More than a file of real dates has; no more are remembered."""

_NUMBERS = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._/#-]{0,99}\n)*+")
_SUSPICIOUS = re.compile(r"^\d++[.eE]", re.MULTILINE)
"""Numbers that a spreadsheet may have made a decimal of."""

_CENTS = {
    mark: (
        sign,
        re.compile(rf"(?:(?:[1-9]\d{{0,12}}|0)[{sign}]\d\d\n)*+"),
        re.compile(rf"(?:(?:[1-9]\d{{0,12}}[{sign}]\d\d|0[{sign}](?:0[1-9]|[1-9]\d))\n)*+"),
    )
    for mark, sign in ((DecimalMark.POINT, "."), (DecimalMark.COMMA, ","))
}
"""Columns of amounts that each have one spelling only, so that equal amounts are equal texts; and such above zero."""


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
        self._iso: set[str] = set()
        """Texts of dates that are as they are stored."""
        self.ascending = True
        """Whether each number was greater than the one before, so that none can be there twice."""
        self._last = ""

    def read(self, batch: Batch) -> str:
        """Return the rows as CSV for the staging table.

        Raises:
            Unusual: At least one row must be looked at by itself.
        """
        try:
            return self._staged(batch, batch.columns())
        except (Fault, Faults, AmountFault):
            raise Unusual from None

    def _note_order(self, keys: list[str]) -> None:
        if self.ascending:
            self.ascending = self._last < keys[0] and all(map(operator.lt, keys, itertools.islice(keys, 1, None)))
            self._last = keys[-1]

    def _staged(self, batch: Batch, columns: Sequence[Sequence[str]]) -> str:
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
        customers = map(str, self._rows.customers.seqs(batch))
        left = self._lefts(totals, balances, statuses, paid)
        settled = self._settled(left, totals, paid)
        self._note_order(keys)
        rows = zip(map(str, batch.lines), numbers, keys, customers, currencies, totals, left, issued, due, settled,
                   repeat("f", len(keys)), _told(statuses, settled, came), strict=True)  # fmt: skip
        return "\n".join(map(",".join, rows)) + "\n"

    def _column(self, columns: Sequence[Sequence[str]], field: Field) -> Sequence[str]:
        place = self._rows.places.get(field)
        return columns[place] if place is not None else ("",) * len(columns[0])

    def _require_invoices(self, columns: Sequence[Sequence[str]]) -> None:
        """Leave credit notes and money on account to be looked at one by one."""
        texts = {text.strip() for text in set(self._column(columns, Field.DOCUMENT))} - {""}
        try:
            if any(document_of(text) is not Document.INVOICE for text in texts):
                raise Unusual
        except LeftOut:
            raise Unusual from None

    def _statuses(self, columns: Sequence[Sequence[str]]) -> Sequence[Status | None]:
        texts = self._column(columns, Field.STATUS)
        means = {text: status_of(text.strip()) if text.strip() else None for text in set(texts)}
        if not {Status.WITHDRAWN, Status.DRAFT}.isdisjoint(means.values()):
            raise Unusual
        return [means[text] for text in texts]

    def _dates(self, columns: Sequence[Sequence[str]], field: Field) -> Sequence[str]:
        texts = self._column(columns, field)
        if self._iso.issuperset(texts):
            return texts
        means: dict[str, str] = {}
        for text in set(texts):
            found = self._rows.iso(text)
            if found is None:
                raise Unusual
            means[text] = found
        if any(map(operator.ne, means.keys(), means.values())):
            return [means[text] for text in texts]
        if len(self._iso) < MANY_DATES:
            self._iso.update(means)
        return texts

    def _currencies(self, batch: Batch, columns: Sequence[Sequence[str]]) -> list[str]:
        texts = self._column(columns, Field.CURRENCY)
        if texts.count(texts[0]) == len(texts):
            return [self._rows.currency(batch.rows[0])] * len(texts)
        examples = dict(zip(texts, range(len(texts)), strict=True))
        means = {text: self._rows.currency(batch.rows[place]) for text, place in examples.items()}
        return [means[text] for text in texts]

    def _amounts(self, columns: Sequence[Sequence[str]], field: Field, currencies: list[str]) -> Sequence[str]:
        """Return amounts as texts of minor units, an empty one where there is none."""
        texts, mark = self._column(columns, field), self._rows.mark
        if field not in self._rows.places:
            return texts
        if mark is not None and all(digits(currency) == 2 for currency in set(currencies)):
            cents = _cents(texts, mark, positive=field is Field.TOTAL)
            if cents is not None:
                return cents
        found = [
            minor_units(text.strip(), currency, mark) if text.strip() else None
            for text, currency in zip(texts, currencies, strict=True)
        ]
        least = min((each for each in found if each is not None), default=1)
        if least < 0 or (least == 0 and field is Field.TOTAL):
            raise Unusual
        return ["" if each is None else str(each) for each in found]

    def _balances(
        self, columns: Sequence[Sequence[str]], totals: Sequence[str], came: Sequence[str], currencies: list[str]
    ) -> Sequence[str]:
        balances = self._amounts(columns, Field.BALANCE, currencies)
        if Field.PAID not in self._rows.places:
            return balances
        found = [balance_left(*map(_minor, each)) for each in zip(totals, balances, came, strict=True)]
        if any(each is not None and each < 0 for each in found):
            raise Unusual
        return ["" if each is None else str(each) for each in found]

    def _settled(self, left: Sequence[str], totals: Sequence[str], paid: Sequence[str]) -> Sequence[str]:
        """Return the day of the last payment of each row of which something is paid."""
        if not any(paid):
            return paid
        last = self._rows.as_of or "9"
        return [
            day if day and day <= last and (not total or int(open_minor) < int(total)) else ""
            for open_minor, total, day in zip(left, totals, paid, strict=True)
        ]

    def _lefts(
        self,
        totals: Sequence[str],
        balances: Sequence[str],
        statuses: Sequence[Status | None],
        paid: Sequence[str],
    ) -> list[str]:
        """Return what is open of each row; the commonest kind of rows, all of which is open, is told by its texts."""
        is_open = (Status.OPEN, None)
        return [
            total
            if total and (total == balance or not balance) and not day and status in is_open
            else self._left(total, balance, status, day)
            for total, balance, status, day in zip(totals, balances, statuses, paid, strict=True)
        ]

    def _left(self, total: str, balance: str, status: Status | None, day: str) -> str:
        if not total and not balance:
            raise Unusual
        billed = Billed(_minor(total), _minor(balance), status, day or None)
        return str(left_open(billed, as_of=self._rows.as_of, today=self._rows.today))


def _minor(text: str) -> int | None:
    return int(text) if text else None


def _told(statuses: Sequence[Status | None], settled: Sequence[str], came: Sequence[str]) -> Iterable[str]:
    """Return of each row whether it says itself that money came, as ``InvoiceRow.told_paid``."""
    if SAYS_MONEY.isdisjoint(statuses) and not any(settled) and not any(came):
        return repeat("f", len(statuses))
    if not any(came):
        return ["t" if day or status in SAYS_MONEY else "f" for status, day in zip(statuses, settled, strict=True)]
    rows = zip(statuses, settled, came, strict=True)
    return ["t" if day or status in SAYS_MONEY or _minor(amount) else "f" for status, day, amount in rows]


def _keys(numbers: Sequence[str]) -> list[str]:
    """Return the number keys of plain numbers, for which lower case is all that there is to fold."""
    column = "\n".join(numbers) + "\n"
    if not _NUMBERS.fullmatch(column) or _SUSPICIOUS.search(column):
        raise Unusual
    keys = column.lower().split("\n")[:-1]
    if len(keys) != len(numbers):
        raise Unusual
    return keys


def _cents(texts: Sequence[str], mark: DecimalMark, *, positive: bool) -> list[str] | None:
    """Return amounts that all have two decimals and nothing else as texts of cents; None when one has not."""
    sign, plain, above_zero = _CENTS[mark]
    column = "\n".join(texts) + "\n"
    if not (above_zero if positive else plain).fullmatch(column):
        return None
    found = column.replace(sign, "").split("\n")[:-1]
    return found if len(found) == len(texts) else None
