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

from domain.kernel import sentences, speech
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal

LONGEST = 2_000
"""Characters of a stored text that are understood; what is longer quotes strangers at length and stays as it is."""

DEEPEST = 6
"""How deep sentences stand in one another: a mail's reason, an invoice's in it, and what pauses that."""

MOST_LOOKS = 200
"""Looks at parts of one text, so that no text, however hostile, costs more than some thousandths of a second."""

_START = 4
"""Characters by which sentences are told from one another at first."""

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
_BY_START: dict[str, list[_Kept]] = {"": []}
"""Sentences with values by how they begin, the longest first; those that begin with a value by nothing."""


def learn(*sentences: str) -> None:
    """Name sentences that are stored, each marked by ``speech.phrase``; their values are filled in by name."""
    for each in sentences:
        pieces = list(Formatter().parse(each))
        names = tuple(name for _, name, _, _ in pieces if name is not None)
        if not names:
            _WHOLE.add(each)
            continue
        parts = [literal for literal, _, _, _ in pieces] + ([""] if pieces[-1][1] is not None else [])
        alike = _BY_START.setdefault(parts[0][:_START] if len(parts[0]) >= _START else "", [])
        if all(known.sentence != each for known in alike):
            alike.append(_Kept(each, tuple(parts), names))
            alike.sort(key=lambda known: -sum(map(len, known.parts)))
    _said.cache_clear()


def said(text: str) -> str:
    """Return a stored text as its reader reads it; English is what is stored, or a sentence that remembers itself."""
    if isinstance(text, speech.Said) or text != (text := sentences.said(text)):
        return sentences.said(text)
    reader = speech.reader()
    return text if reader.language == speech.ENGLISH or len(text) > LONGEST else _said(text, reader)


def knows(text: str) -> bool:
    """Tell whether a stored text is a sentence that was named, or is made of such."""
    return _Look().again(text, 0) is not None


def all_said(texts: Sequence[str]) -> tuple[str, ...]:
    """Return stored texts as their reader reads them."""
    return tuple(said(each) for each in texts)


@lru_cache(maxsize=4096)
def _said(text: str, reader: speech.Reader) -> str:
    with speech.spoken_to(reader):
        return _Look().again(text, 0) or text


class _Look:
    """One look at a stored text, which comes to an end."""

    def __init__(self) -> None:
        self._left = MOST_LOOKS

    def again(self, text: str, deep: int) -> str | None:
        """Return the text in the reader's language, or None when nothing in it is known."""
        if text in _WHOLE:
            return speech.say(text)
        self._left -= 1
        if deep > DEEPEST or self._left < 0:
            return None
        for known in (*_BY_START.get(text[:_START], ()), *_BY_START[""]):
            if known.parts[1] in text and (values := known.values(text)) is not None:
                return speech.say(known.sentence, **{name: self._value(each, deep) for name, each in values.items()})
        return self._pieces(text, "; ", deep) or self._pieces(text, ", ", deep) or self._two(text, deep)

    def _pieces(self, text: str, mark: str, deep: int) -> str | None:
        """Return a list of sentences, said one by one; one that commas divide only when all of it is known."""
        if mark not in text:
            return None
        pieces = text.split(mark)
        found = [self.again(each, deep + 1) for each in pieces]
        if not any(found) or (mark == ", " and not all(found)):
            return None
        return mark.join(again or piece for again, piece in zip(found, pieces, strict=True))

    def _two(self, text: str, deep: int) -> str | None:
        """Return ``INV-1042: a sentence``, whichever of the two is known, or two known ones that ``and`` joins."""
        one, mark, other = text.partition(" and ")
        if mark and (first := self.again(one, deep + 1)) and (second := self.again(other, deep + 1)):
            return speech.say("{one} and {other}", one=first, other=second)
        name, mark, rest = text.partition(": ")
        if not mark:
            return None
        named, again = self.again(name, deep + 1), self.again(rest, deep + 1)
        return f"{named or name}: {again or rest}" if named or again else None

    def _value(self, text: str, deep: int) -> object:
        """Return a value as what it is, so that it is written as the reader writes it."""
        if _DAY.fullmatch(text):
            with suppress(ValueError):
                return date.fromisoformat(text)
        if found := _SUM.fullmatch(text):
            with suppress(Refusal):
                return Money.of(found[1].replace(",", ""), found[2])
        return self.again(text, deep + 1) or text
