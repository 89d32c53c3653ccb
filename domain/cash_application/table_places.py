"""Table places: where in a file the table begins, below the lines that banks put above it."""

import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.kernel.speech import say
from domain.ledger.csv_import import amount_texts, date_texts, sources
from domain.ledger.csv_import.headers import F, Vocabulary
from domain.ledger.csv_import.records import Table
from domain.ledger.csv_import.refusals import FileHoldsNoRows

LOOKED_AT = 200
"""Lines at the beginning of a file among which the header is searched."""

MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where the table stands."""

    delimiter: str
    above: int
    """Lines above the header."""
    made_up: tuple[str, ...] = ()
    """Headers of a file that has none: the columns by their numbers, with an example."""


def found(lines: Sequence[str], words: Vocabulary[F], asked: str | None) -> Place:
    """Find the header by evidence: the line with most of the known headers, else the line above the first row.

    Raises:
        FileHoldsNoRows: All lines are blank.
        OptionUnusable: The delimiter that was asked for is none.
    """
    if not any(line.strip() for line in lines):
        raise FileHoldsNoRows(say("The file holds nothing but blank lines."))
    signs = [sources.delimiter_of("", asked)] if asked is not None else list(sources.DELIMITERS.values())
    tables = {sign: [_cells(line, sign) for line in lines[:LOOKED_AT]] for sign in signs}
    known = [
        (len({meant[0] for cell in cells if (meant := words.means.get(words.fold(cell)))}), -place, sign)
        for sign, rows in tables.items()
        for place, cells in enumerate(rows)
        if 1 < len(cells) <= MAX_COLUMNS
    ]
    score, place, sign = max(known, default=(0, 0, ","))
    if score >= 2:
        return Place(sign, -place)
    sign, rows = max(tables.items(), key=lambda each: _regularity(each[1]))
    return _by_shape(sign, rows)


def _by_shape(sign: str, rows: list[list[str]]) -> Place:
    """Return the place of a table whose headers are unknown: the line of words above the first row of figures."""
    first = next((place for place, cells in enumerate(rows) if _is_row(cells)), None)
    if first is None:
        return Place(sign, next(place for place, cells in enumerate(rows) if any(cells)))
    above = next((place for place in range(first - 1, -1, -1) if any(rows[place])), None)
    if above is not None and _is_header(rows[above], rows[first]):
        return Place(sign, above)
    headers = tuple(f"column {place} ({cell[:20]})" for place, cell in enumerate(rows[first], 1))
    return Place(sign, first, headers)


def _is_row(cells: list[str]) -> bool:
    dated = [date_texts.readings(cell) != date_texts.NOTHING for cell in cells]
    return any(dated) and any(
        amount_texts.readings(cell) != (None, None) for cell, date in zip(cells, dated, strict=True) if not date
    )


def _is_header(cells: list[str], row: list[str]) -> bool:
    named = [cell for cell in cells if cell]
    figures = any(char.isdigit() for cell in named for char in cell)
    return abs(len(cells) - len(row)) <= 1 and len(named) >= len(cells) - 1 and not figures


def _regularity(rows: list[list[str]]) -> int:
    """Return how many lines are cut into the same number of cells, more than one."""
    return max(Counter(len(cells) for cells in rows if len(cells) > 1).values(), default=0)


def _cells(line: str, sign: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=sign), [])]
    except csv.Error:
        return [line.strip()]


def preamble(lines: Sequence[str], place: Place) -> list[list[str]]:
    """Return the cells of the lines above the table."""
    return [_cells(line, place.delimiter) for line in lines[: place.above]]


def table(blocks: Iterator[list[str]], place: Place) -> tuple[Table, int]:
    """Return the table, and how many lines its numbers run ahead of the file's."""
    block = next(blocks, [])
    block = ["\n"] * place.above + block[place.above :]
    if not place.made_up:
        return Table(itertools.chain([block], blocks), place.delimiter), 0
    header = place.delimiter.join(f'"{each}"' for each in (name.replace('"', "") for name in place.made_up))
    return Table(itertools.chain([[header + "\n"], block], blocks), place.delimiter), 1
