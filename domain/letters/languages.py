"""Languages: in which one a reader is written to, and how that reader writes numbers and dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from babel.lists import format_list

from domain.kernel import locales
from domain.letters.kinds import LANGUAGES


@dataclass(frozen=True, slots=True)
class Chosen:
    """A language that letters exist in, and the locale of the numbers and dates in it."""

    language: str
    locale: str


@lru_cache(maxsize=1024)
def chosen(reader: str | None, merchant: str, country: str | None) -> Chosen:
    """Return the reader's language if we have it, else the merchant's, else English.

    Numbers and dates follow the words: an Italian whom we write in German reads German month names.
    """
    known = (each for each in (reader, merchant) if each and _known(each))
    locale = next(known, locales.FALLBACK)
    language = locales.language(locale, LANGUAGES)
    return Chosen(language, locales.formats(locale if locale != locales.FALLBACK else language, country, language))


@lru_cache(maxsize=4096)
def day(given: date, locale: str) -> str:
    """Return a date in words, as it is written in a sentence; French counts the first of a month: 1er mars."""
    written = str(format_date(given, format="long", locale=locale))
    return f"1er{written[1:]}" if given.day == 1 and locale.startswith("fr") and written.startswith("1 ") else written


def listed(parts: Sequence[str], locale: str) -> str:
    """Return the parts as one list: 5.00 EUR and 3.00 USD."""
    if len(parts) == 1:
        return parts[0]
    return str(format_list(list(parts), locale=locale))


def _known(locale: str) -> bool:
    return locales.language(locale, LANGUAGES) != locales.FALLBACK or locale.lower().startswith(locales.FALLBACK)
