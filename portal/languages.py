"""Languages: the one of ours in which a page is shown: as the reader chose, else as account, browser or merchant say.

The choice is a link to the same page with ``?language=de``, so it works without JavaScript, needs no address to lead
back to, and puts no token of a link anywhere new. It is kept in a cookie that says nothing but the language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web
from yarl import URL

from domain.kernel import locales
from portal.texts import LANGUAGES

PARAMETER = "language"
COOKIE = "plixo-language"

_KEPT_SECONDS = 365 * 86_400
_LONGEST_HEADER = 300
"""Characters of ``Accept-Language`` that are read; browsers send a tenth of that."""

_LONGEST_QUERY = 300
"""Characters of a page's own query that the links to its other languages repeat."""


@dataclass(slots=True)
class _Reader:
    """What is known of the person before the screen, for as long as one request lasts."""

    chosen: str
    accepted: tuple[str, ...]
    account: str = ""


_READER: ContextVar[_Reader | None] = ContextVar("reader", default=None)


@dataclass(frozen=True, slots=True)
class Offer:
    """One language of the switch."""

    code: str
    name: str
    """What it calls itself."""
    href: str
    """The same page in it; empty for the one that is shown."""


@contextmanager
def reading(request: web.Request) -> Iterator[None]:
    """Let everything that is said to this request be said in its reader's language."""
    before = _READER.set(_Reader(_chosen(request), accepted(request.headers.get("Accept-Language", ""))))
    try:
        yield
    finally:
        _READER.reset(before)


def of_reader(account: str | None, merchant: str) -> str:
    """Return the language for whoever asks just now.

    Args:
        account: The customer's locale, on pages that know the customer; it is remembered for the rest of the request.
        merchant: The merchant's locale.
    """
    reader = _READER.get() or _Reader("", ())
    reader.account = account or reader.account
    wanted = (reader.chosen, reader.account, *reader.accepted, merchant)
    return next((code for each in wanted if (code := _spoken(each))), locales.FALLBACK)


def accepted(header: str) -> tuple[str, ...]:
    """Return the languages of ours that a browser asks for, most wanted first."""
    found: list[tuple[float, str]] = []
    for each in header[:_LONGEST_HEADER].split(","):
        tag, _, weight = each.partition(";")
        code, value = _spoken(tag.strip()), _weight(weight)
        if code and value > 0:
            found.append((value, code))
    return tuple(code for _, code in sorted(found, key=lambda pair: -pair[0]))


def offers(request: web.Request, shown: str) -> tuple[Offer, ...]:
    """Return the switch: every language, each with the address of this very page in it."""
    query = request.rel_url.raw_query_string
    return _offers(query if len(query) <= _LONGEST_QUERY else "", shown)


@lru_cache(maxsize=256)
def _offers(raw_query: str, shown: str) -> tuple[Offer, ...]:
    query = URL.build(query_string=raw_query, encoded=True).query
    bare = URL.build(query={name: value for name, value in query.items() if name != PARAMETER})
    return tuple(
        Offer(code, name, "" if code == shown else f"?{bare.update_query({PARAMETER: code}).raw_query_string}")
        for code, name in LANGUAGES.items()
    )


def keep(request: web.Request, response: web.StreamResponse, *, secure: bool) -> None:
    """Let the browser keep a choice that was just made."""
    code = request.query.get(PARAMETER, "")
    if request.method == "GET" and code in LANGUAGES:
        response.set_cookie(COOKIE, code, max_age=_KEPT_SECONDS, path="/", httponly=True, secure=secure, samesite="Lax")


def _chosen(request: web.Request) -> str:
    wanted = (request.query.get(PARAMETER, ""), request.cookies.get(COOKIE, ""))
    return next((each for each in wanted if each in LANGUAGES), "")


def _spoken(locale: str) -> str:
    """Return the language of a locale if it is one of ours; English only where English is wanted."""
    code = locale.replace("-", "_").partition("_")[0].lower()
    return code if code in LANGUAGES else ""


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
