"""Ending: imports about which nobody decides end by themselves, and no file outlives its import."""

from collections.abc import Collection, Sequence
from uuid import UUID

import structlog

from domain.kernel import orphans, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.ports import StoreUnavailable
from domain.kernel.speech import phrase, say
from domain.operations.imports import handing
from domain.operations.imports.events import ImportDropped
from domain.operations.imports.models import FileImport
from domain.operations.imports.states import ENDED, WAITING, ImportState

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Imports that one run ends; the next run takes the others."""


STUCK = phrase(
    "Something went wrong again and again while it was imported. Tell whoever runs Plixo, then share it again."
)

UNREAD = phrase(
    "Something went wrong again and again while it was read. Save it anew as CSV and share it again; if that fails, "
    "too, tell whoever runs Plixo."
)

_STUCK = "SELECT id FROM file_import WHERE state = %s AND changed_at < %s ORDER BY changed_at LIMIT %s"
"""Of which every try to apply them has failed; what was tried is undone."""


async def expire(core: Core) -> int:
    """End the imports that nobody has touched for as long as the merchant says; return how many."""
    now = core.clock.now()
    rows = await core.database.rows(
        "SELECT id FROM file_import WHERE state = ANY(%s) AND changed_at < %s ORDER BY changed_at LIMIT %s",
        ([each.value for each in WAITING], now - core.limits.import_wait, AT_ONCE),
    )
    ended = [each for each in [await _expired(core, row["id"]) for row in rows] if each is not None]
    await remove(core, ended)
    for row in await core.database.rows(_STUCK, (ImportState.APPLYING.value, now - core.limits.import_wait, AT_ONCE)):
        await handing.refused(core, import_id=row["id"], reason=say(STUCK), actor=SYSTEM)
    return len(ended)


async def give_up(core: Core, *, import_id: UUID) -> ImportDropped | None:
    """End an import of which every try to fetch, read or apply it has failed; None when it went on after all."""
    row = await core.database.row("SELECT state FROM file_import WHERE id = %s", (import_id,))
    reason = say(STUCK if row is not None and row["state"] == ImportState.APPLYING else UNREAD)
    return await handing.refused(core, import_id=import_id, reason=reason, actor=SYSTEM)


async def _expired(core: Core, import_id: UUID) -> UUID | None:
    now = core.clock.now()
    async with core.transaction() as tx:
        found = await FileImport.locked(id=import_id)
        if found is None or found.status not in WAITING or found.changed_at > now - core.limits.import_wait:
            return None
        await found.move("expire", changed_at=now)
        event = ImportDropped(import_id=found.id, file_name=found.file_name, how="expired", **by(SYSTEM, now))
        await timeline.record(core, tx, event)
        await handing.queue(core, tx, import_id)
    return import_id


async def remove(core: Core, import_ids: Sequence[UUID]) -> None:
    """Remove the files of imports that have ended; what cannot be removed now is left for the nightly tidying."""
    keys = [
        key
        for each in import_ids
        for key in (handing.key_of(each), handing.rejects_key_of(each), handing.absent_key_of(each))
    ]
    try:
        await core.files.remove(keys)
    except StoreUnavailable as error:
        log.warning("files of imports are left for the nightly tidying", error=str(error), files=len(keys))


async def tidy(core: Core) -> int:
    """Remove what was left of imports that have ended, or that no row knows; return how many files.

    Raises:
        StoreUnavailable: The store does not answer.
    """

    async def known(ids: Sequence[UUID]) -> Collection[UUID]:
        rows = await core.database.rows(
            "SELECT id FROM file_import WHERE id = ANY(%s) AND NOT state = ANY(%s)",
            (list(ids), [each.value for each in ENDED]),
        )
        return [row["id"] for row in rows]

    return await orphans.removed(core.files, handing.PREFIX, known=known)
