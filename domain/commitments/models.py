"""The tables of commitments: promises, plans and their instalments, disputes, and documents of both."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from domain.commitments import states
from domain.kernel.columns import SentenceField
from domain.kernel.money import Money
from domain.kernel.records import Record, StatefulRecord


class Promise(StatefulRecord):
    """A payer's word on an amount and a date."""

    MACHINE = states.PROMISE

    invoice_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    contact_id: UUID | None = fields.UUIDField(null=True)
    currency: str = fields.TextField()
    amount_minor: int = fields.BigIntField()
    promised_on: date = fields.DateField()
    grace_days: int = fields.IntField()
    source: str = fields.TextField()
    note: str = SentenceField(default="")
    replaces_id: UUID | None = fields.UUIDField(null=True)
    received_minor: int | None = fields.BigIntField(null=True)
    made_by: str = fields.TextField()
    made_by_id: UUID | None = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()
    judged_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "promise"

    @property
    def amount(self) -> Money:
        """What was promised."""
        return Money(self.amount_minor, self.currency)


class Plan(StatefulRecord):
    """Instalments that add up to the balance of one invoice."""

    MACHINE = states.PLAN

    invoice_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    contact_id: UUID | None = fields.UUIDField(null=True)
    currency: str = fields.TextField()
    covers_minor: int = fields.BigIntField()
    frequency: str = fields.TextField()
    grace_days: int = fields.IntField()
    reason: str = fields.TextField()
    source: str = fields.TextField()
    made_by: str = fields.TextField()
    made_by_id: UUID | None = fields.UUIDField(null=True)
    decided_by: str | None = fields.TextField(null=True)
    decided_by_id: UUID | None = fields.UUIDField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    note: str = SentenceField(default="")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "plan"

    @property
    def covers(self) -> Money:
        """The balance that the instalments add up to."""
        return Money(self.covers_minor, self.currency)


class PlanInstalment(Record):
    """One instalment of a plan; what of it is paid follows from the invoice's balance."""

    plan_id: UUID = fields.UUIDField()
    position: int = fields.IntField()
    due_on: date = fields.DateField()
    amount_minor: int = fields.BigIntField()
    missed_at: datetime | None = fields.DatetimeField(null=True)
    """When it was told that it was missed; that is told once."""

    class Meta:
        """Tortoise's settings."""

        table = "plan_instalment"


class Dispute(StatefulRecord):
    """A payer's objection to all or a part of an invoice."""

    MACHINE = states.DISPUTE

    invoice_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    contact_id: UUID | None = fields.UUIDField(null=True)
    currency: str = fields.TextField()
    amount_minor: int = fields.BigIntField()
    reason_code: str = fields.TextField()
    description: str = fields.TextField()
    is_test: Any = fields.BooleanField(default=False)
    owner_id: UUID | None = fields.UUIDField(null=True)
    sla_due_at: datetime = fields.DatetimeField()
    sla_risk_at: datetime = fields.DatetimeField()
    sla_told: str = fields.TextField(default="")
    """How far its deadline was told of already: nothing, ``at risk`` or ``late``."""
    credit_id: UUID | None = fields.UUIDField(null=True)
    intended: str = fields.TextField(default="")
    """How it ends once that credit is approved; empty: nobody proposed an end."""
    source: str = fields.TextField()
    filed_by: str = fields.TextField()
    filed_by_id: UUID | None = fields.UUIDField(null=True)
    resolution: str = SentenceField(default="")
    resolved_by: str | None = fields.TextField(null=True)
    resolved_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "dispute"

    @property
    def amount(self) -> Money:
        """The part of the invoice that is disputed; only that part pauses."""
        return Money(self.amount_minor, self.currency)


class Document(StatefulRecord):
    """A file that came with a dispute, a plan or a call for help; its bytes lie in the store of files."""

    MACHINE = states.DOCUMENT

    dispute_id: UUID | None = fields.UUIDField(null=True)
    plan_id: UUID | None = fields.UUIDField(null=True)
    support_request_id: UUID | None = fields.UUIDField(null=True)
    question_id: UUID | None = fields.UUIDField(null=True)
    kind: str = fields.TextField()
    name: str = fields.TextField()
    content_type: str = fields.TextField()
    size_bytes: int = fields.IntField()
    sha256: bytes = fields.BinaryField()
    has_picture: Any = fields.BooleanField(default=False)
    unexamined_told_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "document"
