"""The invoice page: what is owed, paying it, coming back from the payment provider, and receipts."""

from collections.abc import Mapping

import structlog
from aiohttp import web

from domain.kernel.ports import GatewayRefused, GatewayUnavailable
from domain.ledger import receipts
from domain.pay_links import queries, sessions
from domain.pay_links.orders import Part, Wording
from domain.pay_links.queries import Banner, PayerPage
from domain.pay_links.refusals import AmountNotPossible, CheckoutNotFound, LinkNotFound
from domain.pay_links.states import CheckoutState
from portal import acts, amounts, companion_views, door, forms, paying, views
from portal.part_form import Tried
from portal.rim import Portal, Route

log = structlog.get_logger(__name__)


async def show(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Show the invoice to the browser that holds its session."""
    secret = portal.cookies.session(request) or ""
    try:
        page = await queries.page(portal.core, secret=secret)
    except LinkNotFound:
        return await no_session(portal, request)
    return await _shown(portal, request, page, secret)


async def pay(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Send the payer to the provider's page for what is asked now, for all that is open, or for an own amount."""
    secret, fields = await _acting(portal, request)
    await portal.rates.count("pay", request, key=secret)
    try:
        page = await queries.page(portal.core, secret=secret)
        part = _part(portal, page, fields["amount"]) if "amount" in fields else None
        address = await paying.page_address(
            portal.core,
            portal.gateway,
            secret=secret,
            bank_debit=portal.bank_debit,
            whole="whole" in fields,
            part=part,
            wording=_wording(portal, page),
        )
    except LinkNotFound:
        return await no_session(portal, request)
    except _Untakeable as no:
        return await _shown(portal, request, page, secret, Tried(fields["amount"], no.problem))
    except AmountNotPossible:
        page = await queries.page(portal.core, secret=secret)  # the balance may have changed since it was shown
        return await _shown(portal, request, page, secret, Tried(fields["amount"], "part_range"))
    return web.Response(status=303, headers={"Location": address})


async def back_to_invoice(_: Portal, __: web.Request) -> web.StreamResponse:
    """Lead whoever reloads the address of a form to the page that it was on."""
    return web.Response(status=303, headers={"Location": "../i"})


def _wording(portal: Portal, page: PayerPage) -> Wording:
    """Return how the provider's page is to speak: as this page does, in the language that the payer chose."""
    t = portal.pages.texts(page.locale)
    said = {"number": page.invoice_number, "position": "{position}", "parts": "{parts}"}
    return Wording(
        locale=views.locale(page, merchant=portal.core.merchant, texts=t),
        title=t("invoice", number=page.invoice_number),
        instalment=t("invoice_instalment", **said),
    )


class _Untakeable(Exception):
    """Say by a key of the texts why what was typed is no amount that can be paid."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


def _part(portal: Portal, page: PayerPage, typed: str) -> Part:
    """Read an amount in the payer's own number format."""
    currency = page.balance.currency
    locale = views.locale(page, merchant=portal.core.merchant, texts=portal.pages.texts(page.locale))
    try:
        amount = amounts.typed(typed, currency=currency, locale=locale)
    except amounts.AmountUnreadable:
        raise _Untakeable("part_unreadable") from None
    except amounts.OtherCurrency:
        raise _Untakeable("part_currency") from None
    return Part(amount, portal.gateway.collectable(currency))


async def _shown(
    portal: Portal, request: web.Request, page: PayerPage, secret: str, tried: Tried | None = None
) -> web.Response:
    texts = portal.pages.texts(page.locale)
    collectable = portal.gateway.collectable(page.balance.currency)
    view = views.invoice(page, merchant=portal.core.merchant, texts=texts, collectable=collectable, tried=tried)
    return portal.pages.show(
        request,
        "invoice.html",
        status=200 if tried is None else 422,
        texts=texts,
        view=view,
        form_token=forms.token(secret),
        **await acts.shown(portal, page, secret),
        companions=companion_views.shown(page, merchant=portal.core.merchant, texts=texts),
    )


async def come_back(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Take in what the provider says of the payment; the address that the payer came by is not believed."""
    secret = portal.cookies.session(request) or ""
    try:
        page = await queries.page(portal.core, secret=secret)
    except LinkNotFound:
        return portal.pages.say(request, "thanks", status=200)
    await portal.rates.count("ask", request, key=secret)
    page, heard = await _asked(portal, page, secret)
    await _write_receipts(portal, page)
    if page.banner in (Banner.NONE, Banner.LEFT) or not heard:
        return portal.pages.show(request, "confirming.html", texts=portal.pages.texts(page.locale))
    return web.Response(status=303, headers={"Location": "../i"})


async def left(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Take in what happened at the provider before the payer turned back, a declined card say; the page tells it."""
    secret = portal.cookies.session(request) or ""
    try:
        page = await queries.page(portal.core, secret=secret)
    except LinkNotFound:
        return await no_session(portal, request)
    await portal.rates.count("ask", request, key=secret)
    await _asked(portal, page, secret)
    return web.Response(status=303, headers={"Location": "../i"})


async def _asked(portal: Portal, page: PayerPage, secret: str) -> tuple[PayerPage, bool]:
    """Ask the provider about an open payment page; return the page as it is now, and whether an answer came."""
    if page.attempt is None or page.attempt.state is not CheckoutState.OPEN or not page.attempt.session_id:
        return page, True
    heard = await _hear(portal, page.attempt.session_id)
    return await queries.page(portal.core, secret=secret), heard


async def receipt(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Hand over a receipt of this invoice as a file."""
    secret = portal.cookies.session(request) or ""
    try:
        page = await queries.page(portal.core, secret=secret)
    except LinkNotFound:
        return await no_session(portal, request)
    await portal.rates.count("download", request, key=secret)
    found = await receipts.found(portal.core, number=request.match_info["number"], invoice_id=page.invoice_id)
    if found is None:
        return portal.pages.say(request, "missing", status=404)
    return web.Response(
        body=found.pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{found.number}.pdf"'},
    )


async def fresh(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Send a fresh link to the address on file of a session that ended; says the same whatever happened."""
    forms.require_our_page(request, origin=portal.origin)
    await forms.fields(request)
    secret = portal.cookies.session(request) or ""
    await portal.rates.count("fresh", request, key=secret)
    await sessions.request_fresh(portal.core, secret=secret, browser=portal.cookies.browser(request))
    return portal.pages.say(request, "sent", status=200, further="sent_next")


async def _acting(portal: Portal, request: web.Request) -> tuple[str, Mapping[str, str]]:
    """Return the session's secret and the fields of a form that our own page of this session sent."""
    forms.require_our_page(request, origin=portal.origin)
    fields = await forms.fields(request)
    secret = portal.cookies.session(request) or ""
    forms.require_token(fields.get("token", ""), secret=secret)
    return secret, fields


async def no_session(portal: Portal, request: web.Request) -> web.Response:
    """Show the page of dead links to a browser that holds no session, or one that ended."""
    await portal.rates.count("guess", request)
    return door.dead(portal, request, of_session=True)


async def _hear(portal: Portal, session_id: str) -> bool:
    """Ask the provider; when it does not answer, webhook or polling will bring the news."""
    try:
        await paying.ask(portal.core, portal.gateway, session_id)
    except (GatewayUnavailable, GatewayRefused, CheckoutNotFound) as no:
        log.warning("the payment provider could not be asked", reason=type(no).__name__)
        return False
    return True


async def _write_receipts(portal: Portal, page: PayerPage) -> None:
    """Write the receipts that the payer expects on the page now; the mailing job would do it a moment later."""
    for line in page.history:
        if line.payment_id is None or line.receipt_number is not None:
            continue
        try:
            await receipts.issued(portal.core, payment_id=line.payment_id)
        except Exception as error:  # the rim: a receipt that cannot be written must not hide that the money arrived
            log.error("receipt not written", error=type(error).__name__)


ROUTES = (
    Route("GET", "/i", "invoice", show),
    Route("POST", "/i/pay", "pay", pay),
    Route("GET", "/i/pay", "back", back_to_invoice),
    Route("GET", "/i/return", "come_back", come_back),
    Route("GET", "/i/left", "left", left),
    Route("GET", r"/i/receipt/{number:[A-Za-z0-9-]{1,40}}.pdf", "receipt", receipt),
    Route("POST", "/i/fresh", "fresh", fresh),
)
