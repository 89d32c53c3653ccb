"""Look thousands of phrases up in one text, in time that hardly depends on how many phrases there are."""

from collections import Counter
from collections.abc import Iterable

PIECE = 4
"""Characters of the pieces that a text is cut into, one behind the other."""

WINDOW = 2 * PIECE - 1
"""Characters of a phrase that surely hold one whole piece, wherever the cuts fall; shorter phrases are tried singly."""


class Finder:
    """A list of phrases, in an order that matters, made ready to be looked for.

    A text is cut into pieces of four characters. Any seven characters of it hold one of these whole, so each phrase is
    filed under the four pieces of its rarest seven characters, and only phrases filed under a piece of the text are
    compared at all.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        long = [(n, phrase) for n, phrase in enumerate(self.phrases) if len(phrase) >= WINDOW]
        self._short = [(n, phrase) for n, phrase in enumerate(self.phrases) if len(phrase) < WINDOW]
        counts = Counter(piece for _, phrase in long for piece in set(_pieces(phrase)))
        self._filed: dict[str, list[tuple[int, str]]] = {}
        for n, phrase in long:
            for piece in set(_rarest(phrase, counts)):
                self._filed.setdefault(piece, []).append((n, phrase))
        self._keys = frozenset(self._filed)

    def all(self, text: str) -> list[int]:
        """Return the places of the phrases that the text holds, in the order of the list."""
        found = [n for n, phrase in self._short if phrase in text]
        for piece in self._keys.intersection([text[at : at + PIECE] for at in range(0, len(text), PIECE)]):
            found += [n for n, phrase in self._filed[piece] if phrase in text]
        return sorted(set(found))

    def first(self, text: str) -> str | None:
        """Return the first phrase of the list that the text holds, or None."""
        found = self.all(text)
        return self.phrases[found[0]] if found else None


def _pieces(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(len(text) - PIECE + 1)]


def _rarest(phrase: str, counts: Counter[str]) -> list[str]:
    """Return the pieces of the seven characters whose pieces are the rarest among all phrases."""
    pieces = _pieces(phrase)
    windows = [pieces[at : at + PIECE] for at in range(len(pieces) - PIECE + 1)]
    return min(windows, key=lambda window: sum(counts[piece] for piece in window))
