"""Working: the jobs that read a file for its preview, and that take it into the ledger as the preview showed it."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, cast
from uuid import UUID

from domain.kernel import dates
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.ports import FileMissing, StoreUnavailable
from domain.kernel.refusals import Refusal
from domain.kernel.speech import phrase, say
from domain.ledger.csv_import import Progress, QuestionOpen
from domain.operations.imports import handing, kinds, readings
from domain.operations.imports.findings import Findings
from domain.operations.imports.models import FileImport
from domain.operations.imports.readings import Handed
from domain.operations.imports.said import ImportKind, Question, Said, question
from domain.operations.imports.states import ImportState
from domain.people import people

PROGRESS_SECONDS = 2.0
"""How often it is noted how far a file was read."""

STORE_AWAY = timedelta(seconds=20)

MAX_LIST = 4 << 20
"""Bytes of a reject log, or of the list of what is absent, that are handed back in chat."""

CHANGED = phrase("The ledger has changed since the preview. This is what the file would do now; decide again.")

GONE = phrase("The file is not kept any more. Share it again.")


class _Outdated(Exception):
    """Undo what was taken: it is not what the person has seen."""


@dataclass(frozen=True)
class _Open:
    """A file that is open, with room for its lists."""

    stream: BinaryIO
    rejected: BinaryIO
    absent: BinaryIO


async def read(core: Core, *, import_id: str) -> None:
    """Find out what the import would come to, or what has to be asked; a job, harmless when it runs twice.

    Raises:
        TryLater: The store of files does not answer.
    """
    found = await FileImport.get_or_none(id=UUID(import_id))
    if found is None or found.status is not ImportState.ASKED or found.sha256 is None:
        return
    body = await _fetched(core, found)
    if body is None:
        return
    with _opened(body) as file:
        try:
            told = await _read(core, found, file)
        except QuestionOpen as open_:
            told = question(open_)
        except Refusal as no:
            await handing.refused(core, import_id=found.id, reason=str(no), actor=SYSTEM)
            return
        if isinstance(told, Findings):
            await _keep_lists(core, found.id, file)
    await _told(core, found, told)


async def _read(core: Core, found: FileImport, file: _Open) -> Findings | Question:
    found = await _as_before(core, found)
    kind = ImportKind(found.kind) if found.kind else None
    if kind is None:
        fits = await kinds.recognised(core, file.stream)
        if len(fits) != 1:
            return kinds.question(fits)
        kind = fits[0]
        await core.database.execute("UPDATE file_import SET kind = %s WHERE id = %s", (kind.value, found.id))
    async with _watched(core, found.id) as progress:
        handed = _handed(found, kind, file, progress)
        async with core.transaction() as tx:
            findings = await readings.shown(core.within(tx), tx, handed, actor=SYSTEM)
    return await _known_before(core, found, findings)


async def _as_before(core: Core, found: FileImport) -> FileImport:
    """Return the import with what was said about the very same bytes before, where nothing is said about it yet."""
    said = Said.model_validate(found.said)
    if said != Said(full=said.full):
        return found
    row = await core.database.row(
        "SELECT kind, said FROM file_import WHERE sha256 = %s AND state = 'applied' AND (%s::text IS NULL OR kind = %s)"
        " ORDER BY changed_at DESC LIMIT 1",
        (found.sha256, found.kind, found.kind),
    )
    if row is None:
        return found
    before = Said.model_validate(json.loads(row["said"]) if isinstance(row["said"], str) else row["said"])
    found.said = before.model_copy(update={"full": said.full}).model_dump(mode="json")
    found.kind = row["kind"]
    await core.database.execute(
        "UPDATE file_import SET kind = %s, said = %s::jsonb WHERE id = %s",
        (found.kind, json.dumps(found.said), found.id),
    )
    return found


async def _known_before(core: Core, found: FileImport, findings: Findings) -> Findings:
    """Return the findings with who imported the very same bytes before, if anybody did."""
    row = await core.database.row(
        "SELECT created_at, actor FROM import_batch WHERE kind = %s AND sha256 = %s"
        " UNION ALL SELECT created_at, '' FROM remittance WHERE %s = 'remittance' AND encode(sha256, 'hex') = %s"
        " ORDER BY created_at DESC LIMIT 1",
        (findings.kind, found.sha256, findings.kind, found.sha256),
    )
    if row is None:
        return findings
    when = dates.told(row["created_at"])
    before = f"{when} by {row['actor']}" if row["actor"] else when
    once = findings.kind == ImportKind.REMITTANCE
    return findings.model_copy(
        update={
            "taken_before": before,
            "changes_nothing": findings.changes_nothing or once,
        }
    )


async def _told(core: Core, found: FileImport, told: Findings | Question) -> None:
    """Show the preview or ask the question, unless the import has gone another way meanwhile."""
    async with core.transaction() as tx:
        row = await FileImport.locked(id=found.id)
        if row is None or row.status is not ImportState.ASKED or row.version != found.version:
            return
        also = {"version": row.version + 1, "progress": 0, "changed_at": core.clock.now()}
        if isinstance(told, Question):
            await row.move("ask", question=told.model_dump(mode="json"), **also)
        else:
            await row.move("preview", findings=told.model_dump(mode="json"), question=None, **also)
        await handing.queue(core, tx, row.id)


async def apply(core: Core, *, import_id: str) -> None:
    """Take the file into the ledger if that is still what its preview showed; a job, harmless when it runs twice.

    What the ledger takes and that the import is finished are one transaction. When the outcome is another than that
    of the preview, all of it is undone, and the file is read and shown anew.

    Raises:
        TryLater: The store of files does not answer.
    """
    found = await FileImport.get_or_none(id=UUID(import_id))
    if found is None or found.status is not ImportState.APPLYING:
        return
    body = await _fetched(core, found)
    if body is None:
        return
    kind, preview = ImportKind(str(found.kind)), Findings.model_validate(found.findings)
    with _opened(body) as file:
        try:
            actor = await people.actor(core, slack_id=str(found.decided_by_chat))
            async with _watched(core, found.id) as progress:
                handed = _handed(found, kind, file, progress)
                async with core.transaction() as tx:
                    _same(preview, await readings.taken(core.within(tx), tx, handed, actor=actor))
                    row = await FileImport.locked(id=found.id)
                    assert row is not None, "rows of imports stay"
                    await row.move("finish", progress=100, changed_at=core.clock.now())
                    await handing.queue(core, tx, found.id)
        except _Outdated:
            await _again(core, found.id, say(CHANGED))
        except Refusal as no:  # a question that was settled before, or a right that was taken away meanwhile
            await _again(core, found.id, str(no))


def _same(seen: Findings, came: Findings) -> None:
    """Let pass what the person has seen before deciding.

    Raises:
        _Outdated: It is not that.
    """
    if came.outcome() != seen.outcome():
        raise _Outdated


async def _again(core: Core, import_id: UUID, reason: str) -> None:
    async with core.transaction() as tx:
        row = await FileImport.locked(id=import_id)
        if row is None or row.status is not ImportState.APPLYING:
            return
        await row.move("reread", reason=reason, progress=0, changed_at=core.clock.now())
        await handing.queue(core, tx, import_id, "read_import")


def _handed(found: FileImport, kind: ImportKind, file: _Open, progress: Progress) -> Handed:
    return Handed(
        kind=kind,
        name=found.file_name,
        stream=file.stream,
        said=Said.model_validate(found.said),
        rejected=file.rejected,
        absent=file.absent,
        progress=progress,
    )


async def _fetched(core: Core, found: FileImport) -> bytes | None:
    try:
        return await core.files.get(handing.key_of(found.id))
    except FileMissing:
        await handing.refused(core, import_id=found.id, reason=say(GONE), actor=SYSTEM)
        return None
    except StoreUnavailable as error:
        raise TryLater(STORE_AWAY, "the store of files does not answer") from error


async def _keep_lists(core: Core, import_id: UUID, file: _Open) -> None:
    for key, written in (
        (handing.rejects_key_of(import_id), file.rejected),
        (handing.absent_key_of(import_id), file.absent),
    ):
        body = _beginning(written)
        try:
            if body:
                await core.files.put(key, body)
            else:
                await core.files.remove([key])  # an earlier reading may have left one
        except StoreUnavailable as error:
            raise TryLater(STORE_AWAY, "the store of files does not answer") from error


def _beginning(written: BinaryIO) -> bytes:
    """Return whole lines of a list, as many as are kept."""
    written.seek(0)
    body = written.read(MAX_LIST)
    return body[: body.rfind(b"\n") + 1] if len(body) == MAX_LIST else body


@contextmanager
def _opened(body: bytes) -> Iterator[_Open]:
    with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as two, tempfile.TemporaryFile() as three:
        one.write(body)
        one.seek(0)
        yield _Open(cast("BinaryIO", one), cast("BinaryIO", two), cast("BinaryIO", three))


@asynccontextmanager
async def _watched(core: Core, import_id: UUID) -> AsyncIterator[Progress]:
    """Note now and then how far the file was read, outside the transaction that reads it."""
    percent = 0

    def progress(done: int, whole: int) -> None:
        nonlocal percent
        percent = min(99, done * 100 // max(whole, 1))

    async def noted() -> None:
        last = 0
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            if percent != last:
                last = percent
                await core.database.execute("UPDATE file_import SET progress = %s WHERE id = %s", (last, import_id))

    task = asyncio.create_task(noted())
    try:
        yield progress
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
