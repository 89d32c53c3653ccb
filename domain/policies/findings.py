"""Findings: what is wrong or odd in a policy, each with the place at which it stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.kernel import speech

Path = tuple[str | int, ...]
"""Names and positions from the top of the document: ``("segments", 2, "rule", "balance")``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or that somebody should look at."""

    path: Path
    text: str

    def __str__(self) -> str:
        return speech.joined(": ", [place(self.path), self.text]) if self.path else self.text


def place(path: Path) -> str:
    """Return a path as people write it: ``segments[2].rule.balance`` (positions count from 0)."""
    parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return "".join(parts).removeprefix(".")


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by their place in the document."""
    return tuple(sorted(found, key=lambda each: [(isinstance(part, str), str(part).zfill(5)) for part in each.path]))
