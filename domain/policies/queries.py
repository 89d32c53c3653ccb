"""Queries: the versions of the policy, as lists and command lines show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.kernel.core import Core
from domain.policies.document import Document, of_json
from domain.policies.refusals import PolicyNotFound

_COLUMNS = "version, state, document, notes, made_by, made_by_id, decided_by, decided_at, created_at"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of the policy."""

    version: int
    state: str
    document: Document
    notes: str
    made_by: str
    made_by_id: UUID | None
    made_at: datetime
    decided_by: str | None
    decided_at: datetime | None


async def versions(core: Core, *, limit: int = 20) -> tuple[PolicyVersion, ...]:
    """Return the newest versions, newest first."""
    rows = await core.database.rows(f"SELECT {_COLUMNS} FROM policy ORDER BY version DESC LIMIT %s", (limit,))
    return tuple(_version(row) for row in rows)


async def version(core: Core, number: int) -> PolicyVersion:
    """Return one version.

    Raises:
        PolicyNotFound: No version has that number.
    """
    row = await core.database.row(f"SELECT {_COLUMNS} FROM policy WHERE version = %s", (number,))
    if row is None:
        raise PolicyNotFound(number)
    return _version(row)


async def in_force(core: Core) -> PolicyVersion:
    """Return the policy that is in force."""
    row = await core.database.row(f"SELECT {_COLUMNS} FROM policy WHERE state = 'published'")
    assert row is not None, "every deployment starts with a policy in force"
    return _version(row)


async def proposal(core: Core) -> PolicyVersion | None:
    """Return the proposal that waits for a decision, if there is one."""
    row = await core.database.row(f"SELECT {_COLUMNS} FROM policy WHERE state = 'proposed'")
    return None if row is None else _version(row)


def _version(row: dict[str, Any]) -> PolicyVersion:
    return PolicyVersion(
        version=int(row["version"]),
        state=row["state"],
        document=of_json(row["document"]),
        notes=row["notes"],
        made_by=row["made_by"],
        made_by_id=row["made_by_id"],
        made_at=row["created_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )
