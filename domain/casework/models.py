"""The tables of casework: claims, snoozes, absences, tasks and questions."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.casework import states
from domain.kernel.columns import SentenceField
from domain.kernel.records import StatefulRecord


class Claim(StatefulRecord):
    """One account in the hands of one person."""

    MACHINE = states.CLAIM

    account_id: UUID = fields.UUIDField()
    person_id: UUID = fields.UUIDField()
    until: datetime = fields.DatetimeField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "claim"


class Snooze(StatefulRecord):
    """One invoice put off until a moment, for a reason."""

    MACHINE = states.SNOOZE

    invoice_id: UUID = fields.UUIDField()
    until: datetime = fields.DatetimeField()
    reason: str = SentenceField()
    made_by: str = fields.TextField()
    made_by_id: UUID | None = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "snooze"


class Absence(StatefulRecord):
    """A time in which one person's work is another's."""

    MACHINE = states.ABSENCE

    person_id: UUID = fields.UUIDField()
    deputy_id: UUID = fields.UUIDField()
    from_at: datetime = fields.DatetimeField()
    until: datetime = fields.DatetimeField()
    note: str = fields.TextField(default="")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "absence"


class Task(StatefulRecord):
    """Something about a customer that only a person can do."""

    MACHINE = states.TASK

    kind: str = fields.TextField()
    account_id: UUID = fields.UUIDField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    contact_id: UUID | None = fields.UUIDField(null=True)
    about_id: UUID | None = fields.UUIDField(null=True)
    for_id: UUID | None = fields.UUIDField(null=True)
    reason: str = SentenceField()
    outcome: str = SentenceField(default="")
    done_by: str | None = fields.TextField(null=True)
    done_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "task"


class Question(StatefulRecord):
    """What a payer asked about an invoice, and what was answered."""

    MACHINE = states.QUESTION

    invoice_id: UUID = fields.UUIDField()
    contact_id: UUID = fields.UUIDField()
    text: str = fields.TextField()
    digest: str = fields.TextField()
    answer: str = fields.TextField(default="")
    ended_by: str | None = fields.TextField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "question"
