"""Cron slots, chat messages that are kept current, requests that were answered already, and calls for help."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.kernel.records import Record, StatefulRecord
from domain.operations import states


class ChatMessage(Record):
    """A message in the operators' chat: what it is about, where it stands, and what it showed last."""

    key: str = fields.TextField()
    channel: str = fields.TextField()
    ts: str | None = fields.TextField(null=True)
    content_hash: str = fields.TextField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    subject: str | None = fields.TextField(null=True)
    settled: fields.Field[bool] = fields.BooleanField(default=False)
    form: str = fields.TextField(default="")
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


class SupportRequest(StatefulRecord):
    """Somebody asked for help; *text* and *reply_to* are shown to operators and to nobody else."""

    MACHINE = states.SUPPORT

    invoice_id: UUID | None = fields.UUIDField(null=True)
    account_id: UUID | None = fields.UUIDField(null=True)
    contact_id: UUID | None = fields.UUIDField(null=True)
    text: str = fields.TextField()
    request_id: str = fields.TextField()
    reply_to: str = fields.TextField()
    source: str = fields.TextField()
    made_by: str = fields.TextField()
    digest: bytes = fields.BinaryField()
    created_at: datetime = fields.DatetimeField()
    closed_by: str | None = fields.TextField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)
    outcome: str | None = fields.TextField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "support_request"
