"""The support page: somebody says what went wrong, in a session or without one, from any page and every error."""

import re

from aiohttp import web

from domain.commitments import parties
from domain.commitments.dispute_refusals import DocumentsTooMany, DocumentUnusable, FilesUnkept
from domain.commitments.refusals import ReasonMissing, TextTooLong
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.actor import payer as payer_actor
from domain.kernel.addresses import AddressMalformed
from domain.operations import support
from domain.operations.support import Call
from domain.operations.support_events import SupportAsked
from domain.pay_links import queries
from domain.pay_links.queries import PayerPage
from domain.pay_links.refusals import LinkNotFound
from portal import forms, uploads
from portal.rim import Portal, Route
from portal.seats import Crowded, Sender
from portal.texts import Texts
from portal.uploads import Received

_REQUEST_ID = re.compile(r"[a-z0-9]{10}", re.ASCII)

STRANGER = "somebody on the support page"

Errors = tuple[tuple[str, str], ...]


async def look(portal: Portal, request: web.Request) -> web.StreamResponse:
    """Show the form, with the id of the request that went wrong where the link has brought one along."""
    named = request.query.get("about", "")
    about = named if _REQUEST_ID.fullmatch(named) else ""
    return _form(portal, request, await _page(portal, request), Received({"about": about}), ())


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
    if not isinstance(no.why, Crowded):
        return _form(portal, request, page, Received(no.fields, fault="support_file_unusable"), ())
    said = _texts(portal, page)("support_files_busy", seconds=no.why.seconds)
    response = _form(portal, request, page, Received(no.fields), (("files", said),))
    response.set_status(503)
    response.headers["Retry-After"] = str(no.why.seconds)
    return response


async def _taken(
    portal: Portal, request: web.Request, page: PayerPage | None, received: Received
) -> web.StreamResponse:
    try:
        event = await _asked(portal, page, received)
    except (ReasonMissing, TextTooLong):
        texts = _texts(portal, page)
        said = "support_text_missing" if not received.fields.get("text", "").strip() else "support_text_long"
        return _form(portal, request, page, received, (("text", texts(said, most=parties.LONGEST_TEXT)),))
    except AddressMalformed:
        return _form(portal, request, page, received, (("reply_to", _texts(portal, page)("support_reply_wrong")),))
    except _FileFault as no:
        return _form(portal, request, page, received, (("files", _texts(portal, page)(no.key)),))
    texts = _texts(portal, page)
    return portal.pages.show(
        request,
        "message.html",
        status=200,
        texts=texts,
        title=texts("support_sent_title"),
        lead=texts("support_sent_text", reference=event.reference),
        further=texts("support_sent_next"),
        back=texts("back") if page else "",
    )


class _FileFault(Exception):
    """Say by a key of the texts why the files could not be taken."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


async def _asked(portal: Portal, page: PayerPage | None, received: Received) -> SupportAsked:
    if received.fault:
        raise _FileFault("support_file_unusable")
    fields = received.fields
    call = Call(
        text=fields.get("text", ""),
        request_id=fields.get("about", ""),
        reply_to="" if page else fields.get("reply_to", ""),
        files=received.files,
        invoice_id=page.invoice_id if page else None,
        account_id=page.account_id if page else None,
        invoice_number=page.invoice_number if page else None,
        contact_id=page.contact_id if page else None,
    )
    try:
        return await support.ask(portal.core, call=call, actor=_actor(page))
    except (DocumentUnusable, DocumentsTooMany):
        raise _FileFault("support_file_unusable") from None
    except FilesUnkept:
        raise _FileFault("support_files_away") from None


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
    portal: Portal, request: web.Request, page: PayerPage | None, received: Received, errors: Errors
) -> web.Response:
    if received.fault and not errors:
        errors = (("files", _texts(portal, page)("support_file_unusable")),)
    return portal.pages.show(
        request,
        "support.html",
        status=422 if errors else 200,
        texts=_texts(portal, page),
        errors=errors,
        typed=received.fields,
        of_session=page is not None,
        form_token=forms.token(portal.cookies.session(request) or "") if page else "",
        most=parties.LONGEST_TEXT,
    )


ROUTES = (Route("GET", "/support", "support", look), Route("POST", "/support", "support_ask", ask))
