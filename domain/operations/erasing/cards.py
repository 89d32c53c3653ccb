"""Cards: one wish that a person's data are erased, as whoever decides it sees it: counts and reasons, nothing else."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.kernel.transactions import Row
from domain.operations.erasing import subjects
from domain.operations.erasing.refusals import ErasureUnknown
from domain.operations.erasing.states import ErasureState
from domain.operations.erasing.subjects import Preview
from domain.operations.erasing.words import CONTACT

_ERASURE = """
    SELECT id AS erasure_id, number, whom, state, reason, words, asked_by, asked_by_id, created_at AS asked_at,
           decided_by, coalesce(begun_at, declined.at) AS decided_at, coalesce(declined.why, '') AS declined_because
    FROM erasure LEFT JOIN LATERAL (
        SELECT e.at, e.fact->>'reason' AS why FROM timeline_entry e
        WHERE e.kind = 'erasure.declined' AND e.fact->>'erasure_id' = erasure.id::text LIMIT 1
    ) declined ON erasure.state = 'declined'
    WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class ErasureCard:
    """One wish, with what it would come to while it waits."""

    erasure_id: UUID
    number: int
    whom: str
    state: str
    reason: str
    asked_by: str
    asked_by_id: UUID | None
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    preview: Preview | None = None
    declined_because: str = ""

    @property
    def open(self) -> bool:
        """Tell whether somebody has to decide it."""
        return self.state == ErasureState.PROPOSED.value


async def card(core: Core, *, erasure_id: UUID) -> ErasureCard:
    """Return one wish; what it would come to is counted anew while it waits.

    Raises:
        ErasureUnknown: There is none.
    """
    row = await core.database.row(_ERASURE, (erasure_id,))
    if row is None:
        raise ErasureUnknown(str(erasure_id))
    known: dict[str, Any] = {name: value for name, value in row.items() if name != "words"}
    return ErasureCard(**known, preview=await _preview(core, row))


async def _preview(core: Core, row: Row) -> Preview | None:
    """Return what it would come to; None once it is decided, or where the person is not to be found any more."""
    if row["state"] != ErasureState.PROPOSED.value:
        return None
    kept = json.loads(row["words"]) if isinstance(row["words"], str) else row["words"]
    try:
        subject = (
            await subjects.at(core.database, keys=kept["keys"])
            if row["whom"] == CONTACT
            else await subjects.operator(core, whom=kept["marks"][0])
        )
    except Refusal:
        return None
    return await subjects.preview(core, subject)
