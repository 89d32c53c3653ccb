"""The portal as one aiohttp application: its routes, which other edges' routes may join on the same server."""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from urllib.parse import urlsplit

from aiohttp import web

from domain.kernel.core import Core
from domain.kernel.ports import PaymentGateway
from portal import acts, door, forward, invoice, pages, papers, rim, stripe_webhook, support, unsubscribe, wire
from portal.closing import Closing, unless_closed
from portal.cookies import Cookies
from portal.rates import Rates
from portal.rim import Portal, Route
from portal.steps import Steps
from portal.wire import Standing

AREAS = (door, unsubscribe, invoice, acts, forward, papers, support)
"""The modules that bring routes."""

LOOKS = web.AppKey("looks", Steps)
"""Where an application has the looks that it has yet to keep."""

_YEAR_SECONDS = 31_536_000


def build(
    core: Core,
    gateway: PaymentGateway,
    *,
    checkout_origin: str,
    secure_cookies: bool,
    bank_debit: bool = False,
    webhook_secrets: Sequence[str] = (),
    pages: bool = True,
    rates: Rates | None = None,
    standing: Standing | None = None,
) -> web.Application:
    """Return the application; without *pages* it is only alive, for a process that serves another edge's routes.

    aiohttp's access log is off whoever runs it: the routes write their own lines, without paths, which hold tokens.
    """
    app = web.Application(handler_args=wire.limits())
    portal = _portal(core, gateway, checkout_origin, bank_debit, rates or Rates(), secure_cookies)
    standing = standing or Standing()
    app.on_response_prepare.append(rim.finishing(portal.headers, standing))
    app.router.add_get("/healthz", rim.served(portal, rim.QUIET, _alive))
    app.router.add_get("/readyz", rim.served(portal, rim.QUIET, partial(_ready, standing)))
    if pages:
        app[LOOKS] = portal.steps
        app.cleanup_ctx.append(portal.steps.running)
        live = getattr(gateway, "live", None)
        webhook = stripe_webhook.route(secrets=webhook_secrets, live=live)
        app.router.add_post("/stripe/webhook", rim.served(portal, "stripe_webhook", webhook))
        add_pages(app, portal)
    return app


def add_pages(app: web.Application, portal: Portal) -> None:
    """Add the payers' routes; what no other route takes gets the portal's own page for nothing."""
    closing = Closing(portal.core)
    open_always = {*unsubscribe.ROUTES, *support.ROUTES, *_FILES}
    for route in (*chain.from_iterable(area.ROUTES for area in AREAS), *_FILES):
        add = app.router.add_get if route.method == "GET" else app.router.add_post  # whoever takes GET takes HEAD
        handler = route.handler if route in open_always else unless_closed(closing, route.handler)
        add(route.path, rim.served(portal, route.name, handler))
    app.router.add_route("*", "/{anything:.*}", rim.served(portal, "missing", _missing))


def _portal(
    core: Core, gateway: PaymentGateway, checkout_origin: str, bank_debit: bool, rates: Rates, secure: bool
) -> Portal:
    address = urlsplit(core.merchant.public_url)
    return Portal(
        core=core,
        gateway=gateway,
        pages=pages.pages(core.merchant),
        cookies=Cookies(secure),
        rates=rates,
        steps=Steps(core),
        bank_debit=bank_debit,
        origin=f"{address.scheme}://{address.netloc}",
        headers=rim.headers(checkout_origin=checkout_origin, secure=secure),
    )


async def _alive(_: Portal, __: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _ready(standing: Standing, _: Portal, __: web.Request) -> web.Response:
    """Tell the balancer whether to send more; when the database is away, too: payers then get a page that says so."""
    if standing.stopping:
        return web.Response(text="stopping\n", status=503)
    return web.Response(text=wire.standing_text(await standing.degraded() if standing.degraded else ()))


async def _robots(_: Portal, __: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nDisallow: /\n")


async def _file(portal: Portal, request: web.Request) -> web.Response:
    """Hand over a file of the pages' look; it holds nothing of anybody, so browsers may keep it."""
    found = portal.pages.look.files.get(request.match_info["name"])
    if found is None:
        return await _missing(portal, request)
    cache = f"public, max-age={_YEAR_SECONDS}, immutable"
    return web.Response(body=found.body, content_type=found.content_type, headers={"Cache-Control": cache})


async def _missing(portal: Portal, request: web.Request) -> web.Response:
    return portal.pages.say(request, "missing", status=404)


_FILES = (
    Route("GET", "/static/{name:[a-z0-9.-]{1,60}}", "file", _file),
    Route("GET", "/robots.txt", "robots", _robots),
)
