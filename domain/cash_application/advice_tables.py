"""Advice tables: a remittance advice as a CSV file, read through the columns that its headers name."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.cash_application import notes, table_places
from domain.cash_application.advice_words import TOTAL, WORDS, AdviceField
from domain.cash_application.advices import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    LONGEST_REASON,
    MAX_LINES,
    Advice,
    AdviceLine,
    AdviceUnreadable,
    checked,
)
from domain.cash_application.bank_dates import StatementDates
from domain.cash_application.bank_words import currency_in, currency_of
from domain.cash_application.payer_texts import shown
from domain.kernel.speech import say
from domain.ledger.csv_import import amount_texts, headers, sources
from domain.ledger.csv_import.amount_texts import AmountEvidence, AmountFault
from domain.ledger.csv_import.date_texts import read
from domain.ledger.csv_import.headers import Columns
from domain.ledger.csv_import.refusals import CurrencyMissing
from domain.ledger.csv_import.requests import DateOrder, DecimalMark
from domain.ledger.invoices import number_key

_AMOUNTS = (AdviceField.AMOUNT, AdviceField.GROSS, AdviceField.DEDUCTION)


@dataclass(frozen=True, slots=True)
class AdviceOptions:
    """What was said about a CSV file; what is left out is found in it or asked for."""

    columns: tuple[tuple[str, str], ...] = ()
    currency: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class AdviceTable:
    """The rows of a CSV advice, with how they are to be read."""

    columns: Columns[AdviceField]
    rows: tuple[tuple[str, ...], ...]
    broken: int
    """Rows that are none: too many cells or too few."""
    order: DateOrder | None
    mark: DecimalMark | None
    currency: str | None

    def numbers(self) -> set[str]:
        """Return the keys under which the ledger may know the numbers."""
        return {number_key(self._cell(row, AdviceField.NUMBER)) for row in self.rows} - {""}

    def _cell(self, row: Sequence[str], field: AdviceField) -> str:
        place = self.columns.places.get(field)
        return "" if place is None else row[place].strip()

    def advice(self, *, known: Mapping[str, str], currency: str | None) -> Advice:
        """Return what the table says; *currency* is that of the known invoices, where the file names none.

        Raises:
            CurrencyMissing: Neither the file nor the invoices tell the currency.
            AdviceUnreadable: No row names an invoice.
        """
        named = {currency_of(text) for row in self.rows if (text := self._cell(row, AdviceField.CURRENCY))}
        several = named - {None}
        used = self.currency or (next(iter(several)) if len(several) == 1 else None) or currency
        if len(several) > 1 or None in named:
            raise AdviceUnreadable(say(notes.SEVERAL_CURRENCIES))
        if used is None:
            raise CurrencyMissing
        total, lines, faults = None, [], 0
        for row in self.rows[:MAX_LINES]:
            number = self._cell(row, AdviceField.NUMBER)
            try:
                line = self._line(row, known.get(number_key(number), number), used)
            except AmountFault:
                faults += 1
                continue
            if number and not TOTAL.fullmatch(number.strip(" :")):
                lines.append(line)
            elif line.amount_minor is not None:
                total = line.amount_minor
        if not lines:
            raise AdviceUnreadable(say(notes.NO_ROW))
        unread = self.broken + faults
        faulty = (say(notes.ROWS_UNREAD, count=unread),) if unread else ()
        return checked(Advice(tuple(lines), total, used, self._paid_on(), self._payer(), faulty))

    def _line(self, row: Sequence[str], number: str, currency: str) -> AdviceLine:
        paid, gross, cut = (self._minor(row, field, currency) for field in _AMOUNTS)
        if paid is None and gross is not None:
            paid = gross - abs(cut or 0) if gross > 0 else gross
        if cut is None and paid is not None and gross is not None and gross > paid > 0:
            cut = gross - paid
        return AdviceLine(shown(number, LONGEST_NUMBER), paid, abs(cut) or None if cut is not None else None,
                          shown(self._cell(row, AdviceField.REASON), LONGEST_REASON))  # fmt: skip

    def _minor(self, row: Sequence[str], field: AdviceField, currency: str) -> int | None:
        text = self._cell(row, field)
        return amount_texts.minor_units(text, currency, self.mark) if text else None

    def _paid_on(self) -> date | None:
        days = {read(text, self.order) for row in self.rows if (text := self._cell(row, AdviceField.PAID))}
        return days.pop() if len(days) == 1 else None

    def _payer(self) -> str:
        names = {shown(self._cell(row, AdviceField.PAYER), LONGEST_NAME) for row in self.rows} - {""}
        return names.pop() if len(names) == 1 else ""


def opened(body: bytes, said: AdviceOptions, *, today: date) -> AdviceTable:
    """Return the table of a CSV advice.

    Raises:
        ImportRefused: It cannot be read, or leaves a question open that is not answered.
    """
    file = io.BytesIO(body)
    encoding = sources.encoding_of(file, said.encoding)
    blocks = sources.blocks(sources.Bytes(file, lambda _: None), encoding)
    lines = [line for block in blocks for line in block]
    place = table_places.found(lines, WORDS, said.delimiter)
    table, _ = table_places.table(iter([lines]), place)
    columns = headers.found(WORDS, table.header, said.columns)
    rows: list[tuple[str, ...]] = []
    broken = 0
    for batch in table:
        rows += [tuple(row) for row in batch.rows]
        broken += len(batch.broken)
    dates, amounts = StatementDates(today), AmountEvidence()
    for field in _AMOUNTS:
        if field in columns.places:
            amounts.add([row[columns.places[field]].strip() for row in rows])
    if AdviceField.PAID in columns.places:
        dates.add(row[columns.places[AdviceField.PAID]] for row in rows)
    named = next((found for field in _AMOUNTS if (found := currency_in(columns.header(field)))), None)
    currency = currency_of(said.currency) if said.currency else named
    return AdviceTable(columns, tuple(rows), broken, said.date_order or dates.decided(),
                       said.decimal_mark or amounts.decided(), currency)  # fmt: skip
