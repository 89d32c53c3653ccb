"""The door: what stands between the network and slack-bolt, which fails on bodies and headers that it cannot read.

Malformed requests end here with 400 or 413, before anything is believed; the signature is checked by slack-bolt.
"""

import logging
import re

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.intake import Intake
from domain.kernel import request_ids

log = logging.getLogger(__name__)

PATH = "/slack/events"

MOST_BYTES = 1024 * 1024
"""Slack's largest payloads, a click on a long message or a full modal, stay far below."""

_PASSED_ON = ("Content-Type", "X-Slack-Signature", "X-Slack-Request-Timestamp")
"""Bolt obeys headers of its own (``x-slack-bolt-…``) that Slack's signature does not cover."""


class Door:
    """The one address to which Slack sends commands, interactions and events."""

    def __init__(self, app: AsyncApp, intake: Intake) -> None:
        self._app, self._intake = app, intake

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one request of Slack's."""
        with request_ids.serving() as request_id:
            headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
            timestamp = headers.get("X-Slack-Request-Timestamp", "0")
            if not re.fullmatch(r"[0-9]{1,12}", timestamp):
                return _refused(400, "The timestamp is not a number.", request_id)
            body = await _body(request)
            if body is None:
                return _refused(413, "The request is too large.", request_id)
            asked = _parsed(body, headers)
            if asked is None:
                return _refused(400, "The request cannot be read.", request_id)
            with self._intake.taking():  # not before: anyone can send a body that never ends
                response = await to_aiohttp_response(await self._app.async_dispatch(asked))
            response.headers["X-Request-Id"] = request_id
            return response


async def _body(request: web.Request) -> bytes | None:
    """Return the whole body, or None as soon as it is too large."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    parts = bytearray()
    async for part in request.content.iter_chunked(64 * 1024):
        parts += part
        if len(parts) > MOST_BYTES:
            return None
    return bytes(parts)


def _parsed(body: bytes, headers: dict[str, str]) -> AsyncBoltRequest | None:
    try:
        request = AsyncBoltRequest(body=body.decode("utf-8"), headers=dict(headers))
    except Exception as error:  # the rim: anyone can send anything here, and Bolt reads it before the signature
        log.info("unreadable request refused: %s", type(error).__name__)
        return None
    return request if isinstance(request.body, dict) and request.body else None


def _refused(status: int, reason: str, request_id: str) -> web.Response:
    return web.json_response({"error": reason, "request_id": request_id}, status=status)
