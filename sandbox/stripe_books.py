"""The stand-in's books: where Stripe's objects are kept, and how a change becomes an event.

Callers write an object and its events inside one ``books.store.changes()``.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stripe._api_version import _ApiVersion

from sandbox import stripe_errors, stripe_ids
from sandbox.store import Json, Store

API_VERSION: str = _ApiVersion.CURRENT
"""The version that the installed SDK pins; events are rendered in it, as for an endpoint created with it."""

SUBSCRIBED = frozenset(
    (
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
        "radar.early_fraud_warning.created",
    )
)
"""What a merchant's webhook endpoint for Plixo is subscribed to; other events are made, listed and not delivered."""

ENDPOINT_ID = "we_1SandboxEndpoint"

NOUNS = {
    "session": "checkout.session",
    "intent": "payment_intent",
    "charge": "charge",
    "refund": "refund",
    "dispute": "dispute",
    "customer": "customer",
    "event": "event",
    "balance": "balance_transaction",
    "warning": "radar.early_fraud_warning",
}
"""How error messages call what is not there."""


class Clock(Protocol):
    """Tell the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware."""


@dataclass(frozen=True, slots=True)
class Request:
    """The API request that is being served; events name it."""

    id: str | None = None
    idempotency_key: str | None = None


current_request: ContextVar[Request] = ContextVar("current_request", default=Request())  # noqa: B039 - frozen


@dataclass(frozen=True)
class Books:
    """Objects by kind and id, with the clock that dates them."""

    store: Store
    clock: Clock
    origin: Callable[[], str]
    """Address of the sandbox, for the pages that it hosts."""
    webhook_url: Callable[[], str]
    """Address to which the merchant's webhook endpoint points."""

    def now(self) -> int:
        """Return the present second."""
        return int(self.clock.now().timestamp())

    def find(self, kind: str, object_id: str) -> Json | None:
        """Return an object, or None."""
        return self.store.get(f"stripe.{kind}", object_id)

    def get(self, kind: str, object_id: str, *, param: str = "id", status: int = 404) -> Json:
        """Return an object.

        Raises:
            StripeRefusal: It does not exist.
        """
        found = self.find(kind, object_id)
        if found is None:
            raise stripe_errors.no_such(NOUNS.get(kind, kind), object_id, param=param, status=status)
        return found

    def all(self, kind: str) -> list[Json]:
        """Return the objects of a kind, newest first."""
        return self.store.find(f"stripe.{kind}")

    def save(self, kind: str, body: Json) -> Json:
        """Write an object and return it."""
        self.store.put(f"stripe.{kind}", body["id"], body)
        return body

    def emit(self, event_type: str, subject: Json) -> Json:
        """Write down that something happened to *subject* and queue the webhook; return the event."""
        request = current_request.get()
        delivered = event_type in SUBSCRIBED
        event: Json = {
            "id": stripe_ids.new("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": subject},
            "livemode": False,
            "pending_webhooks": int(delivered),
            "request": {"id": request.id, "idempotency_key": request.idempotency_key},
            "type": event_type,
        }
        self.save("event", event)
        if delivered:
            delivery = {"id": event["id"], "type": event_type, "state": "pending", "tries": 0, "due": 0.0, "answer": ""}
            self.store.put("stripe.delivery", event["id"], delivery, part="pending")
        return event

    def hidden(self, session_id: str) -> Json:
        """Return what belongs to a session and is not shown with it: line items, intent data, the debit's course."""
        return self.store.get("stripe.hidden", session_id) or {}

    def hide(self, session_id: str, body: Json) -> None:
        """Write what belongs to a session and is not shown with it."""
        self.store.put("stripe.hidden", session_id, body)
