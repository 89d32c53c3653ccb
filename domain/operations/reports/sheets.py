"""Sheets: what a report shows, as tables whose cells keep their values until somebody reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal, format_percent

from domain.kernel import speech
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Word:
    """A word of ours, marked by ``phrase``, which is said to the reader."""

    text: str
    meaning: str = ""
    """What is meant, where other languages say the word in several ways."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one, shown in percent."""

    part: Decimal


Cell = str | int | Decimal | Money | date | Word | Share | None
"""A plain text is a stranger's, or a code; None is a figure that does not exist."""

NONE = "–"
"""How a figure that does not exist is shown to people."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a report."""

    name: str
    title: str
    """Marked by ``phrase``, as the columns are."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """What the figures are of, marked by ``phrase``."""

    def of(self, currency: str | None) -> "Sheet":
        """Return the rows of one currency; a table without currencies stays whole."""
        if currency is None or "currency" not in self.columns:
            return self
        at = self.columns.index("currency")
        return Sheet(
            self.name, self.title, self.columns, tuple(row for row in self.rows if row[at] == currency), self.note
        )


@dataclass(frozen=True, slots=True)
class Report:
    """Some sheets about one period."""

    name: str
    title: str
    """Marked by ``phrase``."""
    first: date
    last: date
    currency: str | None
    sheets: tuple[Sheet, ...]
    customer: str = ""
    """A stranger's name, where the figures are of one customer."""
    segment: str = ""
    """Where they are of a segment's customers."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not any(each.rows for each in self.sheets)


def shown(cell: Cell) -> str:
    """Return a cell as its reader reads it; a stranger's text as it is."""
    match cell:
        case None:
            return NONE
        case Word(text, meaning):
            return speech.said(text, {}, meaning=meaning)
        case Share(part):
            rounded = part.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
            return str(format_percent(rounded, format="#,##0.#\xa0%", locale=speech.reader().locale))
        case Money():
            return speech.amount(cell)
        case Decimal():
            return str(format_decimal(cell, locale=speech.reader().locale))
        case int():
            return speech.number(cell)
        case date():
            return speech.day(cell)
        case _:
            return cell


def plain(cell: Cell) -> object:
    """Return a cell for a program: sums with a point, shares as part of one, days as 2026-03-31."""
    match cell:
        case Word(text):
            return text
        case Share(part):
            return str(part.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP))
        case Money():
            return f"{cell.decimal:f}"
        case Decimal() | date():
            return str(cell)
        case _:
            return cell


def document(report: Report) -> dict[str, object]:
    """Return a report as what JSON knows."""
    return {
        "report": report.name,
        "first": str(report.first),
        "last": str(report.last),
        "currency": report.currency,
        "customer": report.customer,
        "segment": report.segment,
        "sheets": [
            {
                "name": each.name,
                "rows": [_named(each.columns, row) for row in each.rows],
            }
            for each in report.sheets
        ],
    }


def _named(columns: Sequence[str], row: Sequence[Cell]) -> dict[str, object]:
    return {name.replace(" ", "_"): plain(cell) for name, cell in zip(columns, row, strict=True)}
