"""What a file comes to and how it was read, in words: counts, sums, columns, and what is left alone."""

from collections.abc import Iterable, Mapping

from bot import blocks, text
from bot.audience import Audience
from bot.blocks import Block
from domain.kernel.speech import again, counted, number, phrase, say, say_as
from domain.operations.imports.findings import Column, Count, Findings, Reading, Reason, Total

COLUMNS_SHOWN = 20
REASONS_SHOWN = 8
TOLD_SHOWN = 12

ORDERS: Mapping[str, str] = {
    "dmy": phrase("Day first, as in 31/12/2026"),
    "mdy": phrase("Month first, as in 12/31/2026"),
    "ymd": phrase("Year first, as in 2026/12/31"),
    "serial": phrase("Numbers of days, as spreadsheets count them"),
}
MARKS: Mapping[str, str] = {
    "point": phrase("A point, as in 1,234.56"),
    "comma": phrase("A comma, as in 1.234,56"),
}
DELIMITERS: Mapping[str, str] = {
    "comma": phrase("A comma"),
    "semicolon": phrase("A semicolon"),
    "tab": phrase("A tab"),
    "pipe": phrase("A pipe"),
}
"""What may be answered to a question, as it is shown."""

_ORDER: Mapping[str, str] = {
    "dmy": phrase("dates: day first, as in 31/12/2026"),
    "mdy": phrase("dates: month first, as in 12/31/2026"),
    "ymd": phrase("dates: year first, as in 2026/12/31"),
    "serial": phrase("dates: numbers of days, as spreadsheets count them"),
}
_MARK: Mapping[str, str] = {
    "point": phrase("decimals: a point, as in 1,234.56"),
    "comma": phrase("decimals: a comma, as in 1.234,56"),
}
_BETWEEN: Mapping[str, str] = {
    ",": phrase("comma between cells"),
    ";": phrase("semicolon between cells"),
    "\t": phrase("tab between cells"),
    "|": phrase("pipe between cells"),
}
_WHY: Mapping[str, str] = {
    "vague": phrase("could mean it"),
    "said": phrase("as you said"),
    "saved": phrase("as was kept"),
}


def details(told: Findings, readers: Audience) -> Iterable[Block]:
    """Yield how the file is read, which column is what, and what is left alone."""
    yield blocks.context(_reading(told.reading))
    if told.reading.columns:
        used = [each for each in told.reading.columns if each.meant][:COLUMNS_SHOWN]
        unused = [text.foreign(each.header, limit=40) for each in told.reading.columns if not each.meant]
        lines = [_column(each, readers) for each in used]
        if unused and not readers.brief:  # a file without headers has a row of data in their place
            lines.append(say("_not used_: {headers}", headers=", ".join(unused[:COLUMNS_SHOWN])))
        yield blocks.section("\n".join(lines)[:2_900])
    if told.reasons:
        lines = [_reason(each) for each in told.reasons]
        yield blocks.section(f"*{say('What is left alone')}*\n{text.listed(lines, most=REASONS_SHOWN)[:2_800]}")
    if told.told and not readers.brief:
        lines = [f"• {text.foreign(each, limit=200)}" for each in told.told]
        yield blocks.section(text.listed(lines, most=TOLD_SHOWN)[:2_900])
    if told.absent:
        yield blocks.context(_absent(told))


def _absent(told: Findings) -> str:
    if told.has_absent:
        return counted(
            "{n} open invoice of the ledger is not in the file. It is left alone; it is listed in the thread.",
            "{n} open invoices of the ledger are not in the file. They are left alone; they are listed in the thread.",
            told.absent,
        )
    return counted(
        "{n} open invoice of the ledger is not in the file. It is left alone.",
        "{n} open invoices of the ledger are not in the file. They are left alone.",
        told.absent,
    )


def _reason(each: Reason) -> str:
    return f"• {number(each.rows)} × `{each.code}`: {text.said(each.what_to_do)}"


def _column(each: Column, readers: Audience) -> str:
    samples = "" if readers.brief else ", ".join(text.foreign(sample, limit=30) for sample in each.samples)
    why = f" _({say(_WHY[each.why])})_" if each.why in _WHY else ""
    meant, header = text.said(each.meant), text.foreign(each.header, limit=40)
    return f"*{meant}* ← {header}{why}{f': {samples}' if samples else ''}"


def _reading(how: Reading) -> str:
    told = [
        again(how.form),
        how.encoding.removesuffix("-sig").upper(),
        say(_BETWEEN[how.delimiter]) if how.delimiter in _BETWEEN else "",
        say(_ORDER[how.date_order]) if how.date_order in _ORDER else "",
        say(_MARK[how.decimal_mark]) if how.decimal_mark in _MARK else "",
        say("{currency} where a row names no currency", currency=how.currency) if how.currency else "",
        say("headers in line {line}", line=str(how.header_line)) if how.header_line > 1 else "",
        say("layout known as {name}, by {who}", name=how.known_as, who=how.known_by) if how.known_as else "",
    ]
    return say("Read as: {how}", how=text.said(", ".join(each for each in told if each)))


def counts(told: Findings) -> str:
    """Return how many rows were read, and what becomes of them."""
    read, *others = told.counts
    parts = ", ".join(_counted(each) for each in others if each.rows)
    rows = counted("{n} row read", "{n} rows read", read.rows)
    return f"{rows}: {parts}" if parts else rows


def _counted(each: Count) -> str:
    match each.name:
        case "new":
            return counted("{n} new", "{n} new", each.rows)
        case "changed":
            return counted("{n} changed", "{n} changed", each.rows)
        case "unchanged":
            return counted("{n} unchanged", "{n} unchanged", each.rows)
        case "conflicting":
            return counted("{n} conflicting", "{n} conflicting", each.rows)
        case "rejected":
            return counted("{n} rejected", "{n} rejected", each.rows)
        case "left out":
            return counted("{n} left out", "{n} left out", each.rows)
        case name:
            return f"{number(each.rows)} {name}"


def totals(told: Findings, readers: Audience) -> str:
    """Return the sums of the file, a line for each."""
    return "".join(f"{_total(each, readers)}\n" for each in told.totals[:10])


def _total(each: Total, readers: Audience) -> str:
    sum_ = f"{_named(each.name)}: *{readers.money(each.amount)}*"
    return counted("{total} in {n} row", "{total} in {n} rows", each.rows, total=sum_) if each.rows else sum_


def _named(total: str) -> str:
    match total:
        case "open":
            return say_as("sum of what is open", "open")
        case "total":
            return say_as("sum of a report", "total")
        case "paid":
            return say_as("sum of an advice", "paid")
        case "new, came in":
            return say("new, came in")
        case "new, went out":
            return say("new, went out")
        case _:
            return total
