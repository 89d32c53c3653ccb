"""Locales: how a reader writes numbers and dates, whatever a ledger says their language is."""

from collections.abc import Collection, Iterator
from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global

FALLBACK = "en"
"""The language in which every text exists."""


def language(locale: str, known: Collection[str]) -> str:
    """Return the language of *locale* if texts exist in it, else English."""
    wanted = _parsed(locale)
    return wanted.language if wanted is not None and wanted.language in known else FALLBACK


@cache
def formats(locale: str, country: str | None, text_language: str) -> str:
    """Return the locale for the numbers and dates in a text of *text_language* for such a reader.

    A German reader of an English text gets English month names and German decimal commas (``en_DE``); whoever chose
    another language than English writes as that language does, even if their screen is in English. A locale that nobody
    knows is no reason to show an error: it counts as the text's own language.
    """
    return next(str(found) for found in _choices(locale, country, text_language) if found is not None)


def _choices(locale: str, country: str | None, text_language: str) -> Iterator[Locale | None]:
    wanted = _parsed(locale) or Locale(text_language)
    territories: tuple[str | None, ...] = (wanted.territory, country)
    if text_language == FALLBACK:
        territories = (*territories, _territory_of(wanted.language))
    if wanted.language == text_language and wanted.territory:
        yield wanted
    for territory in territories if wanted.language != text_language else territories[:2]:
        yield _parsed(f"{text_language}_{territory}") if territory else None
    yield Locale(text_language)


def _territory_of(of_language: str) -> str | None:
    likely = str(get_global("likely_subtags").get(of_language, ""))
    return likely.rpartition("_")[2] or None


def _parsed(locale: str) -> Locale | None:
    try:
        return Locale.parse(locale.replace("-", "_")[:35])
    except (ValueError, UnknownLocaleError, TypeError):
        return None
