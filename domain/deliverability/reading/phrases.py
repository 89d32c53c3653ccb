"""Phrases: the words of refusing servers and reporting systems, read from ``phrases.txt`` and ``providers.txt``."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import resources

from domain.deliverability.reading.finder import Finder
from domain.deliverability.reading.folding import spellings
from domain.deliverability.reading.readings import Reason

CERTAIN = "user unknown, certain"
"""Nobody is there, says the recipient's own directory: no second witness is needed."""

_KINDS = ("subject of a report", "text of a report", "text of a delay", "subject of a delay", "text of a final failure",
          "challenge", "text of a success")  # fmt: skip
_REASONS = frozenset(each.value for each in Reason)


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """What one provider means by certain words."""

    host: str
    """A mark in the name of the refusing host, or in its words; empty: any."""
    said: str
    reason: Reason


class Tables:
    """Both files, made ready to be looked up in; *without* leaves lines out, by their names."""

    def __init__(self, *, without: Collection[str] = ()) -> None:
        sections = {name: [each for each in lines if each not in without] for name, lines in _sections().items()}
        named = [CERTAIN, *(name for name in sections if name in _REASONS)]
        ordered = [(phrase, name) for name in named for phrase in sections[name]]
        self.words = Finder(phrase for phrase, _ in ordered)
        """Every phrase of a reason: the certain ones, then all others in the order of the file."""
        self.sections = tuple(name for _, name in ordered)
        """The section of each of them."""
        self.certain = Finder(sections[CERTAIN])
        (
            self.subjects,
            self.texts,
            self.delay_texts,
            self.delay_subjects,
            self.final_texts,
            self.challenges,
            self.success_texts,
        ) = (Finder(sections[name]) for name in _KINDS)
        self._providers = [each for each in _provider_lines() if each.said not in without]
        self._said = Finder(each.said for each in self._providers)
        self.names = frozenset(phrase for lines in sections.values() for phrase in lines) | {
            each.said for each in self._providers
        }
        """Every line that is looked for."""

    def provider(self, words: str, host: str) -> ProviderLine | None:
        """Return the first line that tells what the provider means, or None; both texts are folded."""
        found = (self._providers[n] for n in self._said.all(words))
        return next((each for each in found if not each.host or each.host in host or each.host in words), None)


def _lines(name: str) -> Iterator[str]:
    for line in (resources.files(__package__) / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def _sections() -> dict[str, list[str]]:
    """Read ``phrases.txt``: a name in brackets, then its phrases; quotes keep a space at either end."""
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in _lines("phrases.txt"):
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1], [])
        else:
            section += spellings(line[1:-1] if line.startswith('"') and line.endswith('"') else line.strip())
    return {name: list(dict.fromkeys(phrases)) for name, phrases in found.items()}


def unknown_sections() -> frozenset[str]:
    """Return the names in ``phrases.txt`` that nobody asks for, so that their lines would never be found."""
    return frozenset(_sections()) - {CERTAIN, *_KINDS} - _REASONS


def _provider_lines() -> Iterator[ProviderLine]:
    """Read ``providers.txt``: three fields a line, parted by bars."""
    for line in _lines("providers.txt"):
        host, said, reason = (field.strip() for field in line.split(" | "))
        yield from (ProviderLine("" if host == "*" else host, each, Reason(reason)) for each in spellings(said))


_ALL = Tables()
_current: ContextVar[Tables | None] = ContextVar("tables", default=None)


def tables() -> Tables:
    """Return the tables to read with."""
    return _current.get() or _ALL


@contextmanager
def using(other: Tables) -> Iterator[None]:
    """Read with other tables for a while, as the score does that leaves a provider's own lines out."""
    before = _current.set(other)
    try:
        yield
    finally:
        _current.reset(before)
