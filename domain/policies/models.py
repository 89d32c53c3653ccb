"""Policies and what they bring into force: segments, cadences with their steps, and how each segment fares."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.kernel.records import Record, StatefulRecord
from domain.policies import states


class Policy(StatefulRecord):
    """One version of the whole policy, as a document."""

    MACHINE = states.POLICY

    version: int = fields.IntField()
    document: Any = fields.JSONField()
    notes: str = fields.TextField(default="")
    made_by: str = fields.TextField()
    made_by_id: UUID | None = fields.UUIDField(null=True)
    decided_by: str | None = fields.TextField(null=True)
    decided_by_id: UUID | None = fields.UUIDField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "policy"


class Cadence(StatefulRecord):
    """One version of a cadence; its steps never change."""

    MACHINE = states.CADENCE

    name: str = fields.TextField()
    version: int = fields.IntField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "cadence"


class CadenceStep(Record):
    """One step of one version of a cadence."""

    cadence_id: UUID = fields.UUIDField()
    position: int = fields.IntField()
    offset_days: int = fields.IntField()
    letter: str | None = fields.TextField(null=True)
    tone: str = fields.TextField()
    severity: int = fields.SmallIntField(default=0)
    recipients: str = fields.TextField(default="billing")
    approval: fields.Field[bool] = fields.BooleanField(default=False)

    class Meta:
        """Tortoise's settings."""

        table = "cadence_step"


class SegmentRow(StatefulRecord):
    """A segment as it is, or was, in force."""

    MACHINE = states.SEGMENT

    name: str = fields.TextField()
    position: int = fields.IntField()
    rule: Any = fields.JSONField()
    cadence: str = fields.TextField()
    mode: str = fields.TextField()
    daily_cap: int | None = fields.IntField(null=True)
    notes: str = fields.TextField(default="")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "segment"


class SegmentHealthRow(Model):
    """How a segment fared in the past week, judged again and again."""

    segment: str = fields.CharField(max_length=60, primary_key=True)  # type: ignore[assignment]
    open_count: int = fields.IntField()
    mailable_count: int = fields.IntField()
    sent_week: int = fields.IntField()
    bounced_week: int = fields.IntField()
    reversed_week: int = fields.IntField()
    paid_week: int = fields.IntField()
    at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "segment_health"
