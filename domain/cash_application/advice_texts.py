"""Advice texts: the text of an advice as it is laid out, taken apart into amounts, dates and words."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from domain.cash_application.advice_words import WORDS, AdviceField
from domain.cash_application.bank_words import currency_of
from domain.ledger.csv_import.amount_texts import AmountFault, minor_units
from domain.ledger.csv_import.requests import DecimalMark
from domain.ledger.invoices import number_key

MAX_TEXT_LINES = 5_000
LONGEST_LINE = 500

_AMOUNT = re.compile(
    r"(?<![\w.,/-])(?P<minus>[-\u2212(])?"
    r"(?P<body>\d{1,3}(?:(?P<mark>[.,'’ \u00a0\u202f])\d{3})(?:(?P=mark)\d{3})*[.,]\d{2}"
    r"|\d{1,12}[.,]\d{2})(?P<end>[-)])?(?!\w|[.,]\d|\s?%)"
)
_DATE = re.compile(r"\b(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})\b")
_WORD = re.compile(r"\S+")
_CELL = re.compile(r"\S+(?: \S+)*")
_ENDS = ".,;:()[]{}\"'#*<>!?|"
_CURRENCY = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])|€")
_LIKELY = re.compile(r"(?=\D*\d{3}|.*\d\D?\d{2})[A-Za-z]{0,8}[-/_.]?[\w][\w/._-]{2,39}")


@dataclass(frozen=True, slots=True)
class Found:
    """An amount in a line, with where it stands."""

    minor: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of the text."""

    text: str
    amounts: tuple[Found, ...]
    dates: tuple[str, ...]
    words: tuple[tuple[str, int, int], ...]
    """What may be a number: words with a figure that are neither amounts nor dates, with where they stand."""


def lines_of(pages: Sequence[str]) -> list[str]:
    """Return the lines of all pages that are not blank, as many as are looked at."""
    found = (line[:LONGEST_LINE] for page in pages for line in page.splitlines())
    shown = ("".join(each if each.isprintable() else " " for each in line).rstrip() for line in found)
    return list(itertools.islice((line for line in shown if line), MAX_TEXT_LINES))


def mark_of(lines: Sequence[str]) -> DecimalMark:
    """Return which mark stands before the last two figures of most amounts."""
    marks = Counter(found["body"][-3] for line in lines for found in _AMOUNT.finditer(line))
    return DecimalMark.COMMA if marks[","] > marks["."] else DecimalMark.POINT


def currency_in(lines: Sequence[str]) -> str | None:
    """Return the currency that the text names, if it names one only."""
    named = {each for line in lines for text in _CURRENCY.findall(line) if (each := currency_of(text)) is not None}
    signed = {each for each in named if any(re.search(rf"(?:{each}|€)\W{{0,3}}\d|\d\W{{0,3}}(?:{each}|€)", line)
                                            for line in lines)}  # fmt: skip
    several = signed or named
    return next(iter(several)) if len(several) == 1 else None


def parted(line: str, mark: DecimalMark, currency: str) -> TextLine:
    """Take a line apart."""
    amounts = tuple(found for match in _AMOUNT.finditer(line) if (found := _amount(line, match, mark, currency)))
    dates = tuple(_DATE.findall(line))
    taken = [(each.start, each.end) for each in amounts] + [match.span() for match in _DATE.finditer(line)]
    words = [
        (match[0].strip(_ENDS), match.start(), match.end())
        for match in _WORD.finditer(line)
        if any(char.isdigit() for char in match[0])
        and not any(start < match.end() and match.start() < end for start, end in taken)
    ]
    return TextLine(line, amounts, dates, tuple(each for each in words if each[0]))


def _amount(line: str, match: "re.Match[str]", mark: DecimalMark, currency: str) -> Found | None:
    body, start = match["body"], match.start("body")
    if match["mark"] == " " and not _begins_cell(line, match.start()):
        start += body.rindex(" ") + 1
        body = body[body.rindex(" ") + 1 :]
    try:
        minor = minor_units(body, currency, mark)
    except AmountFault:
        return None
    return Found(-minor if match["minus"] or match["end"] else minor, start, match.end())


def _begins_cell(line: str, start: int) -> bool:
    before = line[:start]
    return not before.strip() or before.endswith("  ") or before.rstrip().endswith(("€", "EUR", ":"))


def keys(lines: Sequence[TextLine]) -> set[str]:
    """Return the keys under which the ledger may know a number of the text."""
    return {key for line in lines for key, _ in candidates(line)}


def candidates(line: TextLine) -> list[tuple[str, str]]:
    """Return what may be an invoice's number in a line, as key and as it is written: words, and two as one."""
    words = [(word.strip(_ENDS), match.start()) for match in _WORD.finditer(line.text) if (word := match[0])]
    single = [(number_key(word), word) for word, _, _ in line.words]
    inner = [(number_key(part), part) for word, _, _ in line.words for part in re.split(r"[:=#]", word)[1:] if part]
    pairs = [
        (number_key(one + other), f"{one} {other}")
        for (one, _), (other, _) in itertools.pairwise(words)
        if one.isalpha() and any(char.isdigit() for char in other)
    ]
    return [*single, *inner, *pairs]


def likely(line: TextLine) -> str:
    """Return the word that most looks like an invoice's number, where none is known."""
    return next((word for word, _, _ in line.words if _LIKELY.fullmatch(word) and currency_of(word) is None), "")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of amounts, by the headers over them."""

    columns: tuple[tuple[AdviceField, int, int], ...]

    def field_of(self, amount: Found) -> AdviceField | None:
        """Return under which header an amount stands: the nearest one."""
        near = sorted(
            (min(abs(start - amount.start), abs(end - amount.end)), field) for field, start, end in self.columns
        )
        return near[0][1] if near else None


_MONEY = frozenset({AdviceField.GROSS, AdviceField.DEDUCTION, AdviceField.AMOUNT})


def header_in(text: str) -> Header | None:
    """Return the header that a line of text is: one that names numbers and amounts."""
    cells = [(match[0], match.start(), match.end()) for match in _CELL.finditer(text)]
    meant = [(WORDS.means.get(WORDS.fold(cell)), start, end) for cell, start, end in cells]
    fields = [(known[0], start, end) for known, start, end in meant if known is not None]
    if AdviceField.NUMBER not in {each for each, _, _ in fields} or not _MONEY & {each for each, _, _ in fields}:
        return None
    return Header(tuple(each for each in fields if each[0] in _MONEY))
