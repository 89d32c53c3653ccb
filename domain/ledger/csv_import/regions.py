"""Countries, languages and time zones as files write them, in the form in which they are stored."""

from functools import cache, lru_cache
from zoneinfo import available_timezones

from babel.core import Locale, UnknownLocaleError, get_global

_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""Two-letter codes that name no country."""


@cache
def _countries() -> dict[str, str]:
    english = {str(code): str(name) for code, name in Locale("en").territories.items()}
    known = {code: code for code in english if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES}
    threes = {
        alias: codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(alias) == 3 and alias.isalpha() and len(codes) == 1 and codes[0] in known
    }
    return known | threes | {english[code].upper(): code for code in known} | {"UK": "GB"}


@lru_cache(maxsize=1000)
def country(text: str) -> str | None:
    """Return the ISO 3166 code of two letters, for such a code, one of three letters, or an English name."""
    return _countries().get(text.upper())


@cache
def _languages() -> dict[str, str]:
    return {str(name).casefold(): str(code) for code, name in Locale("en").languages.items() if len(str(code)) == 2}


@lru_cache(maxsize=1000)
def language(text: str) -> str | None:
    """Return the locale as ``de`` or ``de_AT``, for a tag or an English name of the language."""
    if named := _languages().get(text.casefold()):
        return named
    try:
        found = Locale.parse(text.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return None
    return f"{found.language}_{found.territory}" if found.territory else found.language


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


@lru_cache(maxsize=1000)
def zone(text: str) -> str | None:
    """Return the IANA name of a time zone."""
    return _zones().get(text.casefold())
