"""Near misses: invoices whose number is nearly the one that somebody typed: zeros lost, digits changed places, a typo.

Every number that may have been meant is spelt out and looked up at once, so nothing is searched through.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.kernel.core import Core
from domain.ledger import invoices
from domain.operations.searches import MATCH, Match, matches

MOST = 5

SAMPLE = 200
"""So many invoices show how numbers look here: what stands before the last figure, and how many digits that has."""

SHAPES = 20

LONGEST = 12
"""Digits of the last figure; with more of them it is no number that somebody mistyped."""

_NUMBER = re.compile(r"(?P<before>.*?)(?P<figure>\d+)(?P<behind>\D*)")

_FIGURES = "0123456789"

_SAMPLE = f"""
    (SELECT number_key FROM invoice ORDER BY id DESC LIMIT {SAMPLE})
    UNION ALL (SELECT number_key FROM invoice ORDER BY id LIMIT {SAMPLE})
"""

_MEANT = f"{MATCH} WHERE i.number_key = ANY(%(meant)s) ORDER BY i.state = 'open' DESC, i.due_on, i.number LIMIT 50"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a number looks, but for its last figure."""

    before: str
    behind: str
    digits: int

    def spelt(self, figure: str) -> str:
        """Return the number of that last figure."""
        return f"{self.before}{figure.zfill(self.digits)}{self.behind}"


async def of(core: Core, *, number: str) -> tuple[Match, ...]:
    """Return the invoices whose numbers are nearest to *number*, open ones first; none when none is near."""
    typed = _NUMBER.fullmatch(invoices.number_key(number))
    if typed is None or len(typed["figure"]) > LONGEST:
        return ()
    sample = shapes(row["number_key"] for row in await core.database.rows(_SAMPLE))
    ranks = meant(typed["before"], typed["figure"], typed["behind"], sample)
    rows = await core.database.rows(_MEANT, {"meant": list(ranks)})
    if not rows:
        return ()
    nearest = min(ranks[row["number_key"]] for row in rows)
    return matches(core, [row for row in rows if ranks[row["number_key"]] == nearest][:MOST])


def shapes(keys: Iterable[str]) -> tuple[Shape, ...]:
    """Return the shapes that the numbers have, the commonest first."""
    found: dict[Shape, int] = {}
    for key in keys:
        if (parts := _NUMBER.fullmatch(key)) is not None:
            shape = Shape(parts["before"], parts["behind"], len(parts["figure"]))
            found[shape] = found.get(shape, 0) + 1
    return tuple(sorted(found, key=lambda each: -found[each]))[:SHAPES]


def meant(before: str, figure: str, behind: str, sample: Iterable[Shape]) -> dict[str, int]:
    """Return every number that may have been meant, with how far off it is from what was typed."""
    known = tuple(sample)
    widths = dict.fromkeys((len(figure), 1, *(each.digits for each in known)))
    alike = variants(figure.lstrip("0") or "0")
    found: dict[str, int] = {}
    for variant, far in sorted(alike.items(), key=lambda each: each[1]):
        for width in widths:
            found.setdefault(Shape(before, behind, width).spelt(variant), far)
        if far < FAR:  # of numbers that begin otherwise, too, only the same digits or ones that changed places
            for shape in known:
                found.setdefault(shape.spelt(variant), far)
    return found


FAR = 2
"""From here on a figure is another one, as against one with the same digits."""


def variants(figure: str) -> dict[str, int]:
    """Return the figures that may have been meant: the same, digits swapped, one more or fewer, another one."""
    cuts = [(figure[:place], figure[place:]) for place in range(len(figure) + 1)]
    swapped = [head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1]
    fewer = [head + tail[1:] for head, tail in cuts if tail and len(figure) > 1]
    more = [head + digit + tail for head, tail in cuts for digit in _FIGURES]
    changed = [head + digit + tail[1:] for head, tail in cuts if tail for digit in _FIGURES]
    found: dict[str, int] = {}
    for far, each_far in enumerate(([figure], swapped, [*fewer, *more], changed)):
        for each in each_far:
            found.setdefault(each, far)
    return found
