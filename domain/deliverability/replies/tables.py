"""Tables of wordings: text files with a name in brackets and its wordings below, one a line."""

from collections.abc import Iterable
from functools import cache
from importlib import resources

GAP = "…"
"""In a wording: anything, or nothing, may stand here."""

Wording = tuple[str, ...]
"""The pieces of a wording between its gaps, in their order."""


@cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """Read a table; ``#`` starts a comment line, quotes keep a space at either end."""
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in (resources.files(__package__) / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            section.append(line[1:-1] if line.startswith('"') and line.endswith('"') else line.strip())
    return {title: tuple(dict.fromkeys(wordings)) for title, wordings in found.items()}


def pieces(wordings: Iterable[str]) -> tuple[Wording, ...]:
    """Cut wordings at their gaps."""
    return tuple(tuple(wording.split(GAP)) for wording in wordings)


def fits(line: str, wording: Wording) -> bool:
    """Tell whether a whole line, lower case, is that wording; each piece is searched once."""
    first, last = wording[0], wording[-1]
    if not line.startswith(first) or (len(wording) == 1 and line != first):
        return False
    at = len(first)
    for piece in wording[1:-1]:
        at = line.find(piece.strip(), at)
        if at < 0:
            return False
        at += len(piece.strip())
    return len(wording) == 1 or (line.endswith(last) and len(line) - len(last) >= at)
