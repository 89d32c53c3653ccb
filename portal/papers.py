"""Papers: the invoice itself and the customer's statement, to be downloaded by the browser that holds the session."""

from dataclasses import replace

from aiohttp import web

from domain.ledger import invoice_papers, statement_papers, statements
from domain.ledger.refusals import PaperUnkept
from domain.ledger.statements import Statement
from domain.pay_links import queries
from domain.pay_links.queries import PayerPage
from domain.pay_links.refusals import LinkNotFound
from portal import faults, invoice
from portal.rim import Portal, Route


async def of_invoice(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Hand over the invoice as it was sent."""
    try:
        page = await _page(portal, request)
    except LinkNotFound:
        return await invoice.no_session(portal, request)
    try:
        body = await invoice_papers.found(portal.core, invoice_id=page.invoice_id)
    except PaperUnkept:
        response = portal.pages.say(request, "paper_away", status=503)
        response.headers["Retry-After"] = str(faults.STORE_SECONDS)
        return response
    if body is None:
        return portal.pages.say(request, "missing", status=404)
    return _file(body, f"{_plain(page.invoice_number)}.pdf", "application/pdf")


async def statement_as_pdf(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Hand over the statement of account, in the language of the pages."""
    try:
        found = await _statement(portal, request)
    except LinkNotFound:
        return await invoice.no_session(portal, request)
    except _NotTheirs:
        return portal.pages.say(request, "missing", status=404)
    body = await statement_papers.pdf(portal.core, found)
    return _file(body, statement_papers.file_name(found, ending="pdf"), "application/pdf")


async def statement_as_csv(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Hand over the statement of account for the customer's own books."""
    try:
        found = await _statement(portal, request)
    except LinkNotFound:
        return await invoice.no_session(portal, request)
    except _NotTheirs:
        return portal.pages.say(request, "missing", status=404)
    return _file(await statement_papers.csv_of(found), statement_papers.file_name(found, ending="csv"), "text/csv")


class _NotTheirs(Exception):
    """Say that the account is not for whoever was only passed one invoice of it."""


async def _page(portal: Portal, request: web.Request) -> PayerPage:
    secret = portal.cookies.session(request) or ""
    page = await queries.page(portal.core, secret=secret)
    await portal.rates.count("download", request, key=secret)
    return page


async def _statement(portal: Portal, request: web.Request) -> Statement:
    page = await _page(portal, request)
    if not page.sees_account:
        raise _NotTheirs
    await portal.rates.count("statement", request, key=portal.cookies.session(request) or "")
    texts = portal.pages.texts(page.locale)
    found = await statements.of_account(portal.core, account_id=page.account_id)
    spoken = (found.locale or portal.core.merchant.locale).partition("_")[0].partition("-")[0]
    return found if spoken == texts.language else replace(found, locale=texts.language)


def _file(body: bytes, name: str, content_type: str) -> web.Response:
    disposition = f'attachment; filename="{name}"'
    return web.Response(body=body, content_type=content_type, headers={"Content-Disposition": disposition})


def _plain(number: str) -> str:
    """Return a number as a file's name, of letters that every system takes."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in number).strip("-")[:60] or "invoice"


ROUTES = (
    Route("GET", "/i/invoice.pdf", "paper", of_invoice),
    Route("GET", "/i/statement.pdf", "statement", statement_as_pdf),
    Route("GET", "/i/statement.csv", "statement_csv", statement_as_csv),
)
