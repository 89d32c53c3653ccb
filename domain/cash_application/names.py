"""Names: payers as banks write them, compared with customers by what is left without legal form, case and accents.

Banks cut names off, write umlauts as two letters, and drop commas. Two customers of one name are told apart by nothing
here: a name that fits several of them names none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz

from domain.ledger.company_names import LEGAL_FORMS, normal

__all__ = ["LEGAL_FORMS", "Directory", "Fit", "normal"]

LIKE = 88
"""Likeness, in percent, from which on two names may be one."""

SAME = 100
"""Likeness of two names that are one but for legal form and spelling."""

COMMON = 300
"""A word that more customers have in their names finds none of them."""

SHORTEST_CUT = 12
"""Letters that the beginning of a longer name must have to count as that name, cut off by a bank."""

MOST_LIKE = 3
"""Customers that one name may resemble; the best are taken."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A customer whose name a payer's fits."""

    account_id: UUID
    account_name: str
    likeness: int
    """In percent; 100 is the same name."""


class Directory:
    """The names of all customers, ready to be compared."""

    def __init__(self, names: Iterable[tuple[UUID, str]]) -> None:
        self._names: list[tuple[UUID, str, str]] = []
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._words: dict[str, list[int]] = defaultdict(list)
        self._known: dict[str, tuple[Fit, ...]] = {}
        for account_id, name in names:
            key = normal(name)
            if not key:
                continue
            at = len(self._names)
            self._names.append((account_id, name, key))
            self._exact[key].append(at)
            for word in set(_hooks(key)):
                self._words[word].append(at)

    def same(self, name: str) -> tuple[Fit, ...]:
        """Return the customers of exactly this name, legal form aside."""
        return tuple(self._fit(at, SAME) for at in self._exact.get(normal(name), ()))

    def fitting(self, name: str) -> tuple[Fit, ...]:
        """Return the customers whose name it is, or else those whose name it resembles, the most alike first."""
        key = normal(name)
        if key not in self._known:
            self._known[key] = self._looked_up(key) if key else ()
        return self._known[key]

    def _looked_up(self, key: str) -> tuple[Fit, ...]:
        if exact := self._exact.get(key):
            return tuple(self._fit(at, SAME) for at in exact[:MOST_LIKE])
        near: set[int] = set()
        for word in _hooks(key):
            having = self._words.get(word, ())
            if len(having) <= COMMON:
                near.update(having)
        scored = [(self._likeness(key, self._names[at][2]), at) for at in near]
        alike = sorted((each for each in scored if each[0] >= LIKE), key=lambda each: (-each[0], each[1]))
        return tuple(self._fit(at, score) for score, at in alike[:MOST_LIKE])

    def _likeness(self, key: str, other: str) -> int:
        if len(key) >= SHORTEST_CUT and other.startswith(key):
            return 95  # a bank cut it off
        score = int(fuzz.token_sort_ratio(key, other))
        return min(score, 99)

    def _fit(self, at: int, likeness: int) -> Fit:
        account_id, name, _ = self._names[at]
        return Fit(account_id, name, likeness)


def _hooks(key: str) -> Sequence[str]:
    """Return what a name is found by: its words, and their beginnings, which survive most slips."""
    words = key.split()
    return [*words, *(f"{word[:4]}…" for word in words if len(word) > 4)]
