"""What readiness keeps: overrides of single checks, and test disputes that went through the payers' pages."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.kernel.records import StatefulRecord
from domain.operations import states


class ReadinessOverride(StatefulRecord):
    """A check that holds nothing back for a while, though it fails."""

    MACHINE = states.OVERRIDE

    name: str = fields.TextField()
    reason: str = fields.TextField()
    until: datetime = fields.DatetimeField()
    made_by: str = fields.TextField()
    made_by_id: UUID | None = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()
    decided_by: str | None = fields.TextField(null=True)
    decided_by_id: UUID | None = fields.UUIDField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "readiness_override"


class DisputeSmoke(StatefulRecord):
    """One test dispute on its way through the payers' pages to queue and channel."""

    MACHINE = states.SMOKE

    asked_by: str = fields.TextField()
    link_id: UUID | None = fields.UUIDField(null=True)
    dispute_id: UUID | None = fields.UUIDField(null=True)
    filed_at: datetime | None = fields.DatetimeField(null=True)
    queued_at: datetime | None = fields.DatetimeField(null=True)
    told_at: datetime | None = fields.DatetimeField(null=True)
    why: str = fields.TextField(default="")
    started_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "dispute_smoke"
