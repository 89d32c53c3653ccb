"""Send requests to the product as Slack does: signed, form-encoded, three seconds, events repeated."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from sandbox.store import Json

log = logging.getLogger(__name__)

SECONDS_TO_ANSWER = 3.0
EVENT_PAUSES = (0.0, 1.0, 5.0)
"""Seconds before each repeat of an event that was not taken; Slack waits longer before the later ones."""


TROUBLE = {
    "dispatch_failed": "the product did not answer as it should",
    "operation_timeout": "the product took longer than three seconds",
    "dispatch_unauthorized": "the product refused the signature",
}
"""Slack's words for requests that were not taken, in plain words."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of a request to the product."""

    status: int
    """0 when nothing came back."""
    body: str = ""
    trouble: str = ""
    """Slack's word for it: ``dispatch_failed``, ``operation_timeout``, ``dispatch_unauthorized``."""

    @property
    def ok(self) -> bool:
        """Whether the product took it."""
        return not self.trouble

    def json(self) -> Json:
        """Return the body as an object; an empty one when it is none."""
        try:
            value = json.loads(self.body) if self.body.strip() else {}
        except json.JSONDecodeError:
            return {}
        return value if isinstance(value, dict) else {}


class Sender:
    """Sign and post to the product's one address for Slack."""

    def __init__(self, *, signing_secret: str, address: Callable[[], str]) -> None:
        self._signer, self._address = SignatureVerifier(signing_secret), address
        self._http: aiohttp.ClientSession | None = None
        self._later: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the client."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS_TO_ANSWER))

    async def stop(self) -> None:
        """Give up on repeats and close the client."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def form(self, fields: Mapping[str, str]) -> Delivery:
        """Send a slash command."""
        return await self._post(urlencode(fields), "application/x-www-form-urlencoded")

    async def payload(self, payload: Json) -> Delivery:
        """Send an interaction: JSON in one field of a form."""
        return await self.form({"payload": json.dumps(payload)})

    async def event(self, envelope: Json) -> Delivery:
        """Send an event; one that is not taken comes again in the background."""
        delivery = await self._post(json.dumps(envelope), "application/json")
        if not delivery.ok:
            task = asyncio.create_task(self._repeat(envelope, delivery.trouble), name="sandbox slack event")
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        return delivery

    async def _repeat(self, envelope: Json, trouble: str) -> None:
        reason = "http_timeout" if trouble == "operation_timeout" else "http_error"
        for number, pause in enumerate(EVENT_PAUSES, start=1):
            await asyncio.sleep(pause)
            again = await self._post(
                json.dumps(envelope),
                "application/json",
                {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason},
            )
            if again.ok:
                return

    async def _post(self, body: str, content_type: str, more: Mapping[str, str] | None = None) -> Delivery:
        assert self._http is not None, "requests are sent after start()"
        stamp = str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=stamp, body=body)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature or "",
            **(more or {}),
        }
        try:
            async with self._http.post(
                self._address(), data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                text = (await answer.content.read(1_000_000)).decode("utf-8", "replace")
                status = answer.status
        except TimeoutError:
            return Delivery(0, trouble="operation_timeout")
        except (aiohttp.ClientError, OSError) as error:
            log.info("the product did not take a request of the Slack stand-in: %s", type(error).__name__)
            return Delivery(0, trouble="dispatch_failed")
        if 200 <= status < 300:
            return Delivery(status, text)
        return Delivery(status, text, "dispatch_unauthorized" if status in {401, 403} else "dispatch_failed")
