"""Ports: what the domain asks of the world outside. Each has a real adapter at an edge."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
class Collectable:
    """Which amounts of one currency the provider can collect."""

    least: Money
    most: Money
    step: Money
    """Amounts are whole multiples of this; one minor unit for most currencies."""

    def takes(self, amount: Money) -> bool:
        """Tell whether just this amount can be collected."""
        return self.least <= amount <= self.most and amount.minor % self.step.minor == 0


@dataclass(frozen=True, slots=True)
class Decline:
    """Why one attempt to pay did not succeed, in the provider's own codes."""

    code: str
    """What kind of error it was, such as ``card_declined``."""
    decline_code: str = ""
    """The issuer's reason, where it gave one."""
    network_code: str = ""
    """The card network's or bank network's own code."""
    advice_code: str = ""
    """What the network advises: try again later, check the data, do not try again."""

    @property
    def telling(self) -> str:
        """The code that says most."""
        return self.decline_code or self.code


@dataclass(frozen=True, slots=True)
class Alert:
    """Something about a payment that moves no money yet, and that the merchant should answer at the provider."""

    object_id: str
    kind: str
    """``inquiry`` (the payer's bank asks) or ``early fraud warning``."""
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money that went back after it had been received."""

    object_id: str
    kind: str
    """``refund``, ``chargeback`` or ``reinstated`` (a chargeback that was won)."""
    amount: Money
    happened_at: datetime | None = None
    """By the provider's clock; None where it does not say."""


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
    decline: Decline | None = None
    attempt_id: str | None = None
    """The provider's id of the attempt that the decline belongs to, so that each is told once."""
    paid_at: datetime | None = None
    """When the payer was charged, by the provider's clock; a bank debit's money comes days after that."""
    reversals: tuple[Reversal, ...] = ()
    alerts: tuple[Alert, ...] = ()
    url: str | None = None
    verify_url: str | None = None
    """Where the payer confirms the bank account before a debit can begin; None when nothing is to be confirmed."""
    methods: tuple[Method, ...] = ()
    """The ways to pay that the page really offers, of those that were ordered."""

    @property
    def decline_code(self) -> str | None:
        """The most telling code of the last decline, if there was one."""
        return self.decline.telling if self.decline else None


@dataclass(frozen=True, slots=True)
class ProviderNews:
    """Something that happened at the provider: a webhook's content, or the same thing read from its list of events."""

    event_id: str
    kind: str
    object_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved at the provider, as its own lists show it, whoever caused it."""

    object_id: str
    kind: str
    """As ``payment.kind``: ``payment``, ``refund``, ``chargeback`` or ``reinstated``."""
    amount: Money
    """Always positive; the kind says which way it went."""
    happened_at: datetime
    charge_id: str
    """The payment that it is, or that it takes back."""
    checkout_id: UUID | None = None
    """Our own mark, where it carries one."""
    method: str = ""
    about: str = ""
    """The description that it carries, for people."""


@dataclass(frozen=True, slots=True)
class MovementPage:
    """A page of one of the provider's lists, newest first."""

    movements: tuple[Movement, ...]
    after: str | None
    """Where the next page begins; None at the end of the list."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the provider says of one object of its own."""

    status: str
    """In the provider's word, for people."""
    movements: tuple[Movement, ...]
    """The money that it moved so far, and whatever of it went back the same way."""


class GatewayUnavailable(Exception):
    """The payment provider did not answer, or answered that we should come again."""

    watched_as = "away"


class GatewayRefused(Exception):
    """The payment provider will not do it, however often it is asked; the text is for operators."""

    watched_as = "refused"


class PaymentGateway(Protocol):
    """Hosted checkout at the merchant's own payment provider.

    Each call raises ``GatewayUnavailable`` or ``GatewayRefused`` when there is no answer that can be used.
    """

    def collectable(self, currency: str) -> Collectable | None:
        """Return which amounts of a currency the provider can collect; None when it can collect none."""

    async def find(self, object_id: str) -> str | None:
        """Return the session that a payment, refund or dispute belongs to; None when it came about otherwise."""

    def news(self, since: datetime) -> AsyncIterator[Sequence[ProviderNews]]:
        """Yield what happened since then by pages, newest first, for the case that webhooks did not reach us."""

    async def movements(self, of: str, *, since: datetime, after: str | None) -> MovementPage:
        """Return a page of the ``payments``, ``refunds`` or ``disputes`` that began since then."""

    async def known(self, object_id: str) -> Known | None:
        """Return what there is under the id of a payment, refund or dispute; None when there is nothing."""

    async def alert(self, object_id: str) -> tuple[str, Alert] | None:
        """Return the session and the warning that an event is about; None when it is of no session."""

    async def offers_bank_debit(self) -> bool | None:
        """Tell whether the merchant's account is set up for bank debits; None when that cannot be told."""

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        """Create the hosted checkout, or return the same one when called again with the same order."""

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        """Read a checkout with its payment and whatever went back."""

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        """End an open checkout; one that is already complete is returned as it is."""


class FileMissing(Exception):
    """Raised by a store that has nothing under a key."""


class StoreUnavailable(Exception):
    """Raised by a store that does not answer, or that is full; asking again later may help."""


class FileStore(Protocol):
    """Where files are kept: a folder, or a service that speaks S3. What ``put`` has returned from survives a crash."""

    async def put(self, key: str, body: bytes) -> None:
        """Keep a file. Keys are ours, of letters, digits, ``-``, ``.`` and ``/``.

        Raises:
            StoreUnavailable: It was not kept.
        """

    async def get(self, key: str) -> bytes:
        """Return a file.

        Raises:
            FileMissing: There is none.
            StoreUnavailable: The store does not answer.
        """

    async def remove(self, keys: Sequence[str]) -> None:
        """Remove files; those that are not there are no fault.

        Raises:
            StoreUnavailable: The store does not answer.
        """

    def older(self, prefix: str, *, than: timedelta) -> AsyncIterator[Sequence[str]]:
        """Return the keys under *prefix* that were kept longer ago than that by the store's clock, some at a time.

        Raises:
            StoreUnavailable: The store does not answer.
        """


class CheckUnavailable(Exception):
    """Raised by a virus check that gives no verdict now."""


class VirusCheck(Protocol):
    """Looks into a file before anybody may open it."""

    async def found(self, body: bytes) -> str | None:
        """Return the name of what was found, or None.

        Raises:
            CheckUnavailable: No verdict; the file waits.
        """
