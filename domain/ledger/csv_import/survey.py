"""The survey: read the whole file once, and find out how it is to be read before anything is taken from it."""

import itertools
import re
from dataclasses import dataclass, replace
from typing import BinaryIO

from domain.kernel.money import CurrencyUnknown, digits
from domain.ledger.csv_import import sources
from domain.ledger.csv_import.amount_texts import AmountEvidence
from domain.ledger.csv_import.columns import Columns, Field, matched
from domain.ledger.csv_import.date_texts import DateEvidence
from domain.ledger.csv_import.records import Table
from domain.ledger.csv_import.refusals import (
    CurrencyMissing,
    FileHoldsNoRows,
    FileUnreadable,
    OptionUnusable,
    QuestionOpen,
)
from domain.ledger.csv_import.requests import DateOrder, DecimalMark, ImportRequest, Kind, Progress

DATES = (Field.ISSUED, Field.DUE, Field.SETTLED)
AMOUNTS = (Field.TOTAL, Field.BALANCE)

MAX_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read."""

    encoding: str
    delimiter: str
    columns: Columns
    date_order: DateOrder | None
    """None when every date can be read in one way only."""
    decimal_mark: DecimalMark | None
    """None when no amount has decimals or marks of thousands."""
    rows: int
    size: int
    sha256: str


def surveyed(file: BinaryIO, request: ImportRequest, progress: Progress | None = None) -> Layout:
    """Read the file to its end and return how it is to be read.

    Raises:
        ImportRefused: The file cannot be read, holds no rows, or leaves a question open that the request does not
            answer.
    """
    _usable(request)
    encoding = sources.encoding_of(file, request.encoding)
    size = file.seek(0, 2)
    raw = sources.Bytes(file, sources.Tally(progress, before=0, whole=2 * size).more)
    delimiter, rows = table(raw, encoding, request.delimiter)
    columns = _columns(rows.header, request)
    dates, amounts = DateEvidence(), AmountEvidence()
    date_places = _places(columns, DATES) if request.date_order is None else ()
    amount_places = _places(columns, AMOUNTS) if request.decimal_mark is None else ()
    count = 0
    for batch in rows:
        count += len(batch.rows) + len(batch.broken)
        for place in date_places:
            dates.add(row[place] for row in batch.rows)
        for place in amount_places:
            amounts.add([row[place].strip() for row in batch.rows])
    if not count:
        raise FileHoldsNoRows(f"{request.file_name} has a header and no rows; there is nothing to import.")
    questions = _Questions()
    with questions:
        if request.kind == Kind.INVOICES and request.currency is None and Field.CURRENCY not in columns.places:
            raise CurrencyMissing
    with questions:
        request = replace(request, date_order=request.date_order or dates.decided())
    with questions:
        request = replace(request, decimal_mark=request.decimal_mark or amounts.decided())
    questions.ask()
    return Layout(encoding, delimiter, columns, request.date_order, request.decimal_mark, count, size,
                  raw.hash.hexdigest())  # fmt: skip


class _Questions:
    """Collects the questions that a file leaves open, so that all of them are told at once."""

    def __init__(self) -> None:
        self._open: list[QuestionOpen] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, QuestionOpen):
            self._open.append(error)
        return isinstance(error, QuestionOpen)

    def ask(self) -> None:
        if self._open:
            raise self._open[0].along_with(self._open[1:])


def table(raw: sources.Bytes, encoding: str, asked: str | None) -> tuple[str, Table]:
    """Return the delimiter, and the file as a table."""
    blocks = sources.blocks(raw, encoding)
    block = next(blocks, [])
    place = next((place for place, line in enumerate(block) if line.strip()), None)
    if place is None:
        raise FileHoldsNoRows("The file holds nothing but blank lines.")
    if said := re.fullmatch(r"sep=([,;\t|])\s*", block[place]):  # the line by which spreadsheets tell each other
        asked, block[place] = asked or said[1], "\n"
    delimiter = sources.delimiter_of(block[place], asked)
    return delimiter, Table(itertools.chain([block], blocks), delimiter)


def _columns(headers: list[str], request: ImportRequest) -> Columns:
    if len(headers) > MAX_COLUMNS:
        raise FileUnreadable(f"The header has {len(headers):,} columns; {MAX_COLUMNS} are the limit.")
    return matched(Kind(request.kind), headers, request.columns)


def _places(columns: Columns, fields: tuple[Field, ...]) -> tuple[int, ...]:
    return tuple(columns.places[field] for field in fields if field in columns.places)


def _usable(request: ImportRequest) -> None:
    if request.currency is not None:
        try:
            digits(request.currency)
        except CurrencyUnknown as error:
            raise OptionUnusable(str(error)) from None
