"""Speech: every sentence that operators read, in the language of who reads it, its values as that reader writes them.

English is the source: a sentence is written where it is said, ``say("{amount} by {day}", amount=…, day=…)``, and is
itself the key of its translations in the catalogues (gettext, ``locales/<language>/*.po``). A sentence that nobody has
translated is said in English; `make check` finds it. Whoever writes to nobody in particular (the log, the shell, a file
that is exported) is spoken to in English. What is said remembers its sentence, so that it can be kept and said again to
somebody else (``sentences.py``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Protocol, runtime_checkable

from babel.dates import format_skeleton
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from domain.kernel import locales

ENGLISH = "en"

MOST_WRITTEN = 10**15
"""Larger numbers are no figures of a business; Babel rounds to 28 digits and would raise."""

LANGUAGES = ("en", "de", "fr", "es")
"""Every language that operators are spoken to in."""

ENGLISH_FORMATS = "en_GB"
"""Day before month, as English is written in most countries; who is American has a locale of their own."""

_FOLDERS: list[Path] = [Path(__file__).parent.parent / "locales"]

_PLACE = re.compile(r"\{(\w+)\}")


@runtime_checkable
class Spoken(Protocol):
    """A value that is written in its own way, such as a sum of money."""

    def spoken(self, locale: str) -> str:
        """Return the value as a reader of *locale* writes it within a sentence."""


class Said(str):
    """What was said to one reader, with all that it takes to say it to another."""

    __slots__ = ("many", "meaning", "sentence", "values")

    sentence: str
    many: str
    """The form for several, of a sentence that counts; ``n`` among the values is the number."""
    meaning: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        """Return itself: what a refusal says is still known by its sentence."""
        return self


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the language of sentences, and the locale of numbers and dates (``de_AT``)."""

    language: str = ENGLISH
    locale: str = ENGLISH_FORMATS

    @classmethod
    def of(cls, language: str, locale: str) -> "Reader":
        """Return who reads *language* and writes numbers as in *locale*."""
        return cls(language, ENGLISH_FORMATS if locale == ENGLISH else locale)


NOBODY = Reader()
"""Nobody in particular."""

_READER: ContextVar[Reader] = ContextVar("reader", default=NOBODY)


def learn(folder: Path) -> None:
    """Add a folder of catalogues; each package that speaks names its own."""
    if folder not in _FOLDERS:
        _FOLDERS.append(folder)
        catalogue.cache_clear()


def load() -> None:
    """Read the catalogues of all languages now, which takes seconds, and not while somebody waits for a sentence."""
    for each in LANGUAGES:
        catalogue(each)


def folders() -> tuple[Path, ...]:
    """Return every folder of catalogues."""
    return tuple(_FOLDERS)


@contextmanager
def spoken_to(reader: Reader) -> Iterator[None]:
    """Say everything inside to this reader."""
    before = _READER.set(reader)
    try:
        yield
    finally:
        _READER.reset(before)


def reader() -> Reader:
    """Return who is spoken to."""
    return _READER.get()


def say(sentence: str, /, **values: object) -> str:
    """Return the sentence for the reader; sums, days and numbers among its values are written as the reader does.

    The sentence is a literal (or was marked by ``phrase``), so that it is found by who translates.
    """
    return said(sentence, values)


def counted(one: str, many: str, number: int, /, **values: object) -> str:
    """Return the form that the language has for *number*, which is filled in as ``n``: ``"{n} row", "{n} rows"``."""
    return said(one, {"n": number, **values}, many=many)


def say_as(meaning: str, sentence: str, /, **values: object) -> str:
    """Return a short text that other languages say in several ways (``open``), by what is meant."""
    return said(sentence, values, meaning=meaning)


def joined(separator: str, parts: Sequence[str]) -> str:
    """Return the parts behind one another, each of which can still be said again."""
    if len(parts) == 1:
        return parts[0]
    return said(separator.join(f"{{p{place}}}" for place in range(len(parts))),
                {f"p{place}": part for place, part in enumerate(parts)})  # fmt: skip


def again(text: str) -> str:
    """Return what was said to somebody as it is said to the reader of now; a plain text as it is."""
    if not isinstance(text, Said):
        return text
    return said(text.sentence, text.values, many=text.many, meaning=text.meaning)


def said(sentence: str, values: Mapping[str, object], *, many: str = "", meaning: str = "") -> Said:
    """Return any of the above by its parts."""
    known, number = catalogue(_READER.get().language), values.get("n", 0)
    if many:
        assert isinstance(number, int), "what counts has a number"
        text = known.ngettext(sentence, many, number)
    elif meaning:
        text = known.pgettext(meaning, sentence)
    else:
        text = known.gettext(sentence) if sentence else ""  # by which a catalogue has its own head
        text = known.ngettext(sentence, sentence, 1) if text is sentence else text  # also said where something counts
    told = Said(_filled(text, values))
    told.sentence, told.many, told.meaning, told.values = sentence, many, meaning, values
    return told


def phrase(sentence: str) -> str:
    """Mark a literal of a table that is said later, by ``say``."""
    return sentence


def amount(money: Spoken) -> str:
    """Return a sum as the reader writes it, with every decimal that the currency has and its code: 1.250,50 EUR."""
    return money.spoken(_locale())


def number(value: int) -> str:
    """Return a whole number with the reader's marks for thousands."""
    return f"{value:,}" if _locale() == ENGLISH_FORMATS else format_decimal(value, format="#,##0", locale=_locale())


def decimal(value: Decimal | float, *, places: int, grouped: bool = True) -> str:
    """Return a number with so many decimals, as the reader writes them: 81.2 or 81,2."""
    whole = "#,##0" if grouped else "0"
    pattern = f"{whole}.{'0' * places}" if places else whole
    if not -MOST_WRITTEN < value < MOST_WRITTEN:
        return f"{value:.{places}f}"
    return format_decimal(f"{value:.{places}f}", format=pattern, locale=_locale())


def factor(value: Decimal) -> str:
    """Return a number with all the decimals that it needs, as the reader writes them: 1.17 or 1,17."""
    return decimal(value, places=len(f"{value.normalize():f}".partition(".")[2]))


def day(on: date) -> str:
    """Return a calendar day as the reader writes it, the month by its short name, so that no two readings exist."""
    return _day(on, _locale())


def short_day(on: date) -> str:
    """Return a calendar day without its year, for the axis of a chart."""
    return format_skeleton("MMMd", _moment(on), locale=_locale())


def _locale() -> str:
    return _READER.get().locale


@lru_cache(maxsize=4096)
def _day(on: date, locale: str) -> str:
    return format_skeleton("yMMMd", _moment(on), locale=locale)


def _moment(on: date) -> datetime:
    return datetime(on.year, on.month, on.day)  # noqa: DTZ001 - a day has no zone


def lacks(sentence: str, values: Mapping[str, object]) -> bool:
    """Tell whether a sentence has a place for which there is no value."""
    return any(name not in values for name in _PLACE.findall(sentence))


def _filled(text: str, values: Mapping[str, object]) -> str:
    """Fill in whole values by their names and nothing else: what looks like a place but has no value stays as it is.

    A text of a stranger that got here as the sentence is therefore shown as it is, and reaches into no value.
    """
    return _PLACE.sub(lambda found: str(_written(values[found[1]])) if found[1] in values else found[0], text)


def _written(value: object) -> object:
    match value:
        case Said():
            return again(value)
        case bool() | datetime():
            return value
        case int():
            return number(value)
        case Decimal():
            return decimal(value, places=len(f"{value:f}".partition(".")[2]))
        case date():
            return day(value)
        case Spoken():
            return value.spoken(_locale())
        case _:
            return value


@cache
def catalogue(language: str) -> NullTranslations:
    """Read all sentences of one language; English is its own catalogue, and of two translations the first is said."""
    if language not in LANGUAGES or language == locales.FALLBACK:
        return NullTranslations()
    whole = Catalog(locale=language)
    for _, message in _messages(language):
        if whole.get(message.id, message.context) is None:
            whole.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def twice(language: str) -> tuple[str, ...]:
    """Return what two catalogues of a language translate, each with where the second stands; there should be none."""
    known, found = set[tuple[object, object]](), []
    for file, message in _messages(language):
        key = (tuple(message.id) if isinstance(message.id, list | tuple) else message.id, message.context)
        if key in known:
            found.append(f"{file.parent.parent.parent.name}/{file.name}: {message.id!r}")
        known.add(key)
    return tuple(found)


def _messages(language: str) -> Iterator[tuple[Path, Message]]:
    for file in sorted(file for folder in _FOLDERS for file in (folder / language).glob("*.po")):
        with file.open("rb") as stream:
            yield from ((file, message) for message in read_po(stream, locale=language) if message.id)
