"""Send webhooks to the product: signed, repeated until they are taken, and as badly as a test wants."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import aiohttp
import stripe

from sandbox import stripe_ids
from sandbox.store import Json
from sandbox.stripe_books import Books

log = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds between tries; the last one repeats until the product answers 2xx."""

TIMEOUT_SECONDS = 10
OLD_SECONDS = 3600
"""An old signature is an hour old: far outside anybody's tolerance."""


class Signing(StrEnum):
    """How webhooks are signed."""

    GOOD = "good"
    WRONG = "wrong secret"
    OLD = "an hour old"
    ROTATED = "two secrets, one of them right"
    MISSING = "no signature"
    AHEAD = "an hour ahead"


@dataclass
class Weather:
    """How reliable delivery is; everything is well until somebody changes it."""

    signing: Signing = Signing.GOOD
    twice: bool = False
    two_events: bool = False
    """Each change makes two events with different ids, as Stripe sometimes does."""
    held: bool = False
    """Nothing leaves until ``release``."""
    dropped: bool = False
    """Events are made and can be listed, but are never sent."""
    delay_seconds: float = 0.0
    version: str = ""
    """Another API version than ours, in which events are written."""
    live: bool = False
    """Events say that they are about real money."""
    thin: bool = False
    """Events name their object and do not hold it."""

    def written(self, event: Json) -> Json:
        """Return the event as it is sent."""
        if self.thin:
            about = event["data"]["object"]
            return {
                "id": event["id"],
                "object": "v2.core.event",
                "type": f"v1.{event['type']}",
                "created": event["created"],
                "livemode": self.live,
                "related_object": {"id": about["id"], "type": about["object"], "url": f"/v1/{about['id']}"},
            }
        return event | {"api_version": self.version or event["api_version"], "livemode": self.live}


class WebhookSender:
    """Deliver what stands in the books as pending; survives restarts because the books do."""

    def __init__(self, books: Books, *, secret: str, address: Callable[[], str]) -> None:
        self._books, self._secret, self._address = books, secret, address
        self.weather = Weather()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._http: aiohttp.ClientSession | None = None
        books.store.listen(self._written)

    async def start(self) -> None:
        """Begin to deliver."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        self._task = asyncio.create_task(self._run(), name="sandbox webhooks")

    async def stop(self) -> None:
        """Stop delivering; what is pending stays pending."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._http is not None:
            await self._http.close()

    def wake(self) -> None:
        """Look at once at what is pending; call it after the weather has changed."""
        self._wake.set()

    async def release(self, *, newest_first: bool = False) -> int:
        """Send everything that was held back, in order or against it; return how many."""
        waiting = self._books.store.find("stripe.delivery", part="pending", oldest_first=not newest_first)
        for delivery in waiting:
            await self._deliver(delivery)
        self.weather.held = False
        self._wake.set()
        return len(waiting)

    async def resend(self, event_id: str) -> bool:
        """Send an event once more, as the button in Stripe's dashboard does; tell whether the product took it."""
        return await self._post(self._books.get("event", event_id), Signing.GOOD) in range(200, 300)

    async def settled(self, *, timeout_seconds: float = 10) -> None:
        """Wait until nothing is pending; for tests.

        Raises:
            TimeoutError: Something still is.
        """
        async with asyncio.timeout(timeout_seconds):
            await self._idle.wait()

    def _written(self, kinds: frozenset[str]) -> None:
        if "stripe.delivery" in kinds:
            self._idle.clear()
            self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                pause = await self._send_what_is_due()
            except Exception:  # the rim: one odd event must not stop the delivery of all others
                log.exception("the stand-in's webhooks stumbled")
                pause = PAUSES[0]
            if not self._books.store.count("stripe.delivery", part="pending"):
                self._idle.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def _send_what_is_due(self) -> float:
        """Send once whatever has fallen due; return how many seconds there are until the next."""
        pause = PAUSES[-1]
        if self.weather.held:
            return pause
        for delivery in self._books.store.find("stripe.delivery", part="pending", oldest_first=True):
            wait = delivery["due"] - time.time()
            if wait <= 0:
                await self._deliver(delivery)
            else:
                pause = min(pause, wait)
        return pause

    async def _deliver(self, delivery: Json) -> None:
        event = self._books.get("event", delivery["id"])
        if self.weather.dropped:
            self._note(delivery, "dropped", "never sent", part="dropped")
            return
        if self.weather.delay_seconds:
            await asyncio.sleep(self.weather.delay_seconds)
        status = await self._post(event, self.weather.signing)
        if self.weather.twice:
            await self._post(event, self.weather.signing)
        if self.weather.two_events:
            twin = event | {"id": stripe_ids.new("evt")}
            self._books.save("event", twin)
            await self._post(twin, self.weather.signing)
        if 200 <= status < 300:
            event["pending_webhooks"] = 0
            with self._books.store.changes():
                self._books.save("event", event)
                self._note(delivery, "delivered", str(status), part="delivered")
        else:
            delivery["due"] = time.time() + PAUSES[min(delivery["tries"], len(PAUSES) - 1)]
            self._note(delivery, "pending", str(status) if status else "no answer", part="pending")

    def _note(self, delivery: Json, state: str, answer: str, *, part: str) -> None:
        delivery |= {"state": state, "answer": answer, "tries": delivery["tries"] + 1}
        self._books.store.put("stripe.delivery", delivery["id"], delivery, part=part)

    async def _post(self, event: Json, signing: Signing) -> int:
        """Send one event; return the status, or 0 when there was no answer."""
        assert self._http is not None, "webhooks are sent after start()"
        body = json.dumps(self.weather.written(event), indent=2)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (+sandbox)"}
        signature = self._signature(body, signing)
        if signature:
            headers["Stripe-Signature"] = signature
        try:
            async with self._http.post(
                self._address(), data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                await answer.content.read(65536)
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("webhook %s was not taken: %s", event["type"], type(error).__name__)
            return 0

    def _signature(self, body: str, signing: Signing) -> str:
        """Return the header; its time is the machine's, since a signature belongs to the transport."""
        made = stripe.WebhookSignature.generate_signature_header
        match signing:
            case Signing.GOOD:
                return str(made(body, self._secret))
            case Signing.WRONG:
                return str(made(body, "whsec_of_somebody_else"))
            case Signing.OLD:
                return str(made(body, self._secret, int(time.time()) - OLD_SECONDS))
            case Signing.ROTATED:
                at = int(time.time())
                other = str(made(body, "whsec_the_next_one", at)).partition(",")[2]
                good = str(made(body, self._secret, at)).partition(",")[2]
                return f"t={at},{other},{good}"
            case Signing.AHEAD:
                return str(made(body, self._secret, int(time.time()) + OLD_SECONDS))
            case Signing.MISSING:
                return ""
