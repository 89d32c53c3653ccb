"""Which invoice has come how far in which cadence, and the stops before its reminders."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.kernel.columns import SentenceField
from domain.kernel.records import Record, StatefulRecord
from domain.outreach import states


class Enrolment(StatefulRecord):
    """An invoice on its way through a cadence."""

    MACHINE = states.ENROLMENT

    invoice_id: UUID = fields.UUIDField()
    cadence_id: UUID = fields.UUIDField()
    segment: str = fields.TextField()
    last_position: int = fields.IntField()
    last_severity: int = fields.SmallIntField()
    next_action_at: datetime | None = fields.DatetimeField(null=True)
    held: str = SentenceField(default="")
    wants_contact: fields.Field[bool] = fields.BooleanField(default=False)
    """It is held since a person has to find somebody to write to."""
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "enrolment"


class Veto(Record):
    """One step of one invoice that a person struck out beforehand."""

    enrolment_id: UUID = fields.UUIDField()
    step: int = fields.IntField()
    reason: str = SentenceField()
    made_by: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "veto"


class Hold(StatefulRecord):
    """A stop on the reminders of an account, one of its invoices or one of its contacts."""

    MACHINE = states.HOLD

    account_id: UUID = fields.UUIDField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    contact_id: UUID | None = fields.UUIDField(null=True)
    kind: str = fields.TextField()
    reason: str = SentenceField()
    until: datetime | None = fields.DatetimeField(null=True)
    made_by: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    lifted_by: str | None = fields.TextField(null=True)
    lifted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "hold"


class Gate(StatefulRecord):
    """A stop before all mail, or before everything that would leave by itself."""

    MACHINE = states.GATE

    name: str = fields.TextField()
    segment: str | None = fields.TextField(null=True)
    holds: str = fields.TextField()
    reason: str = SentenceField()
    until: datetime | None = fields.DatetimeField(null=True)
    made_by: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    opened_by: str | None = fields.TextField(null=True)
    opened_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "gate"
