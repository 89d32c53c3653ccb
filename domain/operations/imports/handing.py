"""Handing in: a file is named, fetched and kept; whoever may import may hand one in."""

import hashlib
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.operations.imports.events import FileHandedIn, ImportDropped
from domain.operations.imports.models import FileImport
from domain.operations.imports.readings import RIGHT
from domain.operations.imports.refusals import FileTooLarge
from domain.operations.imports.said import ImportKind, Said
from domain.operations.imports.states import ImportState

PREFIX = "imports"
"""Where the files lie in the store of files."""

LONGEST_NAME = 120


def key_of(import_id: UUID) -> str:
    """Return where the file lies in the store."""
    return f"{PREFIX}/{import_id}"


def rejects_key_of(import_id: UUID) -> str:
    """Return where its reject log lies."""
    return f"{PREFIX}/{import_id}.rejects.csv"


def absent_key_of(import_id: UUID) -> str:
    """Return where the list of what it lacks lies."""
    return f"{PREFIX}/{import_id}.absent.csv"


def require(actor: Actor, kind: ImportKind | None) -> None:
    """Let whoever may import files of this kind pass; while it is not known, whoever may import any.

    Raises:
        NotAllowed: The actor may not.
    """
    if kind is None and Permission.APPLY_CASH in actor.may:
        return
    actor.require(RIGHT[kind] if kind is not None else Permission.IMPORT)


async def hand_in(
    core: Core,
    *,
    source: str,
    file_name: str,
    channel: str,
    chat_id: str,
    actor: Actor,
    kind: ImportKind | None = None,
    full: bool = False,
) -> FileHandedIn:
    """Take note of a file and queue its fetching; the very same upload again is the import that it began.

    *source* names the upload where it can be fetched, *channel* is where its card is to stand, *chat_id* the account
    of whoever handed it in.

    Raises:
        NotAllowed: The actor may not import.
    """
    require(actor, kind)
    now, import_id = core.clock.now(), uuid4()
    name = "".join(each for each in file_name if each.isprintable())[-LONGEST_NAME:].strip() or "file"
    async with core.transaction() as tx:
        made = await tx.execute(
            "INSERT INTO file_import (id, state, source, kind, file_name, said, handed_by, handed_by_chat, channel,"
            " created_at, changed_at) VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s)"
            " ON CONFLICT (source) DO NOTHING",
            (import_id, ImportState.ASKED.value, source, kind, name, Said(full=full).model_dump_json(), actor.name,
             chat_id, channel, now, now),
        )  # fmt: skip
        if not made:
            known = await tx.row("SELECT id, state, file_name FROM file_import WHERE source = %s", (source,))
            assert known is not None, "the conflict was with it"
            return FileHandedIn(
                import_id=known["id"], file_name=known["file_name"], known_before=True, state=known["state"],
                **by(actor, now),
            )  # fmt: skip
        event = FileHandedIn(import_id=import_id, file_name=name, **by(actor, now))
        await timeline.record(core, tx, event)
        await core.jobs.defer(tx, "fetch_import", import_id=str(import_id))
    return event


async def kept(core: Core, *, import_id: UUID, body: bytes, thread: str | None) -> None:
    """Keep the file's bytes and queue the reading; harmless when it is done twice.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    await core.files.put(key_of(import_id), body)
    async with core.transaction() as tx:
        found = await FileImport.locked(id=import_id)
        if found is None or found.status is not ImportState.ASKED:
            return
        await tx.execute(
            "UPDATE file_import SET sha256 = %s, size_bytes = %s, thread = %s, changed_at = %s WHERE id = %s",
            (hashlib.sha256(body).hexdigest(), len(body), thread, core.clock.now(), import_id),
        )
        await queue(core, tx, import_id, "read_import")


async def refused(core: Core, *, import_id: UUID, reason: str, actor: Actor) -> ImportDropped | None:
    """End an import whose file cannot be had or taken; None when it has ended, or waits, by now."""
    async with core.transaction() as tx:
        found = await FileImport.locked(id=import_id)
        if found is None or found.status not in (ImportState.ASKED, ImportState.APPLYING):
            return None
        await found.move("fail", reason=reason, changed_at=core.clock.now())
        event = ImportDropped(
            import_id=found.id, file_name=found.file_name, how="failed", reason=reason, **by(actor, core.clock.now())
        )
        await timeline.record(core, tx, event)
        await queue(core, tx, import_id)
    return event


def too_large(file_name: str, most: int) -> FileTooLarge:
    """Return the refusal of a file that is larger than what is taken."""
    return FileTooLarge(file_name, most)


async def queue(core: Core, tx: Transaction, import_id: UUID, *jobs: str) -> None:
    """Queue jobs about an import, and the drawing of its card."""
    for name in (*jobs, "show_import"):
        await core.jobs.defer(tx, name, import_id=str(import_id))


def source_of(file_id: str) -> str:
    """Return the name of an upload."""
    return f"slack:{file_id}"


def file_of(source: str) -> str:
    """Return the chat's id of an upload."""
    return source.removeprefix("slack:")


async def look_at(core: Core, *, file_id: str, channel: str, chat_id: str) -> None:
    """Queue a look at a file that was shared; what it is, and whether it is for an import, the chat has to be asked."""
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "look_at_file", file_id=file_id, channel=channel, chat_id=chat_id)
