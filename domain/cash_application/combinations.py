"""Combinations: which of some open amounts add up to a payment, how many such sets there are, and what was searched.

All sets of up to four are counted, exactly, by meeting in the middle: of the two halves of a set of four the lower one
is looked up among the sums of all pairs that lie before the upper one. The work grows with the square of the number of
amounts and is bounded; what was not searched is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_TOGETHER = 4
"""Invoices of one combination."""

MOST_PAIRS = 120_000
"""Pairs of open invoices that are looked at for one payment: all of 490 invoices; of more, sets of three and four are
not searched."""

MOST_SHOWN = 5
"""Combinations that are handed on; the others are only counted."""

Places = tuple[int, ...]
"""A combination: places in the sequence of amounts, rising."""


@dataclass(frozen=True, slots=True)
class Found:
    """What adds up."""

    sets: tuple[Places, ...]
    """The smallest first; at most ``MOST_SHOWN``."""
    count: int
    """How many there are, of those that were searched."""
    searched: int
    """Sets of up to so many were all looked at."""

    @property
    def complete(self) -> bool:
        """Whether every set of up to four was looked at."""
        return self.searched >= MOST_TOGETHER


def find(amounts: Sequence[int], target: int) -> Found:
    """Return the sets of up to four of the *amounts* (all above zero) that add up to *target*."""
    usable = [(amount, place) for place, amount in enumerate(amounts) if 0 < amount <= target]
    usable.sort(key=lambda each: each[1])
    tally = _Tally()
    _ones_and_twos(usable, target, tally)
    searched = 2
    if len(usable) * (len(usable) - 1) // 2 <= MOST_PAIRS:
        _threes_and_fours(usable, target, tally)
        searched = MOST_TOGETHER
    return Found(tuple(tally.shown()), tally.count, searched)


class _Tally:
    """Counts all, keeps the first few of each size."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: dict[int, list[Places]] = {}

    def add(self, count: int, size: int, examples: Sequence[Places]) -> None:
        """Count sets of one size of which *examples* are some."""
        self.count += count
        kept = self._kept.setdefault(size, [])
        kept.extend(examples[: MOST_SHOWN - len(kept)])

    def shown(self) -> list[Places]:
        """Return the smallest sets that were kept."""
        return [each for size in sorted(self._kept) for each in self._kept[size]][:MOST_SHOWN]


def _ones_and_twos(usable: Sequence[tuple[int, int]], target: int, tally: _Tally) -> None:
    before: dict[int, list[int]] = {}
    for amount, place in usable:
        if amount == target:
            tally.add(1, 1, [(place,)])
        partners = before.get(target - amount)
        if partners:
            tally.add(len(partners), 2, [(each, place) for each in partners[:MOST_SHOWN]])
        before.setdefault(amount, []).append(place)


def _threes_and_fours(usable: Sequence[tuple[int, int]], target: int, tally: _Tally) -> None:
    pairs: dict[int, tuple[int, list[Places]]] = {}
    """By sum: how many pairs lie wholly before the upper half that is looked at, and the first few of them."""
    for at, (amount, place) in enumerate(usable):
        count, examples = pairs.get(target - amount, (0, []))
        if count:
            tally.add(count, 3, [(*pair, place) for pair in examples])
        for next_amount, next_place in usable[at + 1 :]:
            count, examples = pairs.get(target - amount - next_amount, (0, []))
            if count:
                tally.add(count, 4, [(*pair, place, next_place) for pair in examples])
        for earlier_amount, earlier_place in usable[:at]:
            total = earlier_amount + amount
            if total >= target:
                continue
            count, examples = pairs.get(total, (0, []))
            if len(examples) < MOST_SHOWN:
                examples = [*examples, (earlier_place, place)]
            pairs[total] = (count + 1, examples)
