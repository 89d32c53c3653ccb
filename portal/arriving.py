"""Arriving: a form of payers, plain or with files, on its way in: who sends it, and what it holds."""

from dataclasses import replace
from urllib.parse import parse_qsl

from aiohttp import web

from domain.pay_links import queries
from domain.pay_links.refusals import LinkNotFound
from portal import forms, uploads
from portal.rim import Portal
from portal.seats import Seat, Sender
from portal.uploads import Received

LONGEST_BODY = 128 * 1024
"""Bytes of a form without files: two thousand signs of any script, and all the rows of a plan."""

MOST_FIELDS = 200


async def sender(portal: Portal, request: web.Request) -> Sender:
    """Return whose form it is; only one that may bring files is asked about before it is read."""
    address, secret = portal.rates.address(request), portal.cookies.session(request) or ""
    if request.content_type != "multipart/form-data":
        return Sender(address)
    try:
        page = await queries.page(portal.core, secret=secret)
    except LinkNotFound:
        return Sender(address)  # whose words are given back
    return Sender(address, secret, page.account_id)


async def form(request: web.Request, *, seat: Seat) -> Received:
    """Read a form of either kind; the *seat* is taken when files come with it.

    Raises:
        FilesUnread: One with files was not read to its end.
        BodyTooLarge: More bytes or fields than our forms have.
        BodyTooSlow: It did not arrive in time.
    """
    if request.content_type == "multipart/form-data":
        return _clean(await uploads.read(request, seat=seat))
    raw = await forms.body(request, limit=LONGEST_BODY)
    if request.content_type != "application/x-www-form-urlencoded":
        return Received({})
    try:
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise forms.BodyTooLarge from None
    return _clean(Received(dict(pairs)))


def _clean(received: Received) -> Received:
    """Return a form without what no database can hold."""
    return replace(received, fields={name: value.replace("\x00", "") for name, value in received.fields.items()})
