"""The survey: read the whole file once, and find out how it is to be read before anything is taken from it."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from domain.kernel.money import CurrencyUnknown, digits
from domain.kernel.speech import say
from domain.ledger.csv_import import header_lines, mappings, sources
from domain.ledger.csv_import.amount_texts import AmountEvidence
from domain.ledger.csv_import.columns import Columns, Field, matched
from domain.ledger.csv_import.date_texts import DateEvidence
from domain.ledger.csv_import.mappings import Answers, KnownLayout
from domain.ledger.csv_import.records import Batch, Table
from domain.ledger.csv_import.refusals import (
    CurrencyMissing,
    FileHoldsNoRows,
    FileUnreadable,
    OptionUnusable,
    QuestionOpen,
)
from domain.ledger.csv_import.requests import DateOrder, DecimalMark, ImportRequest, Kind, Progress

DATES = (Field.ISSUED, Field.DUE, Field.SETTLED)
AMOUNTS = (Field.TOTAL, Field.BALANCE, Field.PAID)

MAX_COLUMNS = 500

SAMPLES = 3
"""Values of each column that a preview shows, from the beginning of the file."""

LONGEST_SAMPLE = 30
"""Characters of such a value."""

_LOOKED_THROUGH = 200
"""Rows from which they are taken."""


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
    above: int = 0
    """Lines above the header."""
    header_key: str = ""
    """The digest by which the layout is known again."""
    known: KnownLayout | None = None
    """What was kept about this layout, if anything."""
    currency: str | None = None
    """Of rows without one of their own."""
    samples: tuple[tuple[str, ...], ...] = ()
    """The first values of each column."""

    def reads_as(self, other: "Layout") -> bool:
        """Tell whether another layout of the same file means the same by each of its rows."""
        return (self.date_order, self.decimal_mark) == (other.date_order, other.decimal_mark)


class Survey:
    """One reading of a file from its first row to its last, which finds out how it is to be read.

    Raises:
        ImportRefused: The file cannot be read, or it is not clear which column holds what.
    """

    def __init__(
        self, file: BinaryIO, request: ImportRequest, progress: Progress | None = None, known: KnownLayout | None = None
    ) -> None:
        self._request = request = mappings.filled_in(request, known)
        self._known, self._kept = known, known.answers if known is not None else Answers()
        _usable(request)
        self._encoding = sources.encoding_of(file, request.encoding)
        self._keys = header_lines.keys(file)
        self._file, self._stamp = file, sources.stamp(file)
        self._size = file.seek(0, 2)
        self._raw = sources.Bytes(file, sources.Tally(progress, before=0, whole=self._size).more)
        self._delimiter, self._above, self._rows = table(
            self._raw, self._encoding, request.delimiter, _header_place(request, self._keys, known)
        )
        self._columns = _columns(self._rows.header, request, self._kept)
        self._dates, self._amounts = DateEvidence(), AmountEvidence()
        self._samples: list[dict[str, None]] = [{} for _ in self._rows.header]
        self._date_places = _places(self._columns, DATES) if request.date_order is None else ()
        self._amount_places = _places(self._columns, AMOUNTS) if request.decimal_mark is None else ()
        self._count = 0

    def batches(self) -> Iterator[Batch]:
        """Yield the rows, each when it is taken into account.

        Raises:
            FileUnreadable: It is no table from here on.
        """
        for batch in self._rows:
            if self._count < _LOOKED_THROUGH:
                _sample(self._samples, batch)
            self._count += len(batch.rows) + len(batch.broken)
            cells = batch.columns()
            for place in self._date_places if cells else ():
                self._dates.add(cells[place])
            for place in self._amount_places if cells else ():
                self._amounts.add(cells[place])
            yield batch

    def beginning(self) -> list[Batch]:
        """Return the first batches up to one that holds rows; ``batches`` goes on behind them."""
        first = []
        for batch in self.batches():
            first.append(batch)
            if self._count:
                break
        return first

    @property
    def was_overtaken(self) -> bool:
        """Whether somebody has written to the file since it was opened."""
        return sources.stamp(self._file) != self._stamp

    def layout(self) -> Layout:
        """Return how the file is to be read, by the rows that were taken into account so far.

        Raises:
            ImportRefused: There was none, or a question is open that the request does not answer.
        """
        request = self._request
        if not self._count:
            raise FileHoldsNoRows(
                say("{file} has a header and no rows; there is nothing to import.", file=request.file_name)
            )
        questions = _Questions()
        with questions:
            if (
                request.kind == Kind.INVOICES
                and request.currency is None
                and Field.CURRENCY not in self._columns.places
            ):
                raise CurrencyMissing
        with questions:
            request = replace(request, date_order=request.date_order or self._dates.decided(self._kept.date_order))
        with questions:
            mark = request.decimal_mark or self._amounts.decided(self._kept.decimal_mark)
            request = replace(request, decimal_mark=mark)
        questions.ask()
        return Layout(
            self._encoding, self._delimiter, self._columns, request.date_order, request.decimal_mark, self._count,
            self._size, self._raw.hash.hexdigest(), above=self._above, header_key=self._keys.get(self._above, ""),
            known=self._known, currency=request.currency,
            samples=tuple(tuple(each) for each in self._samples))  # fmt: skip


def surveyed(
    file: BinaryIO, request: ImportRequest, progress: Progress | None = None, known: KnownLayout | None = None
) -> Layout:
    """Read the file to its end and return how it is to be read; what is *known* of its layout need not be asked.

    Raises:
        ImportRefused: The file cannot be read, holds no rows, or leaves a question open that the request does not
            answer.
    """
    survey = Survey(file, request, progress, known)
    for _ in survey.batches():
        pass
    return survey.layout()


def _header_place(request: ImportRequest, keys: Mapping[int, str], known: KnownLayout | None) -> "Finder":
    """Return the function that finds the header among the first lines."""

    def found(lines: list[str], first: int, asked: str | None) -> int:
        if request.header_line is not None:
            if not 0 < request.header_line <= len(lines) or not lines[request.header_line - 1].strip():
                raise OptionUnusable(
                    say("--header-line {line}: there is no header in that line.", line=str(request.header_line))
                )
            return request.header_line - 1
        if known is not None:
            return next((place for place, key in keys.items() if key == known.header_key), first)
        return header_lines.found(Kind(request.kind), lines, first, asked=asked, said=request.columns)

    return found


def _sample(samples: list[dict[str, None]], batch: Batch) -> None:
    """Add the first different values of each column, as they may be shown."""
    for row in batch.rows[:_LOOKED_THROUGH]:
        for found, cell in zip(samples, row, strict=True):
            if len(found) < SAMPLES and cell.strip():
                found["".join(each for each in " ".join(cell.split()) if each.isprintable())[:LONGEST_SAMPLE]] = None


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


Finder = Callable[[list[str], int, str | None], int]
"""Given the first lines, the place of the first that is not blank, and the delimiter that was asked for: returns the
place of the header."""


def table(raw: sources.Bytes, encoding: str, asked: str | None, header: Finder) -> tuple[str, int, Table]:
    """Return the delimiter, how many lines stand above the header, and the file as a table."""
    texts = sources.texts(raw, encoding)
    block = sources.lines_of(next(texts, ""))
    place = next((place for place, line in enumerate(block) if line.strip()), None)
    if place is None:
        raise FileHoldsNoRows(say("The file holds nothing but blank lines."))
    if said := re.fullmatch(r"sep=([,;\t|])\s*", block[place]):  # the line by which spreadsheets tell each other
        asked, block[place] = asked or said[1], "\n"
        place = next((each for each, line in enumerate(block) if line.strip()), place)
    place = header(block, place, asked)
    block[:place] = ["\n"] * place
    delimiter = sources.delimiter_of(block[place], asked)
    return delimiter, place, Table(itertools.chain([block], texts), delimiter)


def _columns(headers: list[str], request: ImportRequest, kept: Answers) -> Columns:
    if len(headers) > MAX_COLUMNS:
        raise FileUnreadable(say("The header has {n} columns; {most} are the limit.", n=len(headers), most=MAX_COLUMNS))
    return matched(Kind(request.kind), headers, request.columns, kept.columns)


def _places(columns: Columns, fields: tuple[Field, ...]) -> tuple[int, ...]:
    return tuple(columns.places[field] for field in fields if field in columns.places)


def _usable(request: ImportRequest) -> None:
    if request.currency is not None:
        try:
            digits(request.currency)
        except CurrencyUnknown as error:
            raise OptionUnusable(str(error)) from None
