"""Look thousands of phrases up in one text, in time that hardly depends on how many phrases there are."""

import sys
from collections import Counter
from collections.abc import Iterable

PIECE = 4
"""Characters of the pieces that a text is cut into, one behind the other."""

WINDOW = 2 * PIECE - 1
"""Characters of a phrase that surely hold one whole piece, wherever the cuts fall; shorter phrases are tried singly."""

FEW = 60
"""Phrases that are tried singly in any case: cutting the text would take longer."""

_WORTH = 3
"""Phrases that must share a run of letters before it is looked for first."""

_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
_BYTES = 2 * PIECE


class Finder:
    """A list of phrases, in an order that matters, made ready to be looked for.

    A text is cut into pieces of four characters. Wherever a phrase stands in it, the cuts fall into the phrase in one
    of four ways. For each of them the phrase is filed under its rarest whole piece, and only phrases filed under a
    piece of the text are looked at; the next rarest piece must be there too before they are compared. Pieces are
    numbers: four characters of UTF-16 are one machine word, and a memory view cuts a text into such words without a
    step of Python for each. Phrases that are too short to hold a piece in each way are tried singly; those that share
    a run of letters, only where the text holds that.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        shortest = 2 * WINDOW if len(self.phrases) > FEW else sys.maxsize
        long = [(n, phrase) for n, phrase in enumerate(self.phrases) if len(_coded(phrase)) >= shortest]
        short = [(n, phrase) for n, phrase in enumerate(self.phrases) if len(_coded(phrase)) < shortest]
        self._short = _shared(short)
        self._short_ascii = _shared([(n, phrase) for n, phrase in short if phrase.isascii()])
        counts = Counter(piece for _, phrase in long for piece in set(_pieces(phrase)))
        self._filed: dict[int, list[tuple[int, int, str]]] = {}
        for n, phrase in long:
            for piece, other in _rarest(phrase, counts):
                self._filed.setdefault(piece, []).append((other, n, phrase))
        self._keys = frozenset(self._filed).union(other for filed in self._filed.values() for other, _, _ in filed)

    def all(self, text: str) -> list[int]:
        """Return the places of the phrases that the text holds, in the order of the list."""
        found = []
        for part, group in self._short_ascii if text.isascii() else self._short:
            if part in text:
                found += [n for n, phrase in group if phrase in text]
        if not self._keys:
            return sorted(found) if len(found) > 1 else found
        coded = _coded(text)
        there = self._keys.intersection(memoryview(coded[: len(coded) // _BYTES * _BYTES]).cast("Q"))
        for piece in there:
            for other, n, phrase in self._filed.get(piece, ()):
                if other in there and phrase in text:
                    found.append(n)  # a list for each piece is what it would cost
        return sorted(set(found)) if len(found) > 1 else found

    def first(self, text: str) -> str | None:
        """Return the first phrase of the list that the text holds, or None."""
        found = self.all(text)
        return self.phrases[found[0]] if found else None


def _coded(text: str) -> bytes:
    return text.encode(_UTF16, "surrogatepass")


def _pieces(phrase: str) -> list[int]:
    """Return the pieces that begin at each character of a phrase."""
    coded = _coded(phrase)
    return [int.from_bytes(coded[at : at + _BYTES], sys.byteorder) for at in range(0, len(coded) - _BYTES + 1, 2)]


def _rarest(phrase: str, counts: Counter[int]) -> set[tuple[int, int]]:
    """Return, for each way in which the cuts may fall into a phrase, its rarest whole piece and the next rarest one."""
    pieces = _pieces(phrase)
    ways = [sorted(pieces[start::PIECE], key=counts.__getitem__) for start in range(PIECE)]
    return {(way[0], way[min(1, len(way) - 1)]) for way in ways}


def _shared(phrases: list[tuple[int, str]]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return phrases in groups, each with a run of letters that all of the group hold; a lone phrase is its own run."""
    groups = []
    while phrases:
        runs = Counter(run for _, phrase in phrases for run in _runs(phrase))
        run, times = max(runs.items(), key=lambda each: (each[1], len(each[0]), each[0]), default=("", 0))
        if times < _WORTH:
            break
        groups.append((run, [each for each in phrases if run in each[1]]))
        phrases = [each for each in phrases if run not in each[1]]
    return groups + [(phrase, [(n, phrase)]) for n, phrase in phrases]


def _runs(phrase: str) -> set[str]:
    return {phrase[at : at + PIECE] for at in range(len(phrase) - PIECE + 1)}
