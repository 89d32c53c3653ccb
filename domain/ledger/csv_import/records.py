"""Records: lines cut into cells; a quote that is never closed costs its own line and no other."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

from domain.kernel.speech import say
from domain.ledger.csv_import.refusals import FileHoldsNoRows, FileUnreadable
from domain.ledger.csv_import.sources import lines_of

Block = str | list[str]
"""Some lines that follow each other, with their ends."""

MAX_BROKEN = 1000
"""Records with broken quotes in one file; beyond that the delimiter or the whole file is wrong."""


class Record(NamedTuple):
    """One record of the file; with the code of a fault when it cannot be a row."""

    line: int
    cells: list[str]
    code: str


class Rows(Sequence[list[str]]):
    """Rows that are kept as columns, which nearly all of the reading asks for; a row is put together on demand."""

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, index: int) -> list[str]: ...

    @overload
    def __getitem__(self, index: slice) -> "Rows": ...

    def __getitem__(self, index: int | slice) -> "list[str] | Rows":
        if isinstance(index, slice):
            return Rows([column[index] for column in self.columns])
        return [column[index] for column in self.columns]

    def __iter__(self) -> Iterator[list[str]]:
        return map(list, zip(*self.columns, strict=True))


class Batch(NamedTuple):
    """Some rows of the file, each with as many cells as the header, and what stood between them."""

    lines: Sequence[int]
    """Where each row begins."""
    rows: Sequence[list[str]]
    broken: list[Record]

    def columns(self) -> Sequence[Sequence[str]]:
        """Return the cells column by column; without any row there is no column either."""
        return self.rows.columns if isinstance(self.rows, Rows) else list(zip(*self.rows, strict=True))


class _Lines:
    """Lines on their way into the CSV reader; those of the present record can be given back."""

    def __init__(self, blocks: Iterator[Block]) -> None:
        self._blocks = blocks
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not self._again:
            block = next(self._blocks)
            self._again.extend(lines_of(block) if isinstance(block, str) else block)
        line = self._again.popleft()
        self.number += 1
        self.taken.append(line)
        return line

    def block(self) -> tuple[str, int]:
        """Return the lines that come next, as many as are at hand, and how many they are; an empty text at the end."""
        block: Block = list(self._again) if self._again else next(self._blocks, "")
        self._again.clear()
        text = block if isinstance(block, str) else "".join(block)
        count = _count(text)
        self.number += count
        return text, count

    def give_back(self, lines: list[str]) -> None:
        """Let lines be read again."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


class Table:
    """A file's header, and its rows in batches.

    Raises:
        FileHoldsNoRows: There is not even a header.
        FileUnreadable: The header's quotes, or too many others, are broken.
    """

    def __init__(self, blocks: Iterator[Block], delimiter: str) -> None:
        self._lines, self._delimiter = _Lines(blocks), delimiter
        self._found = 0
        """Records with broken quotes."""
        first = next(self._records(width=0), None)
        if first is None:
            raise FileHoldsNoRows(say("The file is empty."))
        if first.code:
            raise FileUnreadable(say("The quotes in the header are broken; this is no CSV file."))
        self.header = first.cells

    def __iter__(self) -> Iterator[Batch]:
        width = len(self.header)
        while True:
            text, count = self._lines.block()
            if not text:
                return
            rows = self._plain(text, width, count)
            end = self._lines.number
            if rows is not None:
                yield Batch(range(end - count + 1, end + 1), rows, [])
                continue
            self._lines.give_back(lines_of(text))
            yield self._odd(width, end)

    def _plain(self, text: str, width: int, count: int) -> Sequence[list[str]] | None:
        """Return the rows of lines that are one whole row each; None when any of them is not."""
        if '"' not in text:
            limit = csv.field_size_limit()
            short = len(text) <= limit or max(map(len, lines_of(text))) <= limit
            return _cut(text, self._delimiter, width=width, count=count) if short else None
        try:
            rows = list(csv.reader(lines_of(text), delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        alike = len(rows) == count and set(map(len, rows)) == {width}
        return rows if alike and all(map(any, rows)) else None

    def _odd(self, width: int, end: int) -> Batch:
        """Return the rows up to the line *end*, one by one."""
        found = []
        for record in self._records(width):
            found.append(record)
            if self._lines.number >= end:
                break
        rows = [record for record in found if not record.code]
        broken = [record for record in found if record.code]
        return Batch([record.line for record in rows], [record.cells for record in rows], broken)

    def _records(self, width: int) -> Iterator[Record]:
        """Yield every record that is not blank; one that is a row has no code. Width 0 takes the first as it is."""
        lines = self._lines
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            start = lines.number + 1
            lines.taken.clear()
            try:
                cells, code = next(reader), ""
            except StopIteration:
                return
            except csv.Error as error:
                cells, code = [], _code(error, alone=len(lines.taken) == 1)
            if width and not code and len(cells) != width:
                cells, code = _fitted(cells, width, alone=len(lines.taken) == 1)
            if not code and not any(cells):
                continue
            if code and len(lines.taken) > 1:
                self._count_broken()
                lines.give_back(lines.taken[1:])
                reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            yield Record(start, cells, code)

    def _count_broken(self) -> None:
        self._found += 1
        if self._found > MAX_BROKEN:
            raise FileUnreadable(
                say("More than {most} rows have broken quotes. Is the delimiter right?", most=MAX_BROKEN)
            )


def _count(text: str) -> int:
    """Return how many lines a text has; the last one may have no end."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.count("\n") + (not text.endswith("\n") if text else 0)


def _cut(text: str, delimiter: str, *, width: int, count: int) -> Rows | None:
    """Return the cells of so many lines without quotes; None when a line is blank or has another number of cells.

    All is cut at once, which is several times as fast as line by line. Each end of a line is made a cell of its own:
    when every one of them stands where it has to, each line has its cells.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        text += "\n"
    if f"\n{delimiter * (width - 1)}\n" in f"\n{text}":
        return None
    cells = text.replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
    cells.pop()
    step = width + 1
    if len(cells) != step * count or cells[width::step].count("\n") != count:
        return None
    return Rows([cells[place::step] for place in range(width)])


def _code(error: csv.Error, *, alone: bool) -> str:
    """Return what the CSV reader stumbled over; a cell that runs over many lines was never closed."""
    return "cell_too_long" if alone and "limit" in str(error) else "quotes_broken"


def _fitted(cells: list[str], width: int, *, alone: bool) -> tuple[list[str], str]:
    """Return as many cells as the header has; delimiters at the end of a line hold nothing."""
    if not any(cells) or (len(cells) > width and not any(cells[width:])):
        return cells[:width], ""
    return cells, "ragged_row" if alone else "quotes_broken"
