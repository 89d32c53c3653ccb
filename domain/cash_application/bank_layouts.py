"""Bank layouts: read a statement once, and find out how it is to be read before anything is taken from it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, TypeVar

from domain.cash_application import bank_signs, table_places
from domain.cash_application.bank_dates import StatementDates
from domain.cash_application.bank_words import WORDS, BankField, currency_in, currency_of
from domain.cash_application.table_places import Place
from domain.kernel.speech import say
from domain.ledger.csv_import import headers, sources
from domain.ledger.csv_import.amount_texts import AmountEvidence
from domain.ledger.csv_import.headers import Columns
from domain.ledger.csv_import.mappings import Answers
from domain.ledger.csv_import.refusals import CurrencyMissing, FileHoldsNoRows, OptionUnusable, QuestionOpen
from domain.ledger.csv_import.requests import DateOrder, DecimalMark, Progress

A = TypeVar("A")

_DATES = (BankField.BOOKED, BankField.VALUED)
_AMOUNTS = (BankField.AMOUNT, BankField.DEBIT, BankField.CREDIT, BankField.BALANCE)
_DATE_IN_TEXT = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_CURRENCY_IN_TEXT = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])|[€]")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


@dataclass(frozen=True, slots=True)
class BankFile:
    """A statement and everything that was said about it; what is left out is found in the file or asked for."""

    file_name: str
    path: Path | None = None
    stream: BinaryIO | None = None
    account: str = ""
    """What the merchant calls the bank account."""
    currency: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    columns: tuple[tuple[str, str], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class BankLayout:
    """How a statement is to be read."""

    encoding: str
    place: Place
    columns: Columns[BankField]
    date_order: DateOrder | None
    decimal_mark: DecimalMark | None
    currency: str | None
    """Of rows without one of their own."""
    account: str
    """The merchant's account as the lines above the table name it."""
    rows: int
    size: int
    sha256: str


def surveyed(
    file: BinaryIO, said: BankFile, *, today: date, progress: Progress | None = None, kept: Answers | None = None
) -> BankLayout:
    """Read the statement to its end and return how it is to be read; *kept* answers are used where it does not tell.

    Raises:
        ImportRefused: The file cannot be read, holds no rows, or leaves a question open that is not answered.
    """
    encoding = sources.encoding_of(file, said.encoding)
    size = file.seek(0, 2)
    raw = sources.Bytes(file, sources.Tally(progress, before=0, whole=2 * size).more)
    blocks = sources.blocks(raw, encoding)
    first = next(blocks, [])
    place = table_places.found(first, WORDS, said.delimiter)
    above = table_places.preamble(first, place)
    rows, _ = table_places.table(_chained(first, blocks), place)
    columns = headers.found(WORDS, _told_apart(rows.header), said.columns, kept.columns if kept else ())
    dates, amounts = StatementDates(today), AmountEvidence()
    dates.add(text for cells in above for cell in cells for text in _DATE_IN_TEXT.findall(cell))
    count = 0
    for batch in rows:
        count += len(batch.rows) + len(batch.broken)
        for at in _places(columns, _DATES):
            dates.add(row[at] for row in batch.rows)
        for at in _places(columns, _AMOUNTS):
            amounts.add([bank_signs.parted(row[at])[0] for row in batch.rows])
    if not count:
        raise FileHoldsNoRows(say("{file} has a header and no rows; there is nothing to import.", file=said.file_name))
    asked: list[QuestionOpen] = []
    currency = _answer(lambda: _currency(said.currency, columns, above), None, asked)
    order = said.date_order or _answer(dates.decided, kept.date_order if kept else None, asked)
    mark = said.decimal_mark or _answer(amounts.decided, kept.decimal_mark if kept else None, asked)
    if asked:
        raise asked[0].along_with(asked[1:])
    return BankLayout(encoding, place, columns, order, mark, currency, _account(above), count, size,
                      raw.hash.hexdigest())  # fmt: skip


def _answer(told: Callable[[], A | None], kept: A | None, asked: list[QuestionOpen]) -> A | None:
    """Return what the file tells, else what was kept; with neither the question joins those that are asked."""
    try:
        return told()
    except QuestionOpen as question:
        if kept is None:
            asked.append(question)
        return kept


def _chained(first: list[str], blocks: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from blocks


def _told_apart(names: list[str]) -> list[str]:
    """Return the headers; of two columns of currencies the one behind the balance is the balance's."""
    meant = [WORDS.means.get(WORDS.fold(name), (None, 0))[0] for name in names]
    if meant.count(BankField.CURRENCY) < 2:
        return names
    return [
        f"{name} of the balance" if meant[at - 1 : at + 1] == [BankField.BALANCE, BankField.CURRENCY] else name
        for at, name in enumerate(names)
    ]


def _places(columns: Columns[BankField], fields: Sequence[BankField]) -> tuple[int, ...]:
    return tuple(columns.places[field] for field in fields if field in columns.places)


def _currency(asked: str | None, columns: Columns[BankField], above: list[list[str]]) -> str | None:
    """Return the currency of rows that have none: asked for, in a header, or the only one above the table.

    Raises:
        OptionUnusable: What was asked for is no currency.
        CurrencyMissing: Nothing tells it.
    """
    if asked is not None:
        if currency_of(asked) is None:
            raise OptionUnusable(say("{code} is not an ISO 4217 currency code.", code=repr(asked[:20])))
        return currency_of(asked)
    for field in (BankField.AMOUNT, BankField.CREDIT):
        if field in columns.places and (named := currency_in(columns.header(field))):
            return named
    told = {currency for cells in above for cell in cells for text in _CURRENCY_IN_TEXT.findall(cell)
            if (currency := currency_of(text)) is not None}  # fmt: skip
    if len(told) == 1:
        return told.pop()
    if BankField.CURRENCY not in columns.places:
        raise CurrencyMissing
    return None


def _account(above: list[list[str]]) -> str:
    """Return the account number that stands above the table, where there is exactly one."""
    found = {re.sub(r"\s", "", each) for cells in above for cell in cells for each in _IBAN.findall(cell)}
    return found.pop() if len(found) == 1 else ""
