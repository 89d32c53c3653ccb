"""Find wordings of the tables in a sentence: words in their order, with other words between them where a gap is.

A wording is written as words with blanks between them. ``a|b`` is either word, ``pay*`` any word that begins so, ``…``
up to five other words, ``……`` up to fourteen, and ``{date}``, ``{amount}``, ``{address}``, ``{count}`` and ``{name}``
stand for what was found before. Work is bounded: each word of a sentence is compared with the wordings that begin with
it, and no choice is tried twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.deliverability.replies import tables

LANGUAGES = ("en", "de", "fr", "es")
GAP_WORDS = 5
FAR = tables.GAP * 2
FAR_WORDS = 14
"""German puts the verb at the end: what one wants stands a sentence away from doing it."""


REMEMBERED, REMEMBERED_LENGTH = 20_000, 24
"""Words, and characters of one, for which the wordings that begin with them are remembered."""


class Token(NamedTuple):
    """One word or sign of a sentence, or something that was found in it, such as a date."""

    word: str
    """In lower case; of something found, its kind in braces."""
    start: int
    end: int
    counts: bool = False
    """Whether it is a small number."""
    named: bool = False
    """Whether it is written like a name."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One place of a wording."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    gap: int
    """How many other words may stand in front of it."""

    def fits(self, token: Token) -> bool:
        if token.word in self.words:
            return True
        if self.beginnings and token.word.startswith(self.beginnings):
            return True
        return (token.counts and "{count}" in self.words) or (token.named and "{name}" in self.words)


class Hit(NamedTuple):
    """A wording that was found: its table's section, and its first and last token."""

    section: str
    first: int
    last: int
    length: int
    """Places of the wording: the longer, the surer."""


class Wordings:
    """The tables of all languages, arranged by the words that wordings begin with."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[str, tuple[_Element, ...]]]] = {}
        self._known: dict[str, list[tuple[str, tuple[_Element, ...]]]] = {}
        self._by_beginning: list[tuple[tuple[str, ...], tuple[str, tuple[_Element, ...]]]] = []
        for language in LANGUAGES:
            for section, wordings in tables.sections(f"wordings/{language}.txt").items():
                for wording in wordings:
                    self._add(section, _elements(wording))
        self._beginnings = tuple({each for beginnings, _ in self._by_beginning for each in beginnings})

    def _add(self, section: str, elements: tuple[_Element, ...]) -> None:
        for word in elements[0].words:
            self._by_word.setdefault(word, []).append((section, elements))
        if elements[0].beginnings:
            self._by_beginning.append((elements[0].beginnings, (section, elements)))

    def found(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Yield every wording in a sentence, each at its shortest."""
        for at, token in enumerate(tokens):
            for section, elements in self._starting(token):
                last = at if len(elements) == 1 else _last(elements, tokens, at)
                if last is not None:
                    yield Hit(section, at, last, len(elements))

    def _starting(self, token: Token) -> list[tuple[str, tuple[_Element, ...]]]:
        known = self._known.get(token.word)
        if known is None:
            known = self._looked_up(token.word)
        return [*known, *self._by_word.get("{count}", ())] if token.counts else known

    def _looked_up(self, word: str) -> list[tuple[str, tuple[_Element, ...]]]:
        """Return the wordings that begin with a word, and remember them: most words come again."""
        starting = self._by_word.get(word, [])
        if word.startswith(self._beginnings):
            starting = [*starting, *(rest for each, rest in self._by_beginning if word.startswith(each))]
        if len(word) <= REMEMBERED_LENGTH and len(self._known) < REMEMBERED:
            self._known[word] = starting
        return starting


def _elements(wording: str) -> tuple[_Element, ...]:
    elements = []
    gap = 0
    for written in wording.split():
        if written in (tables.GAP, FAR):
            gap = GAP_WORDS if written == tables.GAP else FAR_WORDS
            continue
        words = written.split("|")
        whole = frozenset(word for word in words if not word.endswith("*"))
        elements.append(_Element(whole, tuple(word[:-1] for word in words if word.endswith("*")), gap))
        gap = 0
    return tuple(elements)


def _last(elements: tuple[_Element, ...], tokens: Sequence[Token], at: int) -> int | None:
    """Return the last token of a wording that begins here, or None; every place is reached at most once."""
    for number, element in enumerate(elements[1:], 1):
        if element.gap:
            return _last_behind_gaps(elements[number:], tokens, at)
        at += 1
        if at >= len(tokens) or not element.fits(tokens[at]):
            return None
    return at


def _last_behind_gaps(elements: tuple[_Element, ...], tokens: Sequence[Token], at: int) -> int | None:
    """Return the same of the rest of a wording, whose first place may stand some words away."""
    reached = {at}
    for element in elements:
        places = {place for each in reached for place in range(each + 1, min(each + 2 + element.gap, len(tokens)))}
        reached = {place for place in places if element.fits(tokens[place])}
        if not reached:
            return None
    return min(reached)


WORDINGS = Wordings()
