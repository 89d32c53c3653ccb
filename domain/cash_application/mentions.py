"""Mentions: which invoice numbers a text may hold, read without knowing the ledger.

Payers write numbers with other separators, without zeros or letters, with O for 0, several glued together, or as a
range. Everything that may be meant is read; the ledger then says what exists, and ``numbers`` how well it fits.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, pairwise

LONGEST_TEXT = 2_000
"""Characters of a line's texts that are read."""

MOST = 150
"""Mentions of one line."""

MOST_RUNS = 100
"""Groups of figures of one text that are looked at."""

LONGEST_RANGE = 60
"""Invoices that ``1001-1060`` may mean."""

FEWEST_FIGURES = 3
"""Shorter groups of figures are days, quantities and house numbers; they are only compared as whole words."""

MOST_FIGURES = 20


class How(StrEnum):
    """How figures were come by."""

    WRITTEN = "written"
    CORRECTED = "corrected"  # O read as 0, l and I as 1
    RANGE = "range"  # lies between two that are written
    COMPLETED = "completed"  # 1001/02: the head of the first is meant again
    SPLIT = "split"  # 10011002: two of equal length without anything between


@dataclass(frozen=True, slots=True)
class Mention:
    """Figures that may be an invoice's, with what stands before them."""

    raw: str
    """As it is written."""
    digits: str
    """Without leading zeros; what the ledger is asked for."""
    exact: str
    """With the zeros that were written."""
    letters: str
    """The letters before the figures; those of an earlier number where only figures follow it."""
    attached: bool
    """Whether nothing but a separator, and no space, stands between letters and figures."""
    how: How
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text that may be a whole number, in the form by which it is looked up."""

    key: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a text may mention."""

    words: tuple[Word, ...]
    """Compared with numbers as they are (spaces left out, small letters)."""
    skeletons: tuple[Word, ...]
    """Compared without separators, and with letters and figures that look alike made one."""
    mentions: tuple[Mention, ...]


def skeleton(number: str) -> str:
    """Return letters and figures alone, with O as 0 and l and I as 1; SQL builds the same from stored numbers."""
    return "".join(sign for sign in number.casefold() if sign.isalnum()).translate(_ALIKE)


def read(text: str) -> Reading:
    """Return what the text may mention."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()
    words = tuple(_unique(_words(folded)))[:MOST]
    skeletons = tuple(_unique(_skeletons(folded)))[:MOST]
    figures = _SOMETHING_ELSE.sub(lambda found: " " * len(found[0]), folded)
    return Reading(words, skeletons, tuple(dict.fromkeys(_mentions(figures)))[:MOST])


_ALIKE = str.maketrans({"o": "0", "l": "1", "i": "1"})
_ENDS = ".,;:()[]{}\"'#*<>!?+&|"
_WORD = re.compile(r"[^\s,;+&|]+")
_SIGNS = re.compile(r"[^\W_]+")
_RUN = re.compile(r"(?=[oil]*\d)[\doil]*\d[\doil]*|\d+")
_SOMETHING_ELSE = re.compile(
    r"(?<![\w./,-])(?:"
    r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"|\d{1,3}(?:[.,'’]\d{3})*[.,]\d\d"
    r"|\d+[.,]\d\d"
    r")(?![\w/,-]|\.\d)"
)
"""Dates and amounts, whose figures are no number; as whole words they are still compared."""
_BEFORE = re.compile(r"([^\W\d_]+)([^\w\s]{0,2}|_)?(\s*)[^\w\s]{0,2}\s*$")
_BETWEEN = re.compile(r"\s?[-–/._:]?\s?")
_RANGE = re.compile(r"\s*(?:-|–|—|\.\.+|bis|to|through|thru|until|al|au|à|a)\s*")
_TAIL = re.compile(r"\s?[/,+&]\s?")


def _words(text: str) -> Iterator[Word]:
    """Yield every word that holds a figure, alone and together with the one behind it."""
    found = [
        (match.start(), match.end(), match[0].strip(_ENDS)) for match in _WORD.finditer(text) if match[0].strip(_ENDS)
    ]
    for place, (start, end, word) in enumerate(found):
        if any(sign.isdigit() for sign in word):
            yield Word(word, word, start, end)
        for _, next_end, next_word in found[place + 1 : place + 2]:
            joined = word + next_word
            if any(sign.isdigit() for sign in joined) and text[end : end + 1].isspace():
                yield Word(joined, f"{word} {next_word}", start, next_end)


def _skeletons(text: str) -> Iterator[Word]:
    """Yield letters and figures with separators left out, of up to four neighbours that hold a figure."""
    found = [*_pieces(text)]
    for place in range(len(found)):
        for count in range(1, 5):
            part = found[place : place + count]
            if len(part) < count or any(
                not _BETWEEN.fullmatch(text, left[1], right[0]) for left, right in pairwise(part)
            ):
                break
            raw = text[part[0][0] : part[-1][1]]
            key = skeleton(raw)
            if sum(sign.isdigit() for sign in raw) > 1 and len(key) > 2:
                yield Word(key, raw, part[0][0], part[-1][1])


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where letters and figures stand; a word such as ``inv1001inv1002`` counts as two."""
    for match in _SIGNS.finditer(text):
        parts = [*re.finditer(r"[^\W\d_]+\d+", match[0])]
        if len(parts) > 1 and parts[0].start() == 0 and parts[-1].end() == len(match[0]):
            yield from ((match.start() + part.start(), match.start() + part.end()) for part in parts)
        else:
            yield match.start(), match.end()


def _unique(words: Iterator[Word]) -> Iterator[Word]:
    seen: set[tuple[str, int]] = set()
    for word in words:
        if (word.key, word.start) not in seen:
            seen.add((word.key, word.start))
            yield word


@dataclass(frozen=True, slots=True)
class _Run:
    exact: str
    raw: str
    letters: str
    attached: bool
    corrected: bool
    start: int
    end: int


def _mentions(text: str) -> Iterator[Mention]:
    runs = [*islice(_runs(text), MOST_RUNS)]
    for place, run in enumerate(runs):
        yield from _alone(run)
        yield from _joined(text, runs[place : place + 3])
        if place + 1 < len(runs):
            yield from _up_to(text, run, runs[place + 1])
        yield from _tails(text, run, runs[place + 1 :])


def _runs(text: str) -> Iterator[_Run]:
    """Yield the groups of figures; where O, l or I may be figures, both as they stand and corrected."""
    letters, attached = "", False
    for match in _RUN.finditer(text):
        figures = sum(sign.isdigit() for sign in match[0])
        plain = re.search(r"\d+", match[0])
        if plain is None:
            continue
        start = match.start() + plain.start()
        before = _BEFORE.search(text[max(0, start - 40) : start])
        if before is not None:
            letters, attached = before[1], not before[3]
        corrected = match[0].translate(_ALIKE)
        whole_word = not text[match.end() : match.end() + 1].isalpha()
        if plain[0] != match[0] and figures * 2 >= len(match[0]) and whole_word:
            first = match.start()
            ahead = _BEFORE.search(text[max(0, first - 40) : first])
            yield _Run(
                corrected, match[0], ahead[1] if ahead else "", not (ahead and ahead[3]), True, first, match.end()
            )
        yield _Run(plain[0], plain[0], letters, attached, False, start, start + len(plain[0]))


def _mention(run: _Run, digits: str, how: How, *, end: int = 0, raw: str = "") -> Iterator[Mention]:
    short = digits.lstrip("0")
    if FEWEST_FIGURES <= len(digits) <= MOST_FIGURES and short:
        yield Mention(raw or run.raw, short, digits, run.letters, run.attached, how, run.start, end or run.end)


def _alone(run: _Run) -> Iterator[Mention]:
    yield from _mention(run, run.exact, How.CORRECTED if run.corrected else How.WRITTEN)
    length = len(run.exact)
    for count in (2, 3, 4):
        size = length // count
        if length % count == 0 and size > FEWEST_FIGURES:
            for part in range(count):
                yield from _mention(run, run.exact[part * size : (part + 1) * size], How.SPLIT)


def _joined(text: str, runs: list[_Run]) -> Iterator[Mention]:
    """Yield numbers of several groups, such as ``2024/123``: the last may have lost its leading zeros."""
    for count in (2, 3):
        part = runs[:count]
        if len(part) < count or any(
            left.end > right.start or not _BETWEEN.fullmatch(text, left.end, right.start)
            for left, right in pairwise(part)
        ):
            return
        head, last = "".join(each.exact for each in part[:-1]), part[-1].exact
        raw = text[part[0].start : part[-1].end]
        yield from _mention(part[0], head + last, How.WRITTEN, end=part[-1].end, raw=raw)
        for width in range(len(last.lstrip("0")), 9):
            padded = last.lstrip("0").zfill(width)
            if padded != last:
                yield from _mention(part[0], head + padded, How.CORRECTED, end=part[-1].end, raw=raw)


def _up_to(text: str, first: _Run, last: _Run) -> Iterator[Mention]:
    between = text[first.end : last.start]
    if last.letters and last.letters == first.letters and between.rstrip(" -_/#.").endswith(last.letters):
        between = between.rstrip(" -_/#.").removesuffix(last.letters)
    if not _RANGE.fullmatch(between) or len(first.exact) < FEWEST_FIGURES:
        return
    ends = last.exact if len(last.exact) >= len(first.exact) else first.exact[: -len(last.exact)] + last.exact
    if not 0 < int(ends) - int(first.exact) < LONGEST_RANGE:
        return
    raw = text[first.start : last.end]
    for number in range(int(first.exact), int(ends) + 1):
        yield from _mention(first, str(number).zfill(len(first.exact)), How.RANGE, end=last.end, raw=raw)


def _tails(text: str, first: _Run, others: list[_Run]) -> Iterator[Mention]:
    """Yield what ``1001/02/03`` means besides the first."""
    at = first.end
    for run in others:
        if len(run.exact) >= len(first.exact) or len(run.exact) > 4 or not _TAIL.fullmatch(text, at, run.start):
            return
        whole = first.exact[: -len(run.exact)] + run.exact
        raw = text[first.start : run.end]
        for each in _mention(first, whole, How.COMPLETED, raw=raw):
            yield Mention(raw, each.digits, each.exact, each.letters, each.attached, each.how, run.start, run.end)
        at = run.end
