"""Importing: show what a file would change, or change it, each in one transaction that is whole or has not been."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import (
    comparing,
    credit_difference,
    header_lines,
    history,
    mappings,
    merging,
    sources,
    survey,
)
from domain.ledger.csv_import.comparing import Lists, Seen, Watched
from domain.ledger.csv_import.mappings import KnownLayout
from domain.ledger.csv_import.outcomes import Outcome, Preview
from domain.ledger.csv_import.refusals import OptionUnusable
from domain.ledger.csv_import.requests import ImportRequest, Kind, Progress
from domain.ledger.csv_import.survey import Layout
from domain.ledger.events import LedgerImported
from domain.ledger.models import ImportBatch

LOCK = 7_154_202
"""One import at a time, so that two files cannot both bring the same new customer."""

MAX_FILE_NAME = 200

MAX_STORED = 4 << 20
"""Bytes of a reject log, and of the list of what is absent, that are kept with an import; whoever imported has all."""


async def preview(
    core: Core,
    request: ImportRequest,
    *,
    actor: Actor,
    rejected: BinaryIO | None = None,
    absent: BinaryIO | None = None,
    progress: Progress | None = None,
    seen: Seen | None = None,
) -> Preview:
    """Show what the file would change; write the reject log to *rejected*, if any row is rejected.

    What a full export lacks is written to *absent*, if it lacks anything.

    Raises:
        NotAllowed: The actor may not import.
        ImportRefused: The file as a whole cannot be taken.
    """
    actor.require(Permission.IMPORT)
    _in_the_past(core, request)
    with sources.opened(request) as file, _lists(rejected, absent) as lists:
        known, watched = await _known(core, file, request), Watched(progress, seen)
        async with core.transaction() as tx:
            layout, outcome = await comparing.outcome(core, tx, file, lists, request, known, watched, lock=False)
    return Preview(request.kind, request.file_name, layout, outcome)


async def apply(
    core: Core,
    request: ImportRequest,
    *,
    actor: Actor,
    rejected: BinaryIO | None = None,
    absent: BinaryIO | None = None,
    progress: Progress | None = None,
    seen: Seen | None = None,
    keep_as: str | None = None,
    batch_id: UUID | None = None,
) -> LedgerImported:
    """Take the file's good rows into the ledger; write the reject log to *rejected*, if any row is rejected.

    *seen* is told how the file is read before anything is changed. A file that changes nothing leaves no trace:
    neither a batch nor a line in the history. Who may be interrupted chooses the *batch_id*, to ask ``was_applied``
    afterwards. What was answered about its layout is kept under the name *keep_as*;
    what a full export lacks is written to *absent*.

    Raises:
        NotAllowed: The actor may not import.
        ImportRefused: The file as a whole cannot be taken.
    """
    actor.require(Permission.IMPORT)
    _in_the_past(core, request)
    name = mappings.named(keep_as) if keep_as is not None else None
    with sources.opened(request) as file, _lists(rejected, absent) as lists:
        known, watched = await _known(core, file, request), Watched(progress, seen)
        async with core.transaction() as tx:
            await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            layout, outcome = await comparing.outcome(core, tx, file, lists, request, known, watched, lock=True)
            event = _event(core, request, outcome, batch_id or uuid4(), actor)
            await _learn(core, tx, request, layout, name, actor)
            if not outcome.changes_nothing:
                await _write(core, tx, request, outcome, actor)
                await _keep(core, request, layout, event, lists)
                await timeline.record(core, tx, event)
    return event


async def _known(core: Core, file: BinaryIO, request: ImportRequest) -> KnownLayout | None:
    """Return what was kept about files with the same headers, which need not be asked again."""
    keys = await asyncio.to_thread(header_lines.keys, file)
    return await mappings.known(core, request.kind, keys.values())


async def was_applied(core: Core, batch_id: UUID) -> bool:
    """Tell whether an import that was interrupted had changed the ledger already."""
    return await core.database.row("SELECT FROM import_batch WHERE id = %s", (batch_id,)) is not None


async def keep(core: Core, request: ImportRequest, *, name: str, actor: Actor) -> None:
    """Keep what the request says about its file's layout, after a person found it right.

    Raises:
        NotAllowed: The actor may not import.
        ImportRefused: The name cannot be used, or the file cannot be read any more.
    """
    actor.require(Permission.IMPORT)
    plain = mappings.named(name)
    with sources.opened(request) as file:
        layout = await asyncio.to_thread(survey.surveyed, file, request, None, await _known(core, file, request))
    async with core.transaction() as tx:
        await _learn(core, tx, request, layout, plain, actor)


async def _learn(
    core: Core, tx: Transaction, request: ImportRequest, layout: Layout, name: str | None, actor: Actor
) -> None:
    """Keep what was answered about the layout, if it is to be kept."""
    if layout.known is not None:
        await mappings.used(core, tx, layout.known)
    if name is not None:
        answers = mappings.answered(request, layout.known)
        await mappings.keep(
            core, tx, kind=request.kind, name=name, header_key=layout.header_key, answers=answers, actor=actor
        )


def _event(core: Core, request: ImportRequest, outcome: Outcome, batch_id: UUID, actor: Actor) -> LedgerImported:
    return LedgerImported(
        batch_id=batch_id,
        of=request.kind,
        file_name=request.file_name[:MAX_FILE_NAME],
        as_of=request.as_of,
        **{each.name: getattr(outcome, each.name) for each in fields(Outcome)},
        **by(actor, core.clock.now()),
    )


async def _write(core: Core, tx: Transaction, request: ImportRequest, outcome: Outcome, actor: Actor) -> None:
    """Write what was found, and tell it on the timelines of those who were known before."""
    of_invoices = request.kind == Kind.INVOICES
    day = request.as_of or local_date(core.clock, core.merchant.zone)
    await merging.merge(
        tx, outcome, now=core.clock.now(), day=day, of_invoices=of_invoices, lowered=request.lowered, actor=actor
    )
    if outcome.credits_new or outcome.credits_changed:
        await credit_difference.merge(tx, now=core.clock.now())
    await history.record(
        core, tx, actor=actor, of_invoices=of_invoices, of_credits=bool(outcome.credits_changed),
        lowered=request.lowered,
    )  # fmt: skip


async def _keep(core: Core, request: ImportRequest, layout: Layout, event: LedgerImported, lists: Lists) -> None:
    """Keep the import itself, with the beginnings of its lists."""
    await ImportBatch.create(
        id=event.batch_id,
        kind=request.kind,
        file_name=event.file_name,
        sha256=layout.sha256,
        as_of=request.as_of,
        counts=event.model_dump(mode="json", include={each.name for each in fields(Outcome)}),
        rejects=_beginning(lists.rejected),
        absent=_beginning(lists.absent),
        actor=event.actor,
        created_at=core.clock.now(),
    )


def _in_the_past(core: Core, request: ImportRequest) -> None:
    today = local_date(core.clock, core.merchant.zone)
    if request.as_of is not None and request.as_of > today:
        raise OptionUnusable(
            say("--as-of {given} has not come yet; today is {today}.", given=str(request.as_of), today=today)
        )


def _beginning(written: BinaryIO) -> bytes | None:
    """Return whole lines of a list, as many as are kept; nothing when it is empty."""
    written.seek(0)
    beginning = written.read(MAX_STORED)
    return (beginning[: beginning.rfind(b"\n") + 1] if len(beginning) == MAX_STORED else beginning) or None


@contextmanager
def _lists(rejected: BinaryIO | None, absent: BinaryIO | None) -> Iterator[Lists]:
    """Give room for the lists; hand them over when all has gone well."""
    with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as other:
        lists = Lists(cast("BinaryIO", one), cast("BinaryIO", other))
        yield lists
        for written, sink in ((lists.rejected, rejected), (lists.absent, absent)):
            if sink is not None:
                written.seek(0)
                shutil.copyfileobj(written, sink)
