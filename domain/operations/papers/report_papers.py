"""Report papers: a report or a digest as PDF in its reader's language, with the merchant's logo and the ageing chart.

Made as receipts are: every word reaches the template as text, so that no name, however hostile, is markup in it.
"""

import asyncio
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from domain import letters
from domain.kernel import speech
from domain.kernel.core import Core, Merchant
from domain.kernel.money import Money
from domain.kernel.speech import counted, say
from domain.ledger import words as ledger_words
from domain.ledger.ageing import BUCKETS
from domain.ledger.ageing_before import AgeingCompared
from domain.ledger.papers import typesetting
from domain.letters.brand import Brand
from domain.operations import digest_letters, digest_words
from domain.operations.digest_contents import Digest
from domain.operations.reports import sheets
from domain.operations.reports.sheets import Cell, Report, Share, Sheet

WIDE = 7
"""Columns of a table that still fits on paper held upright."""

MOST_ROWS = 2_000
"""Rows of one table; what is beyond is told, and stands in the CSV."""

LONGEST_CELL = 120
"""Characters of a cell; a longer name is cut."""

LONGEST_CODE = 14
"""Characters of a column that needs no more room than its text."""

_LONG_WORD = re.compile(r"\S{24}(?=\S)")

_PICTURE = "ageing"


@dataclass(frozen=True, slots=True)
class Figures:
    """A table, its cells written for the reader."""

    columns: tuple[str, ...]
    right: tuple[bool, ...]
    """Whether a column is of figures, and so stands at the right."""
    widths: tuple[str, ...]
    """``fr``: what is left of the line; ``auto``: what it needs."""
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One heading with what is below it."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Figures, ...] = ()
    note: str = ""
    picture: str = ""
    """The name of a drawing."""
    described: str = ""
    """What it shows, for whoever does not see it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper."""

    title: str
    subtitle: str
    parts: tuple[Part, ...]


async def of_report(core: Core, made: Report, *, ageing: AgeingCompared | None = None) -> bytes:
    """Return a report as PDF for the reader who is spoken to, with a chart where *ageing* is given."""
    return await asyncio.to_thread(_report, core.merchant, _brand(core), made, ageing)


async def of_digest(core: Core, told: Digest) -> bytes:
    """Return a digest as PDF for the reader who is spoken to."""
    return await asyncio.to_thread(_digest, core.merchant, _brand(core), told)


def _report(merchant: Merchant, brand: Brand, made: Report, ageing: AgeingCompared | None) -> bytes:
    drawing, described = _drawn(ageing)
    parts = tuple(_sheet(each, drawing, described) for each in made.sheets if each.rows)
    about = [say("{first} to {last}", first=made.first, last=made.last), *_whose(made)]
    if not parts:
        parts = (Part(say("Nothing to tell"), (say("There is nothing in these days."),)),)
    return _set(merchant, brand, Paper(say(made.title), " · ".join(about), parts), drawing)


def _digest(merchant: Merchant, brand: Brand, told: Digest) -> bytes:
    drawing, described = _drawn(told.ageing)
    if told.is_empty:
        nothing = Part(say("Nothing to tell"), (say("Nothing happened, and nothing waits."),))
        return _set(merchant, brand, Paper(digest_words.title(told), "", (nothing,)), "")
    parts = tuple(_section(each, described) for each in digest_letters.sections(told, chart=bool(drawing)))
    return _set(merchant, brand, Paper(digest_words.title(told), "", parts), drawing)


def _whose(made: Report) -> Iterator[str]:
    if made.customer:
        yield say("customer {name}", name=made.customer)
    if made.segment:
        yield say("segment {name}", name=made.segment)
    if made.currency:
        yield made.currency


def _set(merchant: Merchant, brand: Brand, paper: Paper, drawing: str) -> bytes:
    facts = {
        **asdict(paper),
        "merchant": merchant.name,
        "lang": speech.reader().language,
        "page": say("Page"),
        "colour": brand.colour,
        "logo": list(brand.logo or b""),
        "wide": any(len(table.columns) > WIDE for part in paper.parts for table in part.tables),
    }
    return typesetting.typeset(_template(), facts, pictures={_PICTURE: drawing} if drawing else None)


def _sheet(sheet: Sheet, drawing: str, described: str) -> Part:
    """Return a table of a report; sums are without their currency where that has a column."""
    bare = "currency" in sheet.columns
    rows = tuple(tuple(_shown(cell, bare=bare) for cell in row) for row in sheet.rows[:MOST_ROWS])
    right = tuple(_is_figure(sheet.rows, at) for at in range(len(sheet.columns)))
    columns = tuple(_head(each) for each in sheet.columns)
    left = len(sheet.rows) - MOST_ROWS
    more = (counted("… +{n} more line", "… +{n} more lines", left),) if left > 0 else ()
    shown = sheet.name == _PICTURE and bool(drawing)
    return Part(
        title=say(sheet.title),
        lines=more,
        tables=(Figures(columns, right, _widths(right, rows), rows),),
        note=say(sheet.note) if sheet.note else "",
        picture=_PICTURE if shown else "",
        described=described if shown else "",
    )


def _head(column: str) -> str:
    """Return the head of a column, which may be a bucket of ageing."""
    return ledger_words.bucket(column) if column in BUCKETS else say(column)


def _section(section: digest_letters.Section, described: str) -> Part:
    tables = [Figures(each.head, (False, *(True for _ in each.head[1:])), ("fr", *("auto" for _ in each.head[1:])),
                      each.rows) for each in section.tables]  # fmt: skip
    if section.rows:
        rows = tuple((_breakable(row.title), row.status, row.amount) for row in section.rows)
        tables.append(Figures(("", "", ""), (False, False, True), ("fr", "fr", "auto"), rows))
    return Part(
        title=section.title,
        lines=section.lines,
        tables=tuple(tables),
        note=f"{say('In Slack')}: /plixo {section.command}" if section.command else "",
        picture=_PICTURE if section.chart else "",
        described=described if section.chart else "",
    )


def _shown(cell: Cell, *, bare: bool) -> str:
    if isinstance(cell, Money) and bare:
        return speech.amount(cell).replace(cell.currency, "").strip()
    return _breakable(sheets.shown(cell))


def _breakable(text: str) -> str:
    """Return a text of a length that a cell has room for, whose words can be broken however long they are."""
    cut = text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
    return _LONG_WORD.sub(lambda found: f"{found[0]}\u00ad", cut)


def _is_figure(rows: Sequence[Sequence[Cell]], at: int) -> bool:
    return all(isinstance(row[at], int | Decimal | Money | Share | date | None) for row in rows)


def _widths(right: Sequence[bool], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Let the columns of words share what the figures and codes leave; where there are only these, all are alike."""
    words = [not right[at] and any(len(row[at]) > LONGEST_CODE for row in rows) for at in range(len(right))]
    return tuple("fr" if each or not any(words) else "auto" for each in words)


def _drawn(found: AgeingCompared | None) -> tuple[str, str]:
    """Return the drawing of ageing, and what it shows in words; nothing where nothing is open."""
    from domain.operations.charts import ageing_chart  # loading matplotlib takes a second that others need not wait

    if found is None or not ageing_chart.panels(found):
        return "", ""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ageing.svg"
        described = ageing_chart.draw(found, file)
        return file.read_text(encoding="utf-8"), described


def _brand(core: Core) -> Brand:
    return letters.templates(core.merchant.letters_folder).brand


@cache
def _template() -> bytes:
    return (Path(__file__).parent / "report.typ").read_bytes()
