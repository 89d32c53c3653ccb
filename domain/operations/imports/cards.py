"""Cards: all that is shown of a file that was handed in."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.ports import FileMissing
from domain.kernel.transactions import Row
from domain.operations.imports import handing
from domain.operations.imports.findings import Findings
from domain.operations.imports.said import ImportKind, Question, Said
from domain.operations.imports.states import WAITING, ImportState


@dataclass(frozen=True, slots=True)
class ImportCard:
    """One file, as it is shown to whoever may import."""

    import_id: UUID
    state: ImportState
    source: str
    kind: ImportKind | None
    file_name: str
    size_bytes: int | None
    said: Said
    question: Question | None
    findings: Findings | None
    reason: str
    """Why it failed, or why it is shown anew."""
    version: int
    """Names the question or preview that is shown; what was decided about another one is refused."""
    progress: int
    channel: str
    thread: str | None
    handed_by: str
    handed_by_chat: str
    decided_by: str | None
    created_at: datetime
    changed_at: datetime
    expires_at: datetime
    decided_by_chat: str | None = None

    @property
    def is_fetched(self) -> bool:
        """Whether its bytes are here."""
        return self.size_bytes is not None


async def card(core: Core, *, import_id: UUID) -> ImportCard | None:
    """Return one import, or None when there is none."""
    row = await core.database.row("SELECT * FROM file_import WHERE id = %s", (import_id,))
    return _read(core, row) if row else None


async def waiting(core: Core, *, limit: int = 20) -> list[ImportCard]:
    """Return the imports about which somebody has to decide, the newest first."""
    rows = await core.database.rows(
        "SELECT * FROM file_import WHERE state = ANY(%s) ORDER BY changed_at DESC LIMIT %s",
        ([each.value for each in WAITING], limit),
    )
    return [_read(core, row) for row in rows]


async def rejects(core: Core, *, import_id: UUID) -> bytes | None:
    """Return the reject log of an import, as CSV; None when nothing was rejected.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    return await _list(core, handing.rejects_key_of(import_id))


async def absent(core: Core, *, import_id: UUID) -> bytes | None:
    """Return as CSV what the ledger has open and a full export lacks; None when it lacks nothing.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    return await _list(core, handing.absent_key_of(import_id))


async def _list(core: Core, key: str) -> bytes | None:
    try:
        return await core.files.get(key)
    except FileMissing:
        return None


def _read(core: Core, row: Row) -> ImportCard:
    names = ("source", "file_name", "size_bytes", "version", "progress", "channel", "thread", "handed_by",
             "handed_by_chat", "decided_by", "decided_by_chat", "created_at", "changed_at")  # fmt: skip
    return ImportCard(
        import_id=row["id"],
        state=ImportState(row["state"]),
        kind=ImportKind(row["kind"]) if row["kind"] else None,
        said=Said.model_validate(_json(row["said"])),
        question=Question.model_validate(_json(row["question"])) if row["question"] else None,
        findings=Findings.model_validate(_json(row["findings"])) if row["findings"] else None,
        expires_at=row["changed_at"] + core.limits.import_wait,
        reason=sentences.said(row["reason"]),
        **{name: row[name] for name in names},
    )


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
