"""The rim around every payer's route: each answer has its headers, and no error shows our inside."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import psycopg
import structlog
from aiohttp import web

from domain.kernel import patience, request_ids, watch
from domain.kernel.core import Core
from domain.kernel.ports import PaymentGateway
from domain.kernel.refusals import InUse, Refusal
from domain.operations import trails
from domain.operations.trails import Bearer
from domain.pay_links import tokens
from domain.pay_links.refusals import PaymentUnavailable
from portal import languages
from portal.cookies import Cookies
from portal.forms import BodyTooLarge, BodyTooSlow, Foreign
from portal.pages import WHY, Pages
from portal.rates import Rates, TooMany
from portal.seats import Seats
from portal.steps import Steps
from portal.wire import Standing

log = structlog.get_logger(__name__)


_GUESSED = (404, 429)
"""What anybody can cause; it is noted of payers who came by a link of ours, and of nobody else."""

_OF_LINK = ("look", "press")

NOBODY = Bearer()
_DOWN = "no database"

QUIET = "healthz"
"""The route that is asked every few seconds and has nothing to tell."""


@dataclass(frozen=True)
class Portal:
    """What the routes share."""

    core: Core
    gateway: PaymentGateway
    pages: Pages
    cookies: Cookies
    rates: Rates
    steps: Steps
    bank_debit: bool
    origin: str
    """Scheme, host and port of the configured address: where our own forms come from."""
    headers: Mapping[str, str]
    seats: Seats = field(default_factory=Seats)
    """For forms with files."""


Handler = Callable[[Portal, web.Request], Awaitable[web.StreamResponse]]
Served = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address and what answers there."""

    method: str
    path: str
    name: str
    """For log lines, figures and limits, where the path may hold a token."""
    handler: Handler


def headers(*, checkout_origin: str, secure: bool) -> dict[str, str]:
    """Return the headers of every answer, errors included."""
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action 'self' {checkout_origin}; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Server": "Plixo",
        **({"Strict-Transport-Security": "max-age=31536000"} if secure else {}),
    }


def served(portal: Portal, name: str, handler: Handler) -> Served:
    """Return the route for aiohttp. Its log line has the route's name and never the path, which may hold a token."""

    async def serve(request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        with (
            request_ids.serving() as request_id,
            languages.reading(request),
            patience.limited(),
            watch.work("request", name) as seen,
        ):
            response = await _answered(portal, handler, request)
            seen.outcome = str(response.status)
            await _note(portal, request, name, response.status, request_id)
            for header, value in portal.headers.items():
                response.headers.setdefault(header, value)
            response.headers["X-Request-ID"] = request_id
            languages.keep(request, response, secure=portal.cookies.secure)
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            tell = log.debug if name == QUIET else log.info
            tell("request", route=name, method=request.method, status=response.status, ms=milliseconds)
        return response

    return serve


async def _note(portal: Portal, request: web.Request, name: str, status: int, request_id: str) -> None:
    """Note how a request ended that went wrong, for whoever asks for help; not what anybody can cause by guessing."""
    why = request.get(WHY, "")
    if status < 400 or why == _DOWN:
        return
    token = request.match_info.get("token", "") if name in _OF_LINK else ""
    by = Bearer(portal.cookies.session(request) or "", tokens.read(portal.core.keys, token) if token else None)
    if status in _GUESSED and by == NOBODY:
        return
    try:
        await portal.rates.count("trail", request)
        await trails.note(
            portal.core, request_id=request_id, route=name, method=request.method, status=status, why=why, by=by,
            of_known=status in _GUESSED,
        )  # fmt: skip
    except TooMany:
        return
    except Exception as error:  # the rim: the answer goes out whether it could be noted or not
        log.warning("the end of a request was not noted", error=type(error).__name__)


def finishing(
    told: Mapping[str, str], standing: Standing
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return what aiohttp calls before it sends any answer, also one that no route of ours gave."""

    async def finish(_: web.Request, response: web.StreamResponse) -> None:
        if isinstance(response, web.HTTPException):  # no route took it
            response.headers.update(told)
        if standing.stopping:
            response.headers["Connection"] = "close"
            response.force_close()

    return finish


async def _answered(portal: Portal, handler: Handler, request: web.Request) -> web.StreamResponse:
    pages = portal.pages
    try:
        return await handler(portal, request)
    except TooMany as wait:
        request[WHY] = type(wait).__name__
        response = pages.say(request, "slow", status=429)
        response.headers["Retry-After"] = str(wait.seconds)
        return response
    except Foreign:
        return pages.say(request, "foreign", status=403)
    except BodyTooLarge:
        response = pages.say(request, "large", status=413)
        response.force_close()
        return response
    except BodyTooSlow:
        response = pages.say(request, "late", status=408)
        response.force_close()
        return response
    except PaymentUnavailable as no:
        request[WHY] = type(no).__name__
        return pages.refuse(request, no, status=503, title="unpayable_now_title")
    except InUse as no:
        request[WHY] = type(no).__name__
        response = pages.refuse(request, no, status=503)
        response.headers["Retry-After"] = "5"
        return response
    except Refusal as no:
        request[WHY] = type(no).__name__
        return pages.refuse(request, no, status=409)
    except Exception as error:  # the rim: payers are told to try later, and we are told what broke
        request[WHY] = _DOWN if unreachable(error) else type(error).__name__
        return failed(pages, request, error)


def failed(pages: Pages, request: web.Request, error: Exception) -> web.Response:
    """Say that it is our fault; 503 when the database is away, so that whoever asked comes again."""
    if unreachable(error):
        log.error("the database is unreachable", error=type(error).__name__)
        response = pages.say(request, "down", status=503)
        response.headers["Retry-After"] = "30"
        return response
    log.error("a request failed", exc_info=error)
    return pages.say(request, "broken", status=500)


def unreachable(error: BaseException | None) -> bool:
    """Tell whether the database did not answer, however deep the libraries have wrapped that."""
    while error is not None:
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) or type(error) is psycopg.DatabaseError:
            return True  # the last one itself, and none of its kinds, is an answer that makes no sense
        error = error.__cause__ or error.__context__
    return False
