"""Deciding: whoever may import says how a file is to be read, applies what its preview shows, or drops it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.kernel import speech, timeline
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say_as
from domain.ledger.csv_import import mappings
from domain.operations.imports import ending, handing, said
from domain.operations.imports.events import ImportAnswered, ImportApproved, ImportDropped
from domain.operations.imports.findings import Findings
from domain.operations.imports.models import FileImport
from domain.operations.imports.refusals import AnswerUnusable, ImportOver, ImportUnknown, PreviewOutdated
from domain.operations.imports.said import CALLED, Asked, ImportKind, Question, Said
from domain.operations.imports.states import WAITING, ImportState

MOST_PAIRS = 100


async def answer(core: Core, *, import_id: UUID, seen: int, text: str, actor: Actor) -> ImportAnswered:
    """Answer what the file leaves open; it is then read again.

    Raises:
        NotAllowed: The actor may not import such files.
        ImportUnknown: There is no such import.
        ImportOver: It has ended.
        PreviewOutdated: Another question is open by now, or none.
        AnswerUnusable: The answer does not fit.
    """
    async with core.transaction() as tx:
        found = await _waiting(import_id, seen=seen, actor=actor)
        if found.status is not ImportState.OPEN:
            raise PreviewOutdated(found.file_name)
        question, before = Question.model_validate(found.question), Said.model_validate(found.said)
        kind = found.kind
        if question.what is Asked.KIND:
            kind = _kind(text)
            handing.require(actor, kind)
        now_said = said.answered(before, question, text)
        await _reread(core, found, kind=kind, said=now_said.model_dump(mode="json"))
        event = ImportAnswered(
            import_id=found.id, file_name=found.file_name, what=question.what.value, answer=text[:100],
            **by(actor, core.clock.now()),
        )  # fmt: skip
        await timeline.record(core, tx, event)
        await handing.queue(core, tx, import_id, "read_import")
    return event


async def say(
    core: Core,
    *,
    import_id: UUID,
    seen: int,
    actor: Actor,
    kind: ImportKind | None = None,
    columns: Sequence[tuple[str, str]] | None = None,
    full: bool | None = None,
    keep_as: str | None = None,
) -> ImportAnswered:
    """Say of a file what it holds, which column is what, whether it is a full export; it is then read again.

    Raises:
        NotAllowed: The actor may not import such files.
        ImportUnknown: There is no such import.
        ImportOver: It has ended.
        PreviewOutdated: Something else was said meanwhile.
        OptionUnusable: A layout cannot be kept under that name.
    """
    async with core.transaction() as tx:
        found = await _waiting(import_id, seen=seen, actor=actor)
        if found.status is ImportState.ASKED:
            raise PreviewOutdated(found.file_name)
        change: dict[str, Any] = {}
        if columns is not None:
            change["columns"] = tuple(columns)[:MOST_PAIRS]
        if full is not None:
            change["full"] = full
        if keep_as is not None:
            change["keep_as"] = mappings.named(keep_as) if keep_as.strip() else ""
        before = Said.model_validate(found.said)
        if kind is not None and kind != found.kind:
            handing.require(actor, kind)
            before = Said(full=before.full, encoding=before.encoding, delimiter=before.delimiter)
        await _reread(
            core, found, kind=kind or found.kind, said=before.model_copy(update=change).model_dump(mode="json")
        )
        what, told = _told(kind, columns, full)
        event = ImportAnswered(
            import_id=found.id, file_name=found.file_name, what=what, answer=told, **by(actor, core.clock.now())
        )
        await timeline.record(core, tx, event)
        await handing.queue(core, tx, import_id, "read_import")
    return event


async def apply(core: Core, *, import_id: UUID, seen: int, actor: Actor, chat_id: str) -> ImportApproved:
    """Let happen what the preview shows; a job does it, with the rights that this person has then.

    Raises:
        NotAllowed: The actor may not import such files.
        ImportUnknown: There is no such import.
        ImportOver: It has ended, or somebody was faster.
        PreviewOutdated: Another preview was looked at than the one that is current.
    """
    async with core.transaction() as tx:
        found = await _waiting(import_id, seen=seen, actor=actor)
        if found.status is not ImportState.PREVIEWED or Findings.model_validate(found.findings).changes_nothing:
            raise PreviewOutdated(found.file_name)
        now = core.clock.now()
        await found.move("apply", decided_by=actor.name, decided_by_chat=chat_id, progress=0, reason="", changed_at=now)
        kind = ImportKind(str(found.kind))
        event = ImportApproved(import_id=found.id, file_name=found.file_name, of=CALLED[kind], **by(actor, now))
        await timeline.record(core, tx, event)
        await handing.queue(core, tx, import_id, "apply_import")
    return event


async def cancel(core: Core, *, import_id: UUID, actor: Actor) -> ImportDropped:
    """Drop an import that waits; nothing is changed, and the file is removed.

    Raises:
        NotAllowed: The actor may not import such files.
        ImportUnknown: There is no such import.
        ImportOver: It has ended, or is being applied.
    """
    async with core.transaction() as tx:
        found = await _waiting(import_id, seen=None, actor=actor)
        now = core.clock.now()
        await found.move("cancel", decided_by=actor.name, changed_at=now)
        event = ImportDropped(import_id=found.id, file_name=found.file_name, how="cancelled", **by(actor, now))
        await timeline.record(core, tx, event)
        await handing.queue(core, tx, import_id)
    await ending.remove(core, [import_id])
    return event


async def _waiting(import_id: UUID, *, seen: int | None, actor: Actor) -> FileImport:
    """Return an import about which something can be decided, and hold its lock."""
    found = await FileImport.locked(id=import_id)
    if found is None:
        handing.require(actor, None)
        raise ImportUnknown
    handing.require(actor, ImportKind(found.kind) if found.kind else None)
    if found.status not in WAITING:
        raise ImportOver(found.file_name, found.status.value)
    if seen is not None and seen != found.version:
        raise PreviewOutdated(found.file_name)
    return found


async def _reread(core: Core, found: FileImport, **change: Any) -> None:
    await found.move("reread", **change, question=None, progress=0, reason="", changed_at=core.clock.now())


def _kind(text: str) -> ImportKind:
    try:
        return ImportKind(text.strip().casefold())
    except ValueError:
        raise AnswerUnusable(speech.say("The kinds of files are {kinds}.", kinds=", ".join(ImportKind))) from None


def _told(kind: ImportKind | None, columns: Sequence[tuple[str, str]] | None, full: bool | None) -> tuple[str, str]:
    if kind is not None:
        return Asked.KIND.value, kind.value
    if columns is not None:
        return phrase("layout"), speech.counted("{n} column", "{n} columns", len(columns))
    return phrase("export"), say_as("an export", "full") if full else say_as("an export", "a part")
