"""Stripe's webhook: verify the raw bytes, store them, answer. What follows is a job's work."""

import re
import time
from collections.abc import Sequence

import stripe
import structlog
from aiohttp import web

from domain.kernel.core import Core
from domain.pay_links import provider_events, provider_health
from portal import forms, stripe_events
from portal.rim import Handler, Portal, unreachable

log = structlog.get_logger(__name__)

MAX_BYTES = 256 * 1024
"""Stripe's events are a few kilobytes."""

TOLERANCE_SECONDS = 300
"""How old a signature may be, since an older one may have been recorded and sent again; and how far ahead, since a
signature of next year could be sent again until then."""

_SIGNED_AT = re.compile(r"(?:^|,)t=(\d{1,12})(?:,|$)", re.ASCII)

_NOTED_EVERY_SECONDS = 60.0
"""What is odd is written down no more often, however often somebody sends it."""

_LONGEST_HEADER = 4096


def route(*, secrets: Sequence[str], live: bool | None) -> Handler:
    """Return the handler. Two secrets are valid while one is rotated; *live* is the mode of our key, where known."""
    oddities = Oddities()

    async def receive(portal: Portal, request: web.Request) -> web.StreamResponse:
        try:
            body = await forms.body(request, limit=MAX_BYTES)
        except forms.BodyTooLarge:
            return _answer(413, "too large")
        if not verified(body, request.headers.get("Stripe-Signature", ""), secrets):
            log.warning("webhook refused: no valid signature")
            await _unsigned(portal.core, oddities)
            return _answer(400, "no valid signature")
        try:
            return await _stored(portal.core, body, live, oddities)
        except stripe_events.NotAnEvent:
            log.warning("webhook refused: signed, but not an event that can be read")
            return _answer(400, "not an event")
        except Exception as error:  # the rim: anything but 2xx makes Stripe send the event again
            log.error("webhook not stored", error=type(error).__name__)
            return _answer(503 if unreachable(error) else 500, "not stored, send it again")

    return receive


def verified(body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Tell whether Stripe signed these very bytes with one of our secrets, and just now.

    The SDK refuses what is too old and accepts any time ahead, so that is looked at here.
    """
    if not header.isascii() or len(header) > _LONGEST_HEADER:
        return False
    signed_at = _SIGNED_AT.search(header)
    if signed_at is None or int(signed_at[1]) > time.time() + TOLERANCE_SECONDS:
        return False
    return any(_verified(body, header, secret) for secret in secrets if secret)


class Oddities:
    """What was noted a moment ago in this process, so that a flood of odd events is no flood of writes."""

    def __init__(self) -> None:
        self._noted: dict[str, float] = {}

    async def note(self, core: Core, what: str, *, remedy: str) -> None:
        """Write it down, unless that was done a moment ago."""
        now = time.monotonic()
        if now - self._noted.get(what, -_NOTED_EVERY_SECONDS) < _NOTED_EVERY_SECONDS:
            return
        self._noted[what] = now
        await provider_health.note_odd(core, what, remedy=remedy)


async def _unsigned(core: Core, oddities: Oddities) -> None:
    """Note it while nothing verified has ever arrived: then the secret is wrong. Later it is some stranger."""
    try:
        if not await provider_health.heard(core):
            remedy = "Compare the endpoint's signing secret in Stripe with PLIXO_STRIPE_WEBHOOK_SECRETS."
            await oddities.note(core, "webhooks arrive whose signature fits no secret", remedy=remedy)
    except Exception as error:  # the rim: the answer is the same whether or not it could be noted
        log.warning("not noted", error=type(error).__name__)


async def _stored(core: Core, body: bytes, live: bool | None, oddities: Oddities) -> web.Response:
    envelope = stripe_events.envelope(body)
    news = stripe_events.read(body)
    if None not in (live, envelope.live) and envelope.live is not live:
        log.error("webhook refused: it is of the other mode (live or test) than our key")
        modes = {True: "live", False: "test"}
        what = f"events of {modes[not live]} mode arrive, and our key is of {modes[bool(live)]} mode"
        await oddities.note(core, what, remedy="Remove this endpoint in the other mode of Stripe's dashboard.")
        return _answer(400, "wrong mode: this endpoint belongs to a key of the other mode")
    fits = envelope.version in (None, stripe.api_version)
    if not fits:
        what = f"events arrive in API version {_short(envelope.version)}, and we read {stripe.api_version}"
        await oddities.note(core, what, remedy=f"Create the endpoint anew with API version {stripe.api_version}.")
    new = await provider_events.store(
        core, event_id=news.event_id, kind=news.kind, object_id=news.object_id, body=body, fits=fits
    )
    return _answer(200, "stored" if new else "known")


def _short(version: str | None) -> str:
    return "".join(each for each in (version or "")[:40] if each.isprintable())


def _verified(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _answer(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text)
