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

_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
_BYTES = 2 * PIECE


class Finder:
    """A list of phrases, in an order that matters, made ready to be looked for.

    A text is cut into pieces of four characters. Any seven characters of it hold one of these whole, so each phrase is
    filed under the four pieces of its rarest seven characters, and only phrases filed under a piece of the text are
    compared at all. Pieces are numbers: four characters of UTF-16 are one machine word, and a memory view cuts a text
    into such words without a step of Python for each.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        shortest = 2 * WINDOW if len(self.phrases) > FEW else sys.maxsize
        long = [(n, phrase) for n, phrase in enumerate(self.phrases) if len(_coded(phrase)) >= shortest]
        self._short = [(n, phrase) for n, phrase in enumerate(self.phrases) if len(_coded(phrase)) < shortest]
        self._short_ascii = [(n, phrase) for n, phrase in self._short if phrase.isascii()]
        counts = Counter(piece for _, phrase in long for piece in set(_pieces(phrase)))
        self._filed: dict[int, list[tuple[int, str]]] = {}
        for n, phrase in long:
            for piece in set(_rarest(phrase, counts)):
                self._filed.setdefault(piece, []).append((n, phrase))
        self._keys = frozenset(self._filed)

    def all(self, text: str) -> list[int]:
        """Return the places of the phrases that the text holds, in the order of the list."""
        short = self._short_ascii if text.isascii() else self._short
        found = [n for n, phrase in short if phrase in text]
        if not self._keys:
            return found
        coded = _coded(text)
        pieces = memoryview(coded[: len(coded) // _BYTES * _BYTES]).cast("Q")
        for piece in self._keys.intersection(pieces):
            for n, phrase in self._filed[piece]:
                if phrase in text:
                    found.append(n)  # a list for each piece is what it would cost
        return sorted(set(found)) if found else found

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


def _rarest(phrase: str, counts: Counter[int]) -> list[int]:
    """Return the pieces of the seven characters whose pieces are the rarest among all phrases."""
    pieces = _pieces(phrase)
    windows = [pieces[at : at + PIECE] for at in range(len(pieces) - PIECE + 1)]
    return min(windows, key=lambda window: sum(counts[piece] for piece in window))
