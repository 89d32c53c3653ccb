"""The support page: somebody says what went wrong, in a session or without one, from any page and every error."""

import re
from collections.abc import Mapping

from aiohttp import web

from domain.commitments import parties
from domain.commitments.dispute_refusals import FilesUnkept
from domain.kernel import addresses
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.actor import payer as payer_actor
from domain.kernel.addresses import AddressMalformed
from domain.operations import support
from domain.operations.support import Call
from domain.pay_links import queries
from domain.pay_links.queries import PayerPage
from domain.pay_links.refusals import LinkNotFound
from portal import faults, forms, uploads
from portal.faults import Errors
from portal.rim import Portal, Route
from portal.seats import Crowded, Sender
from portal.texts import Texts
from portal.uploads import Received

_REQUEST_ID = re.compile(r"[a-z0-9]{10}", re.ASCII)

STRANGER = "somebody on the support page"

_REFERENCE = re.compile(r"S-[0-9A-F]{4}-[0-9A-F]{4}", re.ASCII)

_FILES = "files"


async def look(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Show the form, with the id of the request that went wrong where the link has brought one along."""
    named = request.query.get("about", "")
    about = named if _REQUEST_ID.fullmatch(named) else ""
    return _form(portal, request, await _page(portal, request), {"about": about})


async def ask(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Keep what was said and tell the operators; the same form twice is one call."""
    forms.require_our_page(request, origin=portal.origin)
    page = await _page(portal, request)
    secret = portal.cookies.session(request) or ""
    await portal.rates.count("support", request, key=secret)
    sender = Sender(portal.rates.address(request), secret if page else "", page.account_id if page else None)
    async with portal.seats.at(sender) as seat:
        multipart = request.content_type.startswith("multipart/")
        try:
            received = await uploads.read(request, seat=seat) if multipart else Received({})
        except uploads.FilesUnread as no:
            return _unread(portal, request, page, no)
        if page is not None:
            forms.require_token(received.fields.get("token", ""), secret=secret)
        return await _taken(portal, request, page, received)


def _unread(portal: Portal, request: web.Request, page: PayerPage | None, no: uploads.FilesUnread) -> web.Response:
    """Show the form again with what was typed; say when to come again where there was no place for the files."""
    texts = _texts(portal, page)
    if not isinstance(no.why, Crowded):
        return _form(portal, request, page, no.fields, ((_FILES, texts("act_files_broken")),))
    busy = ((_FILES, texts("support_files_busy", seconds=no.why.seconds)),)
    return _later(_form(portal, request, page, no.fields, busy), seconds=no.why.seconds)


def _later(response: web.Response, *, seconds: int) -> web.Response:
    response.set_status(503)
    response.headers["Retry-After"] = str(seconds)
    return response


async def _taken(
    portal: Portal, request: web.Request, page: PayerPage | None, received: Received
) -> web.StreamResponse:
    texts, fields = _texts(portal, page), received.fields
    if errors := _errors(texts, received, of_stranger=page is None):
        return _form(portal, request, page, fields, errors)
    try:
        event = await support.ask(portal.core, call=_call(page, received), actor=_actor(page))
    except faults.UNUSABLE as no:
        return _form(portal, request, page, fields, ((_FILES, faults.refused(texts, no)),))
    except FilesUnkept:
        away = ((_FILES, texts("support_files_away")),)
        return _later(_form(portal, request, page, fields, away), seconds=faults.STORE_SECONDS)
    return web.Response(status=303, headers={"Location": f"support/sent?reference={event.reference}"})


async def sent(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Say under which reference a call for help is known; reached by GET, so that reloading it sends nothing."""
    reference = request.query.get("reference", "")
    if not _REFERENCE.fullmatch(reference):
        return web.Response(status=303, headers={"Location": "../support"})
    page = await _page(portal, request)
    texts = _texts(portal, page)
    return portal.pages.show(
        request,
        "message.html",
        status=200,
        texts=texts,
        title=texts("support_sent_title"),
        lead=texts("support_sent_text", reference=reference),
        further=texts("support_sent_next"),
        back=texts("back") if page else "",
    )


def _errors(t: Texts, received: Received, *, of_stranger: bool) -> Errors:
    """Return all that has to be corrected."""
    text, reply_to = received.fields.get("text", ""), received.fields.get("reply_to", "").strip()
    errors = [("text", faults.text(t, text, most=parties.LONGEST_TEXT, missing="support_text_missing"))]
    if of_stranger and reply_to and not _is_address(reply_to):
        errors.append(("reply_to", t("support_reply_wrong")))
    errors.append((_FILES, faults.files(t, received, form_comes_back=any(said for _, said in errors))))
    return tuple((field, said) for field, said in errors if said)


def _is_address(text: str) -> bool:
    try:
        addresses.parsed(text)
    except AddressMalformed:
        return False
    return True


def _call(page: PayerPage | None, received: Received) -> Call:
    fields = received.fields
    return Call(
        text=fields.get("text", ""),
        request_id=fields.get("about", ""),
        reply_to="" if page else fields.get("reply_to", ""),
        files=received.files,
        invoice_id=page.invoice_id if page else None,
        account_id=page.account_id if page else None,
        invoice_number=page.invoice_number if page else None,
        contact_id=page.contact_id if page else None,
    )


def _actor(page: PayerPage | None) -> Actor:
    if page is None:
        return Actor(ActorKind.PAYER, STRANGER, frozenset())
    return payer_actor(page.contact_id, page.address)


async def _page(portal: Portal, request: web.Request) -> PayerPage | None:
    """Return the invoice of the session, if there is one; support is for those who have none as well."""
    secret = portal.cookies.session(request)
    if secret is None:
        return None
    try:
        return await queries.page(portal.core, secret=secret)
    except LinkNotFound:
        return None


def _texts(portal: Portal, page: PayerPage | None) -> Texts:
    return portal.pages.texts(page.locale if page else None)


def _form(
    portal: Portal, request: web.Request, page: PayerPage | None, typed: Mapping[str, str], errors: Errors = ()
) -> web.Response:
    return portal.pages.show(
        request,
        "support.html",
        status=422 if errors else 200,
        texts=_texts(portal, page),
        errors=errors,
        typed=typed,
        of_session=page is not None,
        form_token=forms.token(portal.cookies.session(request) or "") if page else "",
        most=parties.LONGEST_TEXT,
    )


ROUTES = (
    Route("GET", "/support", "support", look),
    Route("POST", "/support", "support_ask", ask),
    Route("GET", "/support/sent", "support_sent", sent),
)
