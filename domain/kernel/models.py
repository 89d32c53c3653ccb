"""The table that every area writes to: the timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class TimelineEntry(Model):
    """One fact, kept for ever; a trigger in the database refuses any change or removal."""

    id: int = fields.BigIntField(primary_key=True)
    kind: str = fields.TextField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    account_id: UUID | None = fields.UUIDField(null=True)
    actor: str = fields.TextField()
    request_id: str = fields.TextField()
    at: datetime = fields.DatetimeField()
    fact: Any = fields.JSONField()

    class Meta:
        """Tortoise's settings."""

        table = "timeline_entry"
