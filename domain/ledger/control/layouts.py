"""Layouts of ageing reports: read a file once, and find out what its rows are before anything is taken from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, TypeVar

from domain.kernel.speech import say
from domain.ledger.control.words import (
    AMOUNTS,
    BUCKET_FIELDS,
    KNOWN,
    WORDS,
    ControlField,
    Shape,
    currency_in,
    currency_of,
    seems_bucket,
)
from domain.ledger.csv_import import header_lines, headers, sources, survey
from domain.ledger.csv_import.amount_texts import AmountEvidence
from domain.ledger.csv_import.date_texts import DateEvidence, read
from domain.ledger.csv_import.headers import Columns
from domain.ledger.csv_import.mappings import Answers
from domain.ledger.csv_import.refusals import (
    ColumnMissing,
    CurrencyMissing,
    DelimiterUnclear,
    FileHoldsNoRows,
    FileUnreadable,
    OptionUnusable,
    QuestionOpen,
)
from domain.ledger.csv_import.requests import DateOrder, DecimalMark, Progress

A = TypeVar("A")

_FIRST_LINES = 20
"""Lines among which the header is looked for."""

_DAYS_KEPT = 50
"""Different texts of the column with the day, which should be one."""


class AsOfMissing(QuestionOpen):
    """Ask of which day the report is."""

    def __init__(self) -> None:
        super().__init__(
            say("The file does not tell of which day it is."),
            option="--as-of",
            question=say("Of which day are these figures (such as 2026-03-31)?"),
        )


class BucketUnclear(QuestionOpen):
    """Ask what a column is that looks like a bucket with other limits than ours."""

    def __init__(self, header: str) -> None:
        self.header = header
        super().__init__(
            say("The column {header} looks like a bucket, but not like one of ours.", header=repr(header[:40])),
            option=f'--map "{header[:40]}=BUCKET"',
            question=say("Which bucket is {header}, in days past the due date?", header=repr(header[:40])),
            choices=(*(field.value for field in BUCKET_FIELDS), headers.IGNORE),
        )


@dataclass(frozen=True, slots=True)
class ControlFile:
    """A report and everything that was said about it; what is left out is found in the file or asked for."""

    file_name: str
    path: Path | None = None
    stream: BinaryIO | None = None
    as_of: date | None = None
    """The day at whose end the figures were true."""
    currency: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    columns: tuple[tuple[str, str], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class ControlLayout:
    """How a report is to be read."""

    encoding: str
    delimiter: str
    above: int
    """Lines above the header."""
    columns: Columns[ControlField]
    shape: Shape
    date_order: DateOrder | None
    decimal_mark: DecimalMark | None
    currency: str | None
    """Of rows without one of their own."""
    as_of: date
    rows: int
    size: int
    sha256: str
    header_key: str


def surveyed(
    file: BinaryIO, said: ControlFile, *, today: date, progress: Progress | None = None, kept: Answers | None = None
) -> ControlLayout:
    """Read the report to its end and return how it is to be read; *kept* answers are used where it does not tell.

    Raises:
        ImportRefused: The file cannot be read, holds no rows, or leaves a question open that is not answered.
    """
    encoding = sources.encoding_of(file, said.encoding)
    keys = header_lines.keys(file)
    size = file.seek(0, 2)
    raw = sources.Bytes(file, sources.Tally(progress, before=0, whole=2 * size).more)
    delimiter, above, rows = survey.table(raw, encoding, said.delimiter, _header)
    if len(rows.header) > survey.MAX_COLUMNS:
        raise FileUnreadable(
            say("The header has {n} columns; {most} are the limit.", n=len(rows.header), most=survey.MAX_COLUMNS)
        )
    columns = headers.found(WORDS, rows.header, said.columns, kept.columns if kept else ())
    shape = shape_of(columns, (*said.columns, *(kept.columns if kept else ())))
    dates, amounts, days = DateEvidence(), AmountEvidence(), dict[str, None]()
    count = 0
    for batch in rows:
        count += len(batch.rows) + len(batch.broken)
        for place in _places(columns, (ControlField.DUE, ControlField.AS_OF)):
            dates.add(row[place] for row in batch.rows)
        for place in _places(columns, AMOUNTS):
            amounts.add([row[place].strip() for row in batch.rows])
        for place in _places(columns, (ControlField.AS_OF,)):
            days.update(dict.fromkeys(row[place].strip() for row in batch.rows[:_DAYS_KEPT] if len(days) < _DAYS_KEPT))
    if not count:
        raise FileHoldsNoRows(say("{file} has a header and no rows; there is nothing to import.", file=said.file_name))
    asked: list[QuestionOpen] = []
    currency = _answer(lambda: _currency(said.currency, columns), None, asked)
    order = said.date_order or _answer(lambda: dates.decided(kept.date_order if kept else None), None, asked)
    mark = said.decimal_mark or _answer(lambda: amounts.decided(kept.decimal_mark if kept else None), None, asked)
    told = {day for text in days if (day := read(text, order)) is not None} if not asked else set()
    as_of = _answer(lambda: _as_of(said.as_of, told), None, asked)
    if asked or as_of is None:
        raise asked[0].along_with(asked[1:])
    if as_of > today:
        raise OptionUnusable(
            say("The report is of {day}, which has not come yet; today is {today}.", day=as_of, today=today)
        )
    return ControlLayout(encoding, delimiter, above, columns, shape, order, mark, currency, as_of, count, size,
                         raw.hash.hexdigest(), keys.get(above, ""))  # fmt: skip


def shape_of(columns: Columns[ControlField], said: Sequence[tuple[str, str]]) -> Shape:
    """Return what the rows of a report are, by its columns.

    Raises:
        BucketUnclear: A column looks like a bucket and is none of ours; leaving it out would lose its amounts.
        ColumnMissing: The columns fit no shape.
    """
    ignored = {WORDS.fold(header) for header, meant in said if meant.strip().casefold() == headers.IGNORE}
    for header in columns.ignored:
        if seems_bucket(header) and WORDS.fold(header) not in ignored:
            raise BucketUnclear(header)
    have = columns.places
    if any(field in have for field in BUCKET_FIELDS):
        return Shape.BUCKETS
    if ControlField.BUCKET in have and not (ControlField.NUMBER in have and ControlField.DUE in have):
        return Shape.ROWS
    if ControlField.NUMBER in have:
        if ControlField.DUE not in have:
            raise _missing(columns, ControlField.DUE)
        return Shape.LINES
    if ControlField.TOTAL in have and ControlField.DUE not in have:
        return Shape.BUCKETS
    raise _missing(columns, ControlField.NUMBER if ControlField.DUE in have else ControlField.BUCKET)


def _missing(columns: Columns[ControlField], field: ControlField) -> ColumnMissing:
    return ColumnMissing(say(KNOWN[field].title), field.value, tuple(each for each in columns.headers if each))


def _header(lines: list[str], first: int, asked: str | None) -> int:
    """Return the place of the first line in which two headers are known, else of the first line."""
    for place in range(first, min(len(lines), _FIRST_LINES)):
        try:
            sign = sources.delimiter_of(lines[place], asked)
        except DelimiterUnclear:
            continue
        cells = [cell.strip().strip('"') for cell in lines[place].split(sign)]
        if len({WORDS.means[folded][0] for cell in cells if (folded := WORDS.fold(cell)) in WORDS.means}) >= 2:
            return place
    return first


def _answer(told: Callable[[], A | None], kept: A | None, asked: list[QuestionOpen]) -> A | None:
    try:
        return told()
    except QuestionOpen as question:
        asked.append(question)
        return kept


def _places(columns: Columns[ControlField], fields: Sequence[ControlField]) -> list[int]:
    """Return the columns of these fields, of each all that it has."""
    return [
        place
        for field in fields
        if field in columns.places
        for place in (columns.places[field], *columns.more.get(field, ()))
    ]


def _currency(asked: str | None, columns: Columns[ControlField]) -> str | None:
    """Return the currency of rows that have none: asked for, or in a header.

    Raises:
        OptionUnusable: What was asked for is no currency.
        CurrencyMissing: Nothing tells it.
    """
    if asked is not None:
        if currency_of(asked) is None:
            raise OptionUnusable(say("{code} is not an ISO 4217 currency code.", code=repr(asked[:20])))
        return currency_of(asked)
    named = {currency for place in _places(columns, AMOUNTS) if (currency := currency_in(columns.headers[place]))}
    if len(named) == 1:
        return named.pop()
    if ControlField.CURRENCY not in columns.places:
        raise CurrencyMissing
    return None


def _as_of(asked: date | None, told: set[date]) -> date:
    """Return the day of the report.

    Raises:
        OptionUnusable: Its rows are of several days, or of another than was said.
        AsOfMissing: Nothing tells it.
    """
    if len(told) > 1:
        raise OptionUnusable(
            say(
                "The rows are of several days ({first} to {last}). Import each day by itself.",
                first=min(told),
                last=max(told),
            )
        )
    if asked is None and not told:
        raise AsOfMissing
    day = asked or next(iter(told))
    if told and day not in told:
        raise OptionUnusable(say("--as-of says {day}, but the rows are of {other}.", day=day, other=next(iter(told))))
    return day
