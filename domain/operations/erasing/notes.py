"""Notes: each erasure leaves one in the store of files, by which it is done again after a restore of the database.

A note holds ids, digests and nothing of the person's. A backup of the database does not know what was erased after it;
the store of files does, as long as it is not put back to the same day.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.ports import FileMissing
from domain.operations.erasing.models import Erasure
from domain.operations.erasing.words import Words

PREFIX = "erasures"
"""Where the notes lie in the store of files."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a note says."""

    erasure_id: UUID
    number: int
    whom: str
    reason: str
    asked_by: str
    """Empty of a person, who may be erased as well, and whose name is asked of the database."""
    asked_by_id: UUID | None
    ids: tuple[UUID, ...]
    """Of the contacts, or of the operator."""
    secret: str
    """Digest of the secret under which the addresses' digests were made."""
    digests: dict[str, list[dict[str, Any]]]
    """Of the addresses, with what had kept them from being mailed."""


async def put(core: Core, erasure: Erasure, words: Words) -> None:
    """Leave the note of an erasure."""
    proof = await core.database.row("SELECT encode(proof, 'hex') AS digest FROM erasure_secret")
    rows = await core.database.rows(
        "SELECT digest, suppressions FROM erased_address WHERE erasure_id = %s", (erasure.id,)
    )
    told: dict[str, Any] = {
        "secret": proof["digest"] if proof is not None else "",
        "digests": {row["digest"]: _list(row["suppressions"]) for row in rows},
        "id": str(erasure.id), "number": erasure.number, "whom": erasure.whom, "reason": erasure.reason,
        "asked_by": "" if erasure.asked_by_id else erasure.asked_by,
        "asked_by_id": str(erasure.asked_by_id) if erasure.asked_by_id else None,
        "ids": [str(each) for each in words.ids],
    }  # fmt: skip
    await core.files.put(key_of(erasure.id), json.dumps(told).encode())


async def found(core: Core) -> list[Note]:
    """Return all notes, in the order of their numbers.

    Raises:
        StoreUnavailable: The store of files does not answer.
    """
    notes = []
    async for keys in core.files.older(PREFIX, than=timedelta(0)):
        for key in keys:
            try:
                told = json.loads(await core.files.get(key))
            except FileMissing:
                continue
            ids = tuple(UUID(each) for each in told["ids"])
            asker = UUID(told["asked_by_id"]) if told["asked_by_id"] else None
            notes.append(Note(UUID(told["id"]), told["number"], told["whom"], told["reason"], told["asked_by"],
                              asker, ids, told["secret"], told["digests"]))  # fmt: skip
    return sorted(notes, key=lambda each: each.number)


def _list(kept: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(kept) if isinstance(kept, str) else kept
    return found


def key_of(erasure_id: UUID) -> str:
    """Return where the note of an erasure lies."""
    return f"{PREFIX}/{erasure_id}"
