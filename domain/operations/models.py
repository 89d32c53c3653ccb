"""Chat messages that are kept current, requests that were answered, calls for help, incidents, what readiness keeps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.kernel.columns import SentenceField
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


class CronPause(StatefulRecord):
    """A cron that takes no slot until a moment; *created_at* is when it stopped, also when its end was moved since."""

    MACHINE = states.CRON_PAUSE

    cron: str = fields.TextField()
    reason: str = SentenceField()
    until: datetime = fields.DatetimeField()
    made_by: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    ended_by: str | None = fields.TextField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "cron_pause"


class Incident(StatefulRecord):
    """Something that is wrong: its cause, how bad it is, who looks after it, and what its message shows."""

    MACHINE = states.INCIDENT

    number: int = fields.BigIntField()
    cause: str = fields.TextField()
    title: str = fields.TextField(default="")
    severity: str = fields.TextField()
    judged: str | None = fields.TextField(null=True)
    signals: Any = fields.JSONField(default=list)
    opened_by: str = fields.TextField()
    opened_at: datetime = fields.DatetimeField()
    owner: str | None = fields.TextField(null=True)
    owner_id: UUID | None = fields.UUIDField(null=True)
    owned_at: datetime | None = fields.DatetimeField(null=True)
    nagged_at: datetime | None = fields.DatetimeField(null=True)
    reopened: int = fields.IntField(default=0)
    over_at: datetime | None = fields.DatetimeField(null=True)
    over_by: str | None = fields.TextField(null=True)
    outcome: str = SentenceField(default="")
    held_mails: int = fields.IntField(default=0)
    held_sums: Any = fields.JSONField(default=dict)
    changed_at: datetime = fields.DatetimeField()
    version: int = fields.IntField(default=1)
    shown: int = fields.IntField(default=0)

    class Meta:
        """Tortoise's settings."""

        table = "incident"
