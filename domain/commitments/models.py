"""The tables of commitments: promises, plans and their instalments."""

from datetime import date, datetime
from uuid import UUID

from tortoise import fields

from domain.commitments import states
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
    note: str = fields.TextField(default="")
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
    note: str = fields.TextField(default="")
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
