"""What left by mail, what came back, and which addresses must not be mailed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from domain.deliverability import states
from domain.kernel.columns import SentenceField, SentencesField
from domain.kernel.records import StatefulRecord


class Mailing(StatefulRecord):
    """One message to one contact: planned, sent or withheld, and why. Its text is made when it leaves."""

    MACHINE = states.MAILING

    unique_key: str = fields.TextField()
    letter: str = fields.TextField()
    tone: str = fields.TextField(default="Neutral")
    invoice_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    contact_id: UUID = fields.UUIDField()
    address: str = fields.TextField()
    address_key: str = fields.TextField()
    message_id: str = fields.TextField()
    link_id: UUID | None = fields.UUIDField(null=True)
    payment_id: UUID | None = fields.UUIDField(null=True)
    about_id: UUID | None = fields.UUIDField(null=True)
    """The promise, plan or dispute that an answer is about."""
    asks: fields.Field[bool] = fields.BooleanField(default=False)
    step: int | None = fields.IntField(null=True)
    segment: str | None = fields.TextField(null=True)
    reason: str = SentenceField()
    needs: Any = SentencesField(default=list)
    drafted_as: Any = fields.JSONField(null=True)
    made_by: str = fields.TextField(default="Plixo")
    made_by_id: UUID | None = fields.UUIDField(null=True)
    edited_by: str | None = fields.TextField(null=True)
    edited_by_id: UUID | None = fields.UUIDField(null=True)
    editors: Any = ArrayField(element_type="text", default=list)
    """Everybody who edited it, by ``edits.mark``; none of them approves it."""
    edited_subject: str | None = fields.TextField(null=True)
    edited_body: str | None = fields.TextField(null=True)
    approved_by: str | None = fields.TextField(null=True)
    approved_by_id: UUID | None = fields.UUIDField(null=True)
    approved_at: datetime | None = fields.DatetimeField(null=True)
    not_before: datetime | None = fields.DatetimeField(null=True)
    waits: str = fields.TextField(default="")
    waits_gate: str = fields.TextField(default="")
    """Where it waits for a gate: its name."""
    waits_reason: str = SentenceField(default="")
    reserved_on: date | None = fields.DateField(null=True)
    provider: str = fields.TextField(default="")
    answer: str = fields.TextField(default="")
    refused_at: datetime | None = fields.DatetimeField(null=True)
    queued_at: datetime = fields.DatetimeField()
    sent_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "mailing"


class MailingItem(StatefulRecord):
    """One invoice in a reminder, with the step that is done by it."""

    MACHINE = states.ITEM

    mailing_id: UUID = fields.UUIDField()
    invoice_id: UUID = fields.UUIDField()
    contact_id: UUID = fields.UUIDField()
    unique_key: str = fields.TextField()
    enrolment_id: UUID | None = fields.UUIDField(null=True)
    step: int | None = fields.IntField(null=True)
    step_before: int | None = fields.IntField(null=True)
    instalment_id: UUID | None = fields.UUIDField(null=True)
    letter: str = fields.TextField()
    tone: str = fields.TextField()
    severity: int = fields.SmallIntField()
    link_id: UUID | None = fields.UUIDField(null=True)
    reason: str = SentenceField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "mailing_item"


class OperatorMail(StatefulRecord):
    """One mail to one of the merchant's own people; its text is made when it leaves."""

    MACHINE = states.OPERATOR_MAIL

    person_id: UUID = fields.UUIDField()
    letter: str = fields.TextField()
    about_id: UUID = fields.UUIDField()
    address: str = fields.TextField()
    address_key: str = fields.TextField()
    message_id: str = fields.TextField()
    answer: str = fields.TextField(default="")
    queued_at: datetime = fields.DatetimeField()
    sent_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "operator_mail"


class InboundMail(StatefulRecord):
    """A mail as it came, with the reading that was made of it."""

    MACHINE = states.INBOUND

    envelope_from: str = fields.TextField()
    sent_to: Any = ArrayField(element_type="text")
    """A PostgreSQL text array of the accepted recipients."""
    peer: str = fields.TextField(default="")
    helo: str = fields.TextField(default="")
    tls: fields.Field[bool] = fields.BooleanField(default=False)
    proxy: str = fields.TextField(default="")
    body: bytes = fields.BinaryField()
    sha256: bytes = fields.BinaryField()
    size_bytes: int = fields.IntField()
    reading: Any = fields.JSONField(null=True)
    reply: Any = fields.JSONField(null=True)
    reason: str = SentenceField()
    mailing_id: UUID | None = fields.UUIDField(null=True)
    account_id: UUID | None = fields.UUIDField(null=True)
    invoice_id: UUID | None = fields.UUIDField(null=True)
    thread: str = fields.TextField(default="")
    decided: str = fields.TextField(default="")
    waits_until: datetime | None = fields.DatetimeField(null=True)
    authentication: Any = fields.JSONField(null=True)
    seen_at: datetime | None = fields.DatetimeField(null=True)
    noted: Any = ArrayField(element_type="text", default=list)
    """Which of its guesses a person has noted."""
    received_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "inbound_mail"


class Suppression(StatefulRecord):
    """An address that must not be mailed, with its evidence."""

    MACHINE = states.SUPPRESSION

    address: str = fields.TextField()
    address_key: str = fields.TextField()
    reason: str = fields.TextField()
    mailing_id: UUID | None = fields.UUIDField(null=True)
    mail_id: UUID | None = fields.UUIDField(null=True)
    rule: str = fields.TextField()
    diagnostic: str = fields.TextField()
    note: str = SentenceField(default="")
    made_by: str = fields.TextField(default="Plixo")
    until: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()
    lifted_at: datetime | None = fields.DatetimeField(null=True)
    lifted_by: str | None = fields.TextField(null=True)
    lift_reason: str | None = SentenceField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "suppression"
