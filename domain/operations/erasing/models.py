"""The erasures of people's data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from domain.kernel.records import StatefulRecord
from domain.operations.erasing import states


class Erasure(StatefulRecord):
    """The wish that a person's data are erased, what came of it, and how far the work has come."""

    MACHINE = states.ERASURE

    number: int = fields.BigIntField()
    whom: str = fields.TextField()
    subject: str = fields.TextField()
    reason: str = fields.TextField()
    words: Any = fields.JSONField(null=True)
    asked_by: str = fields.TextField()
    asked_by_id: UUID | None = fields.UUIDField(null=True)
    decided_by: str | None = fields.TextField(null=True)
    decided_by_id: UUID | None = fields.UUIDField(null=True)
    begun_entry: int | None = fields.BigIntField(null=True)
    step: str = fields.TextField(default="")
    place: str = fields.TextField(default="")
    counts: Any = fields.JSONField(default=dict)
    created_at: datetime = fields.DatetimeField()
    begun_at: datetime | None = fields.DatetimeField(null=True)
    done_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "erasure"
