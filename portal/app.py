"""The portal as one aiohttp application: its routes, which other edges' routes may join on the same server."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web

from domain.kernel.core import Core
from domain.kernel.ports import PaymentGateway
from portal import door, invoice, pages, rim, stripe_webhook, unsubscribe
from portal.cookies import Cookies
from portal.rates import Rates
from portal.rim import Portal, Route

LONGEST_LINE = 32 * 1024
"""Bytes of a request line or header that are read, so that an absurd address gets our page and not the parser's."""

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
    trusted_proxies: int = 0,
) -> web.Application:
    """Return the application; without *pages* it is only alive, for a process that serves another edge's routes.

    aiohttp's access log is off whoever runs it: the routes write their own lines, without paths, which hold tokens.
    """
    server = {"max_line_size": LONGEST_LINE, "max_field_size": LONGEST_LINE, "access_log": None}
    app = web.Application(handler_args=server)
    portal = _portal(core, gateway, checkout_origin, bank_debit, Rates(trusted_proxies=trusted_proxies), secure_cookies)
    app.router.add_get("/healthz", rim.served(portal, rim.QUIET, _alive))
    if pages:
        live = getattr(gateway, "live", None)
        webhook = stripe_webhook.route(secrets=webhook_secrets, live=live)
        app.router.add_post("/stripe/webhook", rim.served(portal, "stripe_webhook", webhook))
        add_pages(app, portal)
    return app


def add_pages(app: web.Application, portal: Portal) -> None:
    """Add the payers' routes; what no other route takes gets the portal's own page for nothing."""
    for route in (*door.ROUTES, *unsubscribe.ROUTES, *invoice.ROUTES, *_FILES):
        add = app.router.add_get if route.method == "GET" else app.router.add_post  # whoever takes GET takes HEAD
        add(route.path, rim.served(portal, route.name, route.handler))
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
        bank_debit=bank_debit,
        origin=f"{address.scheme}://{address.netloc}",
        headers=rim.headers(checkout_origin=checkout_origin, secure=secure),
    )


async def _alive(_: Portal, __: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _robots(_: Portal, __: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nDisallow: /\n")


async def _style(_: Portal, __: web.Request) -> web.Response:
    return _kept(pages.STYLE, "text/css")


async def _icon(_: Portal, __: web.Request) -> web.Response:
    return _kept(pages.ICON, "image/svg+xml")


def _kept(body: bytes, content_type: str) -> web.Response:
    """Return a file that holds nothing of anybody, so browsers may keep it."""
    cache = f"public, max-age={_YEAR_SECONDS}, immutable"
    return web.Response(body=body, content_type=content_type, headers={"Cache-Control": cache})


async def _missing(portal: Portal, request: web.Request) -> web.Response:
    return portal.pages.say(request, "missing", status=404)


_FILES = (
    Route("GET", f"/static/{pages.STYLE_NAME}", "style", _style),
    Route("GET", "/static/icon.svg", "icon", _icon),
    Route("GET", "/robots.txt", "robots", _robots),
)
