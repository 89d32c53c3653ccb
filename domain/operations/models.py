"""Cron slots, chat messages that are kept current, and requests that were answered already."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.kernel.records import Record


class ChatMessage(Record):
    """A message in the operators' chat: what it is about, where it stands, and what it showed last."""

    key: str = fields.TextField()
    channel: str = fields.TextField()
    ts: str | None = fields.TextField(null=True)
    content_hash: str = fields.TextField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    updated_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "chat_message"


class SeenRequest(Model):
    """The key of a request that was taken; a second one with the same key is a repetition."""

    key: str = fields.CharField(max_length=255, primary_key=True)  # type: ignore[assignment]  # typed without keys
    at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "seen_request"
