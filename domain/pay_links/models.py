"""Pay links, the browser sessions they open, checkouts, and what the payment provider told us."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from domain.kernel.columns import SentenceField
from domain.kernel.money import Money
from domain.kernel.records import StatefulRecord
from domain.pay_links import states


class PayLink(StatefulRecord):
    """The single-use address of one invoice for one contact; its token is never stored."""

    MACHINE = states.LINK

    invoice_id: UUID = fields.UUIDField()
    contact_id: UUID = fields.UUIDField()
    issued_at: datetime = fields.DatetimeField()
    last_active_at: datetime = fields.DatetimeField()
    kept_for: bytes | None = fields.BinaryField(null=True)
    """Hashes of the browsers that asked for it, one behind the other; for some minutes nobody else may use it up."""
    takes_over: Any = fields.BooleanField(default=False)
    """Whether entering it ends the same contact's earlier links with their sessions; said when it is made."""

    class Meta:
        """Tortoise's settings."""

        table = "pay_link"


class Forwarding(StatefulRecord):
    """A payer's wish that somebody else at the customer gets a link of their own."""

    MACHINE = states.FORWARDING

    invoice_id: UUID = fields.UUIDField()
    asked_by: UUID = fields.UUIDField()
    name: str = fields.TextField()
    email: str = fields.TextField()
    email_key: str = fields.TextField()
    note: str = fields.TextField(default="")
    contact_id: UUID | None = fields.UUIDField(null=True)
    """Who got the link."""
    decided_by: str | None = fields.TextField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "forwarding"


class PortalSession(StatefulRecord):
    """The one browser that a link is bound to; only the hash of its secret is stored."""

    MACHINE = states.SESSION

    link_id: UUID = fields.UUIDField()
    secret_hash: bytes = fields.BinaryField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "portal_session"


class Checkout(StatefulRecord):
    """One attempt to pay; everything the provider is told is stored before it is told."""

    MACHINE = states.CHECKOUT

    invoice_id: UUID = fields.UUIDField()
    link_id: UUID = fields.UUIDField()
    amount_minor: int = fields.BigIntField()
    currency: str = fields.TextField()
    owed_minor: int | None = fields.BigIntField(null=True)
    """What was open when less of it is asked for, as an instalment is; None when the amount is all that was open."""
    order_terms: Any = fields.JSONField()
    session_id: str | None = fields.TextField(null=True)
    url: str | None = fields.TextField(null=True)
    expires_at: datetime = fields.DatetimeField()
    decline_code: str | None = fields.TextField(null=True)
    declines: Any = ArrayField(element_type="text", default=list)
    """The provider's ids of the declined attempts that were told; each is told once."""
    verify_url: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()
    checked_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "checkout"

    @property
    def amount(self) -> Money:
        """What the payer was asked for."""
        return Money(self.amount_minor, self.currency)

    @property
    def owed(self) -> Money:
        """What was open when it was ordered; another balance makes the order outdated."""
        return Money(self.owed_minor or self.amount_minor, self.currency)


class ProviderEvent(StatefulRecord):
    """A verified webhook body, kept as it came."""

    MACHINE = states.PROVIDER_EVENT

    event_id: str = fields.TextField()
    kind: str = fields.TextField()
    object_id: str = fields.TextField()
    body: bytes = fields.BinaryField()
    came: str = fields.TextField(default="webhook")
    fits: Any = fields.BooleanField(default=True)
    received_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "provider_event"


class StrayMovement(StatefulRecord):
    """Money that moved at the provider and fits no entry of ours."""

    MACHINE = states.STRAY

    object_id: str = fields.TextField()
    kind: str = fields.TextField()
    currency: str = fields.TextField()
    amount_minor: int = fields.BigIntField()
    happened_at: datetime = fields.DatetimeField()
    charge_id: str = fields.TextField()
    method: str = fields.TextField(default="")
    about: str = fields.TextField(default="")
    note: str = SentenceField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    account_id: UUID | None = fields.UUIDField(null=True)
    payment_id: UUID | None = fields.UUIDField(null=True)
    """The entry of ours that it contradicts; None where we have none."""
    told_at: datetime | None = fields.DatetimeField(null=True)
    decided_by: str | None = fields.TextField(null=True)
    decision: str = SentenceField(default="")
    decided_at: datetime | None = fields.DatetimeField(null=True)
    found_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "stray_movement"

    @property
    def amount(self) -> Money:
        """How much it is; the kind says which way it went."""
        return Money(self.amount_minor, self.currency)
