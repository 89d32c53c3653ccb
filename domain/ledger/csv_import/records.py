"""Records: lines cut into cells; a quote that is never closed costs its own line and no other."""

import csv
from collections import deque
from collections.abc import Iterator

from domain.ledger.csv_import.refusals import FileUnreadable

MAX_BROKEN = 1000
"""Records with broken quotes in one file; beyond that the delimiter or the whole file is wrong."""

Record = tuple[int, list[str], str]
"""Line number, cells, and the code of a fault or nothing."""


class _Lines:
    """Lines on their way into the CSV reader; those of the present record can be given back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        """Let the record's later lines be read again, as records of their own."""
        again = self.taken[1:]
        self._again.extendleft(reversed(again))
        self.number -= len(again)


def records(source: Iterator[str], delimiter: str) -> Iterator[Record]:
    """Yield the header, then every record that is not blank.

    Records that do not have as many cells as the header carry the code of the fault.

    Raises:
        FileUnreadable: So many quotes are broken that the file cannot be what it seems.
    """
    lines = _Lines(source)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width = broken = 0
    while True:
        start = lines.number + 1
        lines.taken.clear()
        try:
            cells, fault = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            cells, fault = [], _code(error, alone=len(lines.taken) == 1)
        if width and not fault and len(cells) != width:
            cells, fault = _fitted(cells, width, alone=len(lines.taken) == 1)
        if not fault and not any(cells):
            continue
        if fault and not width:
            raise FileUnreadable("The quotes in the header are broken; this is no CSV file.")
        width = width or len(cells)
        if fault and len(lines.taken) > 1:
            broken += 1
            if broken > MAX_BROKEN:
                raise FileUnreadable(f"More than {MAX_BROKEN} rows have broken quotes. Is the delimiter right?")
            lines.give_back_all_but_first()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
        yield start, cells, fault


def _code(error: csv.Error, *, alone: bool) -> str:
    """Return what the CSV reader stumbled over; a cell that runs over many lines was never closed."""
    return "cell_too_long" if alone and "limit" in str(error) else "quotes_broken"


def _fitted(cells: list[str], width: int, *, alone: bool) -> tuple[list[str], str]:
    """Return as many cells as the header has; delimiters at the end of a line hold nothing."""
    if not any(cells) or (len(cells) > width and not any(cells[width:])):
        return cells[:width], ""
    return cells, "ragged_row" if alone else "quotes_broken"
