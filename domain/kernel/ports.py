"""Ports: what the domain asks of the world outside. Each has a real adapter at an edge."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.kernel.money import Money


class Method(StrEnum):
    """A way to pay that Checkout may offer."""

    CARD = "card"
    BANK_DEBIT = "bank debit"


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """Everything that the payment provider is told; stored before it is told, so that a retry is the same."""

    checkout_id: UUID
    """Also the idempotency key."""
    amount: Money
    title: str
    methods: tuple[Method, ...]
    payer_email: str
    locale: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    invoice_number: str


class CheckoutStatus(StrEnum):
    """What the provider says of a checkout, in our words."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money that went back after it had been received."""

    object_id: str
    kind: str
    """``refund``, ``chargeback`` or ``reinstated`` (a chargeback that was won)."""
    amount: Money


@dataclass(frozen=True, slots=True)
class CheckoutSnapshot:
    """A checkout as the provider has it at this moment, read from the provider and never from a webhook body."""

    session_id: str
    checkout_id: UUID | None
    """Our own id as the provider carries it; None when the session is not ours."""
    status: CheckoutStatus
    amount: Money
    charge_id: str | None
    """The provider's id of the money movement; the ledger's unique key."""
    method: str
    """Plain words for receipts: ``card ending 4242``, ``bank debit``."""
    decline_code: str | None = None
    attempt_id: str | None = None
    """The provider's id of the attempt that the decline code belongs to, so that each is told once."""
    reversals: tuple[Reversal, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderNews:
    """Something that happened at the provider: a webhook's content, or the same thing read from its list of events."""

    event_id: str
    kind: str
    object_id: str
    body: bytes


class GatewayUnavailable(Exception):
    """The payment provider did not answer, or answered that we should come again."""


class GatewayRefused(Exception):
    """The payment provider will not do it, however often it is asked; the text is for operators."""


class PaymentGateway(Protocol):
    """Hosted checkout at the merchant's own payment provider.

    Each call raises ``GatewayUnavailable`` or ``GatewayRefused`` when there is no answer that can be used.
    """

    def takes(self, amount: Money) -> bool:
        """Tell whether the provider can collect just this amount: not below its minimum, in no unit that it lacks."""

    async def find(self, object_id: str) -> str | None:
        """Return the session that a payment, refund or dispute belongs to; None when it came about otherwise."""

    async def news(self, since: datetime) -> tuple[ProviderNews, ...]:
        """Return what happened since then, for the case that webhooks did not reach us."""

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        """Create the hosted checkout, or return the same one when called again with the same order."""

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        """Read a checkout with its payment and whatever went back."""

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        """End an open checkout; one that is already complete is returned as it is."""
