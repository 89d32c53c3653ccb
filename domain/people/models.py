"""People, the roles that they were granted, and the requests for roles."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.kernel.records import Record, StatefulRecord
from domain.people import states


class Person(Record):
    """An operator, known by the Slack identity."""

    slack_id: str = fields.TextField()
    name: str = fields.TextField()
    human_id: UUID | None = fields.UUIDField(null=True)
    kept_apart = fields.BooleanField(default=False)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "person"


class RoleGrant(StatefulRecord):
    """One role that one person holds, by whom and why, perhaps until when."""

    MACHINE = states.GRANT

    person_id: UUID = fields.UUIDField()
    role: str = fields.TextField()
    granted_by: str = fields.TextField()
    reason: str = fields.TextField()
    until: datetime | None = fields.DatetimeField(null=True)
    reminded_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "role_grant"


class AccessRequest(StatefulRecord):
    """Somebody's wish for a role, for good or for a time."""

    MACHINE = states.ACCESS

    slack_id: str = fields.TextField()
    name: str = fields.TextField()
    role: str = fields.TextField()
    lasts_minutes: int | None = fields.IntField(null=True)
    until: datetime | None = fields.DatetimeField(null=True)
    reason: str = fields.TextField()
    asked_by: str = fields.TextField()
    asked_by_id: UUID | None = fields.UUIDField(null=True)
    decided_by: str | None = fields.TextField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    outcome: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "access_request"
