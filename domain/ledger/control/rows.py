"""Control rows: what one line of an ageing report adds to the totals, or what is wrong with it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from domain.kernel.dates import ageing_bucket, days_past_due
from domain.kernel.money import Money
from domain.ledger.control.faults import ControlFault, NothingAdded
from domain.ledger.control.layouts import ControlLayout
from domain.ledger.control.words import (
    AMOUNTS,
    BUCKET_FIELDS,
    WORDS,
    ControlField,
    Shape,
    bucket_of,
    currency_of,
    is_subtotal,
    is_total,
)
from domain.ledger.csv_import import amount_texts, date_texts
from domain.ledger.csv_import.amount_texts import AmountFault
from domain.ledger.csv_import.records import Record
from domain.ledger.invoices import number_key

TOTAL, CREDITS = "total", "credits"
"""Beside the buckets: all of them together, and what customers have to their credit."""

LONGEST_NUMBER = 100

_NIL = frozenset({"", "-", "–", "—"})
"""Cells without an amount."""

MOST_TOTALS = 1000
"""Lines of totals that are compared; a report has a few."""


def _is_amount(text: str) -> bool:
    return amount_texts.readings(text.strip()) != (None, None)


def is_numbered(text: str) -> bool:
    """Tell whether a cell is an invoice's number, and not the label of a line of totals."""
    return bool(text) and not is_total(text) and not is_subtotal(text)


class Added(NamedTuple):
    """An amount that a line adds to a bucket, to the credits or, beside its buckets, to the total."""

    line: int
    number: str
    number_key: str
    currency: str
    bucket: str
    amount_minor: int
    due_on: date | None


class TotalsLine(NamedTuple):
    """A line that adds up others."""

    line: int
    currency: str
    amounts: dict[str, int]
    """By bucket, with the total."""


class ControlRows:
    """Reads the rows of one report."""

    def __init__(self, layout: ControlLayout) -> None:
        self._layout, self._places = layout, layout.columns.places
        self.left_out: Counter[str] = Counter()
        self.totals: list[TotalsLine] = []
        self.bucketed: set[str] = set()
        """Currencies whose buckets the report tells."""
        order = layout.date_order

        @lru_cache(maxsize=5000)
        def day(text: str) -> date | None:
            return date_texts.read(text, order)

        self._day = day
        amounts = {at for field in AMOUNTS if field in self._places for at in self._columns(field)}
        self._labels = [at for at in range(len(layout.columns.headers)) if at not in amounts]

    def read(self, line: int, cells: list[str]) -> list[Added]:
        """Return what the row adds; nothing for a line of totals, or one without anything open.

        Raises:
            ControlFault: What is wrong with it.
        """
        try:
            return self._added(line, cells)
        except NothingAdded as nothing:
            self.left_out[nothing.reason] += 1
            return []

    def broken(self, record: Record) -> ControlFault | None:
        """Return what is wrong with a line that is no row; a remark above or below the table has no figures."""
        if record.code == "ragged_row" and not any(_is_amount(cell) for cell in record.cells):
            self.left_out["remark"] += 1
            return None
        return ControlFault(None, "", record.code)

    def _added(self, line: int, cells: list[str]) -> list[Added]:
        labels = [cells[at].strip() for at in self._labels if cells[at].strip()]
        if not any(cells[at].strip() for at in range(len(cells)) if at not in self._labels):
            raise NothingAdded("remark")
        unnumbered = self._layout.shape is Shape.LINES and not is_numbered(self._cell(cells, ControlField.NUMBER))
        summing = any(map(is_total, labels)) and (unnumbered or self._layout.shape is not Shape.LINES)
        if unnumbered and not summing and any(map(is_subtotal, labels)):
            raise NothingAdded("subtotal")
        currency = self._currency(cells, summing=summing)
        amounts = dict(self._amounts(cells, currency, summing=summing))
        if summing:
            if len(self.totals) < MOST_TOTALS:
                self.totals.append(TotalsLine(line, currency, amounts))
            raise NothingAdded("totals")
        if set(amounts) - {TOTAL, CREDITS}:
            self.bucketed.add(currency)
        number = self._number(cells, needed=self._layout.shape is Shape.LINES and CREDITS not in amounts)
        due = self._due(cells) if number else None
        return [
            Added(line, number if bucket == TOTAL else "", number_key(number) if bucket == TOTAL else "", currency,
                  bucket, minor, due)
            for bucket, minor in amounts.items()
        ]  # fmt: skip

    def _amounts(self, cells: list[str], currency: str, *, summing: bool) -> Iterator[tuple[str, int]]:
        """Yield the row's amount in each bucket, what is to a customer's credit, and the total of the buckets."""
        match self._layout.shape:
            case Shape.BUCKETS:
                yield from self._of_columns(cells, currency)
            case Shape.ROWS:
                yield from self._of_bucket(cells, currency, summing=summing)
            case Shape.LINES:
                yield from self._of_invoice(cells, currency, summing=summing)

    def _of_columns(self, cells: list[str], currency: str) -> Iterator[tuple[str, int]]:
        buckets = {
            field.value: sum(filled)
            for field in BUCKET_FIELDS
            if (filled := [minor for minor in self._all_minor(cells, field, currency) if minor is not None])
        }
        credit = next(iter(self._all_minor(cells, ControlField.CREDITS, currency)), None) or 0
        total = self._total(cells, currency)
        if not buckets and total is None:
            raise NothingAdded("remark")
        added = sum(buckets.values())
        if buckets and total is not None and total not in (added, added - abs(credit)):
            both = f"buckets {Money(added, currency)}, total {Money(total, currency)}"
            raise ControlFault(ControlField.TOTAL, both, "total_contradicts")
        yield from buckets.items()
        if credit:
            yield CREDITS, -abs(credit)
        yield TOTAL, added if buckets else total or 0

    def _of_bucket(self, cells: list[str], currency: str, *, summing: bool) -> Iterator[tuple[str, int]]:
        minor = self._only_minor(cells, currency)
        text = self._cell(cells, ControlField.BUCKET)
        bucket = bucket_of(text)
        if summing:
            yield TOTAL, minor
        elif bucket is None and WORDS.means.get(WORDS.fold(text), (None,))[0] is ControlField.CREDITS:
            yield CREDITS, -abs(minor)
        elif bucket is None:
            raise ControlFault(ControlField.BUCKET, text, "bucket_unknown")
        else:
            yield bucket, minor
            yield TOTAL, minor

    def _of_invoice(self, cells: list[str], currency: str, *, summing: bool) -> Iterator[tuple[str, int]]:
        minor = self._only_minor(cells, currency)
        if not minor and not summing:
            raise NothingAdded("nothing_open")
        if summing:
            yield TOTAL, minor
        elif minor < 0:
            yield CREDITS, minor
        else:
            due = self._due(cells)
            if due is None:
                raise ControlFault(ControlField.DUE, "", "due_missing")
            yield ageing_bucket(days_past_due(due, self._layout.as_of)), minor
            yield TOTAL, minor

    def _total(self, cells: list[str], currency: str) -> int | None:
        for field in (ControlField.TOTAL, ControlField.BALANCE, ControlField.AMOUNT):
            if field in self._places:
                return next(iter(self._all_minor(cells, field, currency)))
        return None

    def _only_minor(self, cells: list[str], currency: str) -> int:
        """Return the row's one amount, from the first of the columns that may hold it."""
        field = next(
            each
            for each in (ControlField.BALANCE, ControlField.TOTAL, ControlField.AMOUNT, ControlField.CREDITS)
            if each in self._places
        )
        minor = next(iter(self._all_minor(cells, field, currency)))
        if minor is None:
            raise ControlFault(field, "", "amount_missing")
        return minor

    def _all_minor(self, cells: list[str], field: ControlField, currency: str) -> Iterator[int | None]:
        for place in self._columns(field) if field in self._places else ():
            text = cells[place].strip()
            try:
                yield amount_texts.minor_units(text, currency, self._layout.decimal_mark) if text not in _NIL else None
            except AmountFault as fault:
                raise ControlFault(field, text, fault.code) from None

    def _columns(self, field: ControlField) -> tuple[int, ...]:
        return (self._places[field], *self._layout.columns.more.get(field, ()))

    def _cell(self, cells: list[str], field: ControlField) -> str:
        place = self._places.get(field)
        return "" if place is None else cells[place].strip()

    def _currency(self, cells: list[str], *, summing: bool) -> str:
        text = self._cell(cells, ControlField.CURRENCY)
        currency = currency_of(text) if text else self._layout.currency
        if currency is None and summing:
            raise NothingAdded("totals")  # of several currencies, which add up to nothing
        if currency is None:
            raise ControlFault(ControlField.CURRENCY, text, "currency_unknown" if text else "currency_missing")
        return currency

    def _number(self, cells: list[str], *, needed: bool) -> str:
        number = " ".join(self._cell(cells, ControlField.NUMBER).split())
        if needed and not number:
            raise ControlFault(ControlField.NUMBER, "", "number_missing")
        if len(number) > LONGEST_NUMBER:
            raise ControlFault(ControlField.NUMBER, number, "too_long")
        if not number.isprintable():
            raise ControlFault(ControlField.NUMBER, number, "control_characters")
        return number

    def _due(self, cells: list[str]) -> date | None:
        text = self._cell(cells, ControlField.DUE)
        day = self._day(text) if text else None
        if text and day is None:
            raise ControlFault(ControlField.DUE, text, "date_malformed")
        return day
