"""Names: payers as banks write them, compared with customers by what is left without legal form, case and accents.

Banks cut names off, write umlauts as two letters, and drop commas. Two customers of one name are told apart by nothing
here: a name that fits several of them names none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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

BEGINNING = 4
"""Letters that the beginning of a longer word has."""

LONGEST_WORD = 100
"""Letters of a word that count."""

MOST_WORDS = 30
"""Words of a name that it is found by."""

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


@dataclass(frozen=True, slots=True)
class Hook:
    """What names are found by: a word, or the beginning of longer words, which survives most slips."""

    text: str
    beginning: bool

    @property
    def bounds(self) -> tuple[str, str]:
        """Between which texts, in the order of their bytes, the words stand that it finds; the second is outside."""
        return (f"{self.text}\x01", f"{self.text}\U0010ffff") if self.beginning else (self.text, f"{self.text}\x01")


class Directory:
    """Names of customers, ready to be compared."""

    def __init__(self, names: Iterable[tuple[UUID, str]], *, common: Collection[Hook] = ()) -> None:
        """Take names.

        Args:
            names: The customers' ids and names.
            common: What so many names share that it finds none.
        """
        self._common = common
        self._names: list[tuple[UUID, str, str]] = []
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._hooked: dict[Hook, list[int]] = defaultdict(list)
        seen: set[tuple[UUID, str]] = set()
        for account_id, name in names:
            key = normal(name)
            if not key or (account_id, key) in seen:  # one that was merged into its namesake leads to it as well
                continue
            seen.add((account_id, key))
            at = len(self._names)
            self._names.append((account_id, name, key))
            self._exact[key].append(at)
            for hook in set(hooks(key)):
                self._hooked[hook].append(at)

    def fitting(self, name: str) -> tuple[Fit, ...]:
        """Return the customers whose name it is, or else those whose name it resembles, the most alike first."""
        key = normal(name)
        if not key:
            return ()
        if exact := self._exact.get(key):
            return tuple(self._fit(at, SAME) for at in exact[:MOST_LIKE])
        near: set[int] = set()
        for hook in hooks(key):
            if hook not in self._common:
                near.update(self._hooked.get(hook, ()))
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


def hooks(key: str) -> Iterator[Hook]:
    """Yield what a normalised name is found by."""
    for whole in key.split()[:MOST_WORDS]:
        word = whole[:LONGEST_WORD]
        yield Hook(word, beginning=False)
        if len(word) > BEGINNING:
            yield Hook(word[:BEGINNING], beginning=True)
