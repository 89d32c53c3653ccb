"""Cadences, their steps, and which invoice has come how far in which of them."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.kernel.records import Record, StatefulRecord
from domain.outreach import states


class Cadence(StatefulRecord):
    """One version of a sequence of reminders."""

    MACHINE = states.CADENCE

    name: str = fields.TextField()
    version: int = fields.IntField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "cadence"


class CadenceStep(Record):
    """One step: so many days from the due date, which letter, in which tone; no letter means a person."""

    cadence_id: UUID = fields.UUIDField()
    position: int = fields.IntField()
    offset_days: int = fields.IntField()
    letter: str | None = fields.TextField(null=True)
    tone: str = fields.TextField()

    class Meta:
        """Tortoise's settings."""

        table = "cadence_step"


class Enrolment(StatefulRecord):
    """An invoice on its way through a cadence."""

    MACHINE = states.ENROLMENT

    invoice_id: UUID = fields.UUIDField()
    cadence_id: UUID = fields.UUIDField()
    last_position: int = fields.IntField()
    next_action_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "enrolment"
