"""Stripe's webhook: verify the raw bytes, store them, answer. What follows is a job's work."""

from collections.abc import Sequence

import stripe
import structlog
from aiohttp import web

from domain.kernel.core import Core
from domain.pay_links import provider_events
from portal import forms, stripe_events
from portal.rim import Handler, Portal, unreachable

log = structlog.get_logger(__name__)

MAX_BYTES = 256 * 1024
"""Stripe's events are a few kilobytes."""

TOLERANCE_SECONDS = 300
"""How old a signature may be; an older one may have been recorded and sent again."""

_LONGEST_HEADER = 4096


def route(*, secrets: Sequence[str], live: bool | None) -> Handler:
    """Return the handler. Two secrets are valid while one is rotated; *live* is the mode of our key, where known."""

    async def receive(portal: Portal, request: web.Request) -> web.StreamResponse:
        try:
            body = await forms.body(request, limit=MAX_BYTES)
        except forms.BodyTooLarge:
            return _answer(413, "too large")
        if not verified(body, request.headers.get("Stripe-Signature", ""), secrets):
            log.warning("webhook refused: no valid signature")
            return _answer(400, "no valid signature")
        try:
            return await _stored(portal.core, body, live)
        except stripe_events.NotAnEvent:
            log.warning("webhook refused: signed, but not an event that can be read")
            return _answer(400, "not an event")
        except Exception as error:  # the rim: anything but 2xx makes Stripe send the event again
            log.error("webhook not stored", error=type(error).__name__)
            return _answer(503 if unreachable(error) else 500, "not stored, send it again")

    return receive


def verified(body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Tell whether Stripe signed these very bytes with one of our secrets, and not long ago."""
    if not header.isascii() or len(header) > _LONGEST_HEADER:
        return False
    return any(_verified(body, header, secret) for secret in secrets if secret)


async def _stored(core: Core, body: bytes, live: bool | None) -> web.Response:
    envelope = stripe_events.envelope(body)
    if None not in (live, envelope.live) and envelope.live is not live:
        log.error("webhook refused: it is of the other mode (live or test) than our key")
        return _answer(400, "wrong mode: this endpoint belongs to a key of the other mode")
    if envelope.version not in (None, stripe.api_version):
        log.warning("webhook of another API version", expected=stripe.api_version, got=envelope.version)
    news = stripe_events.read(body)
    new = await provider_events.store(core, event_id=news.event_id, kind=news.kind, object_id=news.object_id, body=body)
    return _answer(200, "stored" if new else "known")


def _verified(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _answer(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text)
