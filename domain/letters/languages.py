"""Languages: in which one a reader is written to, and how that reader writes numbers and dates."""

from dataclasses import dataclass

from domain.kernel import locales
from domain.letters.kinds import LANGUAGES


@dataclass(frozen=True, slots=True)
class Chosen:
    """A language that letters exist in, and the locale of the numbers and dates in it."""

    language: str
    locale: str


def chosen(reader: str | None, merchant: str, country: str | None) -> Chosen:
    """Return the reader's language if we have it, else the merchant's, else English.

    Numbers and dates follow the words: an Italian whom we write in German reads German month names.
    """
    known = (each for each in (reader, merchant) if each and _known(each))
    locale = next(known, locales.FALLBACK)
    language = locales.language(locale, LANGUAGES)
    return Chosen(language, locales.formats(locale if locale != locales.FALLBACK else language, country, language))


def _known(locale: str) -> bool:
    return locales.language(locale, LANGUAGES) != locales.FALLBACK or locale.lower().startswith(locales.FALLBACK)
