"""Closing: while maintenance is on, payers read when the pages are back; who wants no more mail is heard all the same.

Whether it is on is asked of the database at most every two seconds, so pages cost no query more for it.
"""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import web
from babel.dates import format_date, format_time

from domain.kernel import locales
from domain.kernel.core import Core
from domain.outreach import gates
from portal.rim import Handler, Portal

log = structlog.get_logger(__name__)

KNOWN_SECONDS = 2.0

SOONEST_SECONDS, LATEST_SECONDS = 60, 3600
"""Of ``Retry-After``: an end that is near or far is asked about again after such a time."""


class Closing:
    """Whether the pages are closed, as it was known a moment ago."""

    def __init__(self, core: Core, *, now: Callable[[], float] = time.monotonic) -> None:
        self._core, self._now = core, now
        self._asked = float("-inf")
        self._gate: gates.GateShown | None = None

    async def until(self) -> tuple[bool, datetime | None]:
        """Return whether the pages are closed, and until when if that is known."""
        if self._now() - self._asked >= KNOWN_SECONDS:
            self._asked = self._now()
            try:
                self._gate = await gates.maintenance(self._core)
            except Exception as error:  # the rim: pages that need no database are shown without one
                log.warning("whether maintenance is on is not known", error=type(error).__name__)
        gate = self._gate
        over = gate is not None and gate.until is not None and gate.until <= self._core.clock.now()
        return gate is not None and not over, gate.until if gate else None


def unless_closed(closing: Closing, handler: Handler) -> Handler:
    """Return the handler of a page that is shown only while the pages are open."""

    async def handle(portal: Portal, request: web.Request) -> web.StreamResponse:
        closed, until = await closing.until()
        return _page(portal, request, until) if closed else await handler(portal, request)

    return handle


def _page(portal: Portal, request: web.Request, until: datetime | None) -> web.Response:
    core, texts = portal.core, portal.pages.texts()
    seconds = SOONEST_SECONDS
    lead = texts("closed_soon")
    if until is not None:
        locale = locales.formats(texts.language, core.merchant.country, texts.language)
        left = until - core.clock.now()
        here = until.astimezone(core.merchant.zone)
        same_day = here.date() == core.clock.now().astimezone(core.merchant.zone).date()
        at, day = f"{format_time(here, 'short', locale=locale)} ({here:%Z})", format_date(here, "long", locale=locale)
        lead = texts("closed_until", until=at) if same_day else texts("closed_until_day", date=day, time=at)
        seconds = min(max(int(left.total_seconds()), SOONEST_SECONDS), LATEST_SECONDS)
    response = portal.pages.show(
        request,
        "message.html",
        status=503,
        texts=texts,
        title=texts("closed_now_title"),
        lead=lead,
        further=texts("closed_next"),
        back="",
    )
    response.headers["Retry-After"] = str(seconds)
    return response
