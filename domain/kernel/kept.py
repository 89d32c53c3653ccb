"""Kept: sentences that are stored in English, said again in the language of whoever reads them later.

What a planner, a sender or a person writes down for others is English: nobody knows who will read it. Whoever stores
such sentences names them once, by ``learn``; ``said`` finds in a stored text which of them it is, and with which
values, and says it to the reader. What is none of them (a person's own words) stays as it is.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from string import Formatter

from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal

LONGEST = 2_000
"""Characters of a stored text that are understood; what is longer quotes strangers at length and stays as it is."""

DEEPEST = 4
"""How deep sentences stand in one another: a mail's reason, an invoice's in it, and what pauses that."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?")
_NUMBER = re.compile(r"\d{1,12}")
_SUM = re.compile(r"(-?[\d,]+(?:\.\d+)?) ([A-Z]{3})")

_SHAPES = {"n": _NUMBER, "count": _NUMBER, "day": _DAY, "until": _MOMENT, "amount": _SUM}
"""Values that are recognised by their names; what looks otherwise is another sentence, or a person's words."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A sentence by its parts: ``the plan is `` and the value that follows it."""

    sentence: str
    parts: tuple[str, ...]
    names: tuple[str, ...]

    def values(self, text: str) -> dict[str, str] | None:
        """Return what stands in the text for each value, or None when it is another sentence.

        Each part is looked for where the one before it ends and nowhere else, so hostile text costs no more time.
        """
        first, *middle, last = self.parts
        if not text.startswith(first) or not text.endswith(last) or len(text) < sum(map(len, self.parts)):
            return None
        at, end, found = len(first), len(text) - len(last), []
        for part in middle:
            next_at = text.find(part, at, end)
            if next_at < 0:
                return None
            found.append(text[at:next_at])
            at = next_at + len(part)
        found.append(text[at:end])
        values = dict(zip(self.names, found, strict=True))
        return values if all(_fits(name, each) for name, each in values.items()) else None


def _fits(name: str, value: str) -> bool:
    shape = _SHAPES.get(name)
    return bool(shape.fullmatch(value) if shape else value)


_WHOLE: set[str] = set()
_WITH_VALUES: list[_Kept] = []


def learn(*sentences: str) -> None:
    """Name sentences that are stored, each marked by ``speech.phrase``; their values are filled in by name."""
    for each in sentences:
        pieces = list(Formatter().parse(each))
        names = tuple(name for _, name, _, _ in pieces if name is not None)
        if not names:
            _WHOLE.add(each)
        elif not any(known.sentence == each for known in _WITH_VALUES):
            parts = [literal for literal, _, _, _ in pieces]
            _WITH_VALUES.append(_Kept(each, (*parts, *([""] if len(parts) == len(names) else [])), names))
    _WITH_VALUES.sort(key=lambda known: -sum(map(len, known.parts)))
    _said.cache_clear()


def said(text: str) -> str:
    """Return a stored text as its reader reads it; English is what is stored."""
    reader = speech.reader()
    return text if reader.language == speech.ENGLISH or len(text) > LONGEST else _said(text, reader)


def knows(text: str) -> bool:
    """Tell whether a stored text is a sentence that was named, or is made of such."""
    return _again(text, 0) is not None


def all_said(texts: Sequence[str]) -> tuple[str, ...]:
    """Return stored texts as their reader reads them."""
    return tuple(said(each) for each in texts)


@lru_cache(maxsize=4096)
def _said(text: str, reader: speech.Reader) -> str:
    with speech.spoken_to(reader):
        return _again(text, 0) or text


def _again(text: str, deep: int) -> str | None:
    """Return the text in the reader's language, or None when nothing in it is known."""
    if text in _WHOLE:
        return speech.say(text)
    if deep > DEEPEST:
        return None
    for known in _WITH_VALUES:
        if (values := known.values(text)) is not None:
            return speech.say(known.sentence, **{name: _value(each, deep) for name, each in values.items()})
    return _pieces(text, "; ", deep, whole=False) or _pieces(text, ", ", deep, whole=True) or _two(text, deep)


def _pieces(text: str, mark: str, deep: int, *, whole: bool) -> str | None:
    """Return a list of sentences, said one by one; as a *whole* only when all of them are known."""
    if mark not in text:
        return None
    pieces = text.split(mark)
    found = [_again(each, deep + 1) for each in pieces]
    if not any(found) or (whole and not all(found)):
        return None
    return mark.join(again or piece for again, piece in zip(found, pieces, strict=True))


def _two(text: str, deep: int) -> str | None:
    """Return ``INV-1042: a sentence``, whichever of the two is known, or two known ones that ``and`` joins."""
    one, mark, other = text.partition(" and ")
    if mark and (first := _again(one, deep + 1)) and (second := _again(other, deep + 1)):
        return speech.say("{one} and {other}", one=first, other=second)
    name, mark, rest = text.partition(": ")
    if not mark:
        return None
    named, again = _again(name, deep + 1), _again(rest, deep + 1)
    return f"{named or name}: {again or rest}" if named or again else None


def _value(text: str, deep: int) -> object:
    """Return a value as what it is, so that it is written as the reader writes it."""
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    if found := _SUM.fullmatch(text):
        with suppress(Refusal):
            return Money.of(found[1].replace(",", ""), found[2])
    return _again(text, deep + 1) or text
