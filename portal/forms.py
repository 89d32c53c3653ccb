"""Forms: read within limits, and taken only from a page of ours."""

import asyncio
import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qsl

from aiohttp import web

MAX_BYTES = 16 * 1024
MAX_FIELDS = 20

BODY_SECONDS = 30.0
"""How long a plain form may take to arrive; files have a limit of their own."""


class BodyTooLarge(Exception):
    """Say that a body is larger than its limit."""


class BodyTooSlow(Exception):
    """Say that a body did not arrive in time."""


class Foreign(Exception):
    """Say that a form was not sent from a page of ours."""


async def body(request: web.Request, *, limit: int, seconds: float = BODY_SECONDS) -> bytes:
    """Read a body and count while reading; the header may lie or be missing.

    Raises:
        BodyTooLarge: There is more than *limit* bytes of it.
        BodyTooSlow: It does not arrive in time.
    """
    if (request.content_length or 0) > limit:
        raise BodyTooLarge
    read = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_chunked(16 * 1024):
                read += chunk
                if len(read) > limit:
                    raise BodyTooLarge
    except TimeoutError:
        raise BodyTooSlow from None
    return bytes(read)


async def fields(request: web.Request) -> Mapping[str, str]:
    """Return the fields of a plain form; a body of another kind has none.

    Raises:
        BodyTooLarge: More bytes or fields than our forms have.
    """
    raw = await body(request, limit=MAX_BYTES)
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    try:
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise BodyTooLarge from None


def require_our_page(request: web.Request, *, origin: str) -> None:
    """Let a form pass that the browser says came from this very site.

    Chromium sends ``Origin: null`` from our own pages, since they give no referrer; ``Sec-Fetch-Site`` is what tells.
    A browser too old for it is judged by its Origin, and by a cookie or token that the caller asks for besides.

    Raises:
        Foreign: It came from elsewhere.
    """
    site = request.headers.get("Sec-Fetch-Site")
    allowed = site == "same-origin" if site is not None else request.headers.get("Origin", "null") in ("null", origin)
    if not allowed:
        raise Foreign


def token(secret: str) -> str:
    """Return what a form of this session carries; whoever lacks the cookie cannot make it."""
    return hmac.digest(secret.encode(), b"portal form", sha256).hex()


def require_token(given: str, *, secret: str) -> None:
    """Let a form pass that was made for this session.

    Raises:
        Foreign: It was not.
    """
    if not hmac.compare_digest(given.encode("utf-8", "replace"), token(secret).encode()):
        raise Foreign
