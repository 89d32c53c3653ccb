"""Files that were handed in for an import, with what was said about them and what they come to."""

from datetime import datetime
from typing import Any

from tortoise import fields

from domain.kernel.columns import SentenceField
from domain.kernel.records import StatefulRecord
from domain.operations.imports import states


class FileImport(StatefulRecord):
    """One file; its bytes lie in the store of files until it has ended."""

    MACHINE = states.IMPORT

    source: str = fields.TextField()
    kind: str | None = fields.TextField(null=True)
    file_name: str = fields.TextField()
    size_bytes: int | None = fields.BigIntField(null=True)
    sha256: str | None = fields.TextField(null=True)
    said: Any = fields.JSONField()
    question: Any = fields.JSONField(null=True)
    findings: Any = fields.JSONField(null=True)
    reason: str = SentenceField()
    version: int = fields.IntField()
    progress: int = fields.SmallIntField()
    channel: str = fields.TextField()
    thread: str | None = fields.TextField(null=True)
    handed_by: str = fields.TextField()
    handed_by_chat: str = fields.TextField()
    decided_by: str | None = fields.TextField(null=True)
    decided_by_chat: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()
    changed_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "file_import"
