"""Headers: which column holds what, by the words of one kind of file; what is not known is asked, never guessed."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from rapidfuzz import fuzz

from domain.kernel.speech import say
from domain.ledger.csv_import.refusals import ColumnMissing, ColumnUnclear, HeaderAmbiguous, OptionUnusable
from domain.ledger.words import files

F = TypeVar("F", bound=StrEnum)
"""The fields of one kind of file."""

LIKENESS = 75
"""Percent of likeness from which on a header may be a misspelt name of a field; it is offered, never taken."""

LONGEST_HEADER = 200
"""Characters of a header that count."""

IGNORE = "ignore"
"""Said instead of a field: the column is not used."""


class Reason(StrEnum):
    """Why a column was taken for a field."""

    CLEAR = "clear"
    VAGUE = "vague"
    SAID = "said"
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Known:
    """The headers of one field: its title, the clear names, and names that yield to a clear one in the same file."""

    title: str
    clear: tuple[str, ...]
    vague: tuple[str, ...] = ()


def folded(header: str) -> str:
    """Return a header without case, accents, spaces and punctuation: ``Invoice No.`` and ``invoiceNo`` are one."""
    text = unicodedata.normalize("NFKD", header.replace("#", " number ").replace("№", " number ")).casefold()
    return re.sub(r"[^a-z0-9]", "", text)


@dataclass(frozen=True)
class Vocabulary(Generic[F]):
    """The words of one kind of file: its fields, the headers over them, and what must be there."""

    kind: str
    fields: tuple[F, ...]
    known: Mapping[F, Known]
    required: tuple[tuple[F, ...], ...]
    """Of each group at least one column must be there."""
    many: frozenset[F] = frozenset()
    """Fields that may stand in several columns, such as the lines of a text."""
    fold: Callable[[str], str] = folded
    """By what headers are compared."""
    means: Mapping[str, tuple[F, int]] = field(init=False)
    """For each folded header its field, and whether it is one of the clear names (0) or of the vague ones (1)."""

    def __post_init__(self) -> None:
        means = {
            self.fold(name): (each, place)
            for each in self.fields
            for place, names in enumerate((self.known[each].clear, self.known[each].vague))
            for name in names
        }
        object.__setattr__(self, "means", means)


@dataclass(frozen=True, slots=True)
class Columns(Generic[F]):
    """Which column holds what."""

    headers: tuple[str, ...]
    places: Mapping[F, int]
    ignored: tuple[str, ...]
    more: Mapping[F, tuple[int, ...]] = field(default_factory=dict)
    """Further columns of fields that may have several."""
    reasons: Mapping[F, Reason] = field(default_factory=dict)
    """Why each column was taken."""

    def header(self, of: StrEnum | None) -> str:
        """Return the header over a field, or nothing for a fault of the whole row."""
        return next((self.headers[place] for each, place in self.places.items() if each is of), "")


def found(
    words: Vocabulary[F],
    headers: Sequence[str],
    said: Sequence[tuple[str, str]],
    saved: Sequence[tuple[str, str]] = (),
) -> Columns[F]:
    """Find the columns of the fields that this kind of file has; what is said goes before what was saved earlier.

    Raises:
        ColumnMissing: A required field has no column.
        ColumnUnclear: Two columns could hold one field.
        HeaderAmbiguous: A header that is used stands in the file twice.
        OptionUnusable: What was said names an unknown header or field.
    """
    names = tuple(printable(each) for each in headers)
    kept = dict(_told(words, names, pair) for pair in saved)
    now = dict(_told(words, names, pair) for pair in said)
    told = {place: each for place, each in kept.items() if each is None or each not in now.values()} | now
    places, more = _places(words, names, told)
    for place in places.values():
        if place not in told and names.count(names[place]) > 1:
            raise HeaderAmbiguous(names[place])
    for group in words.required:
        if not any(each in places for each in group):
            raise _missing(words, group, names, frozenset(places.values()))
    used = {*places.values(), *(place for several in more.values() for place in several)}
    ignored = tuple(each for place, each in enumerate(names) if each and place not in used)
    reasons = {each: _reason(words, names[place], place, now, kept) for each, place in places.items()}
    return Columns(names, places, ignored, more, reasons)


def _reason(
    words: Vocabulary[F], name: str, place: int, now: Mapping[int, F | None], kept: Mapping[int, F | None]
) -> Reason:
    if place in now:
        return Reason.SAID
    if place in kept:
        return Reason.SAVED
    return Reason.VAGUE if words.means[words.fold(name)][1] else Reason.CLEAR


def _missing(words: Vocabulary[F], group: tuple[F, ...], names: tuple[str, ...], used: frozenset[int]) -> ColumnMissing:
    """Return the question for a column that is not there, with those headers first that may be its name misspelt."""
    free = [name for place, name in enumerate(names) if name and place not in used]
    scores = {name: max(_likeness(words, each, name) for each in group) for name in free}
    near = tuple(sorted((name for name in free if scores[name] >= LIKENESS), key=lambda name: -scores[name]))
    titles = say(words.known[group[0]].title)
    for each in group[1:]:
        titles = say("{one} or the {other}", one=titles, other=say(words.known[each].title))
    meant = max(group, key=lambda each: _likeness(words, each, near[0])) if near else group[0]
    return ColumnMissing(titles, meant.value, tuple(each for each in names if each), near)


def _likeness(words: Vocabulary[F], of: F, name: str) -> float:
    """Return in percent how much a header is like the names of a field."""
    folded_name = words.fold(name)
    if len(folded_name) < 3:
        return 0.0
    return max(fuzz.ratio(folded_name, words.fold(each)) for each in words.known[of].clear + words.known[of].vague)


def _places(
    words: Vocabulary[F], names: tuple[str, ...], told: Mapping[int, F | None]
) -> tuple[dict[F, int], dict[F, tuple[int, ...]]]:
    """Return the column of each field, and the further columns of those that may have several."""
    places: dict[F, int] = {}
    more: dict[F, tuple[int, ...]] = {}
    for each in words.fields:
        candidates = [place for place, meant in told.items() if meant is each]
        if not candidates or each in words.many:
            candidates += _candidates(words, each, names, told)
        if len(candidates) > 1 and each in words.many:
            more[each] = tuple(candidates[1:])
        elif len(candidates) > 1 and candidates[0] not in told:
            raise _unclear(words, each, names, candidates)
        if candidates:
            places[each] = candidates[-1] if candidates[0] in told and each not in words.many else candidates[0]
    return places, more


def field_named(words: Vocabulary[F], text: str) -> F | None:
    """Return the field that a person calls so, or None when the column is to be ignored.

    Raises:
        OptionUnusable: No field of this kind of file has that name.
    """
    if text.strip().casefold() == IGNORE:
        return None
    wanted = words.fold(text)
    for each in words.fields:
        names = words.known[each].clear + words.known[each].vague
        if wanted in (words.fold(each.value), *(words.fold(name) for name in names)):
            return each
    fields = ", ".join(each.value for each in words.fields)
    raise OptionUnusable(
        say(
            "{text} is not a field of {kind} files. The fields are: {fields}, {ignore}.",
            text=repr(text[:40]),
            kind=files(words.kind),
            fields=fields,
            ignore=IGNORE,
        )
    )


def printable(header: str) -> str:
    """Return a header that can be shown: one line, nothing that a terminal or a page would obey."""
    return " ".join("".join(each if each.isprintable() else " " for each in header).split())[:LONGEST_HEADER]


def _told(words: Vocabulary[F], names: tuple[str, ...], pair: tuple[str, str]) -> tuple[int, F | None]:
    header = printable(pair[0])
    numbered = re.fullmatch(r"#(\d{1,4})", header)
    if numbered and header not in names and 0 < int(numbered[1]) <= len(names):
        return int(numbered[1]) - 1, field_named(words, pair[1])
    exact = [place for place, each in enumerate(names) if each == header]
    places = exact or [place for place, each in enumerate(names) if words.fold(each) == words.fold(header)]
    if not places:
        raise OptionUnusable(
            say(
                "The file has no column {header}; its headers are: {headers}.",
                header=repr(header[:60]),
                headers=", ".join(map(repr, names[:30])),
            )
        )
    if len(places) > 1:
        raise HeaderAmbiguous(header)
    return places[0], field_named(words, pair[1])


def _candidates(words: Vocabulary[F], wanted: F, names: tuple[str, ...], told: Mapping[int, F | None]) -> list[int]:
    """Return the columns whose header clearly means the field; without one, those that could mean it."""
    ranked: tuple[list[int], list[int]] = ([], [])
    for place, name in enumerate(names):
        meaning = words.means.get(words.fold(name))
        if place not in told and meaning is not None and meaning[0] is wanted:
            ranked[meaning[1]].append(place)
    return ranked[0] + ranked[1] if wanted in words.many else ranked[0] or ranked[1]


def _unclear(
    words: Vocabulary[F], wanted: F, names: tuple[str, ...], places: list[int]
) -> ColumnUnclear | HeaderAmbiguous:
    spelt = tuple(dict.fromkeys(names[place] for place in places))
    if len(spelt) == 1:
        return HeaderAmbiguous(spelt[0])
    return ColumnUnclear(say(words.known[wanted].title), wanted.value, spelt)
