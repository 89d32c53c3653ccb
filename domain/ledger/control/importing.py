"""Control import: take the merchant's own ageing from a file, once for each day, to be compared with ours."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, BinaryIO, cast
from uuid import uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.ledger.control import layouts, staging
from domain.ledger.control.faults import REJECTED, WHAT_TO_DO
from domain.ledger.control.layouts import ControlFile, ControlLayout
from domain.ledger.control.staging import ControlTotals
from domain.ledger.control.words import Shape
from domain.ledger.csv_import import header_lines, mappings, rejects, sources
from domain.ledger.csv_import.mappings import Answers, KnownLayout
from domain.ledger.csv_import.rejects import Reject, RejectLog
from domain.ledger.csv_import.requests import Progress
from domain.ledger.models import ImportBatch
from domain.ledger.parity_events import ControlTotalsImported

__all__ = ["ControlOutcome", "ControlTotals", "apply", "preview"]

KIND = "control"

LOCK = 7_154_251
"""Advisory lock: one report at a time, so that the same one is not taken twice."""

MAX_STORED_REJECTS = 1 << 20
"""Bytes of a reject log that are kept with its import; whoever imported has the whole."""

MAX_FILE_NAME = 200


@dataclass(frozen=True, slots=True)
class ControlOutcome:
    """What a report comes to."""

    shape: Shape
    as_of: date
    read: int
    rejected: int
    left_out: int
    reasons: dict[str, int]
    invoices: int
    totals: tuple[ControlTotals, ...]
    known: bool
    """Whether the latest report of that day says the same, so that nothing is new."""

    def told_reasons(self) -> list[tuple[str, int, str]]:
        """Return each reason with its number and what to do, the most frequent first."""
        ordered = sorted(self.reasons.items(), key=lambda each: (-each[1], each[0]))
        return [(code, count, WHAT_TO_DO[code]) for code, count in ordered]


@dataclass(frozen=True)
class _Work:
    """One report, with who imports it and where its parts go."""

    said: ControlFile
    actor: Actor
    rejected: BinaryIO | None
    progress: Progress | None
    seen: Callable[[ControlLayout], None]
    keep: bool
    name: str | None = None


async def preview(
    core: Core,
    said: ControlFile,
    *,
    actor: Actor,
    rejected: BinaryIO | None = None,
    progress: Progress | None = None,
    seen: Callable[[ControlLayout], None] = lambda _: None,
) -> ControlOutcome:
    """Show what a report says, and change nothing.

    Raises:
        NotAllowed: The actor may not import.
        ImportRefused: The file as a whole cannot be taken, or leaves a question open.
    """
    return (await _imported(core, _Work(said, actor, rejected, progress, seen, keep=False)))[0]


async def apply(
    core: Core,
    said: ControlFile,
    *,
    actor: Actor,
    rejected: BinaryIO | None = None,
    progress: Progress | None = None,
    seen: Callable[[ControlLayout], None] = lambda _: None,
    keep_as: str | None = None,
) -> tuple[ControlOutcome, ControlTotalsImported | None]:
    """Take a report; one that says nothing new of its day leaves no trace and no event.

    Raises:
        NotAllowed: The actor may not import.
        ImportRefused: The file as a whole cannot be taken, or leaves a question open.
    """
    name = mappings.named(keep_as) if keep_as is not None else None
    return await _imported(core, _Work(said, actor, rejected, progress, seen, keep=True, name=name))


async def _imported(core: Core, work: _Work) -> tuple[ControlOutcome, ControlTotalsImported | None]:
    work.actor.require(Permission.IMPORT)
    today = local_date(core.clock, core.merchant.zone)
    with sources.opened(work.said) as file, tempfile.TemporaryFile() as written:
        log = cast("BinaryIO", written)
        keys = await asyncio.to_thread(header_lines.keys, file)
        known = await mappings.known(core, KIND, keys.values())
        said = _filled_in(work.said, known)
        kept = known.answers if known is not None else None
        layout = await asyncio.to_thread(layouts.surveyed, file, said, today=today, progress=work.progress, kept=kept)
        work.seen(layout)
        with RejectLog() as early:
            async with core.transaction() as tx:
                await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                staged = await staging.fill(tx, file, layout=layout, log=early, progress=work.progress)
                outcome = await _outcome(tx, layout, staged, early)
                if outcome.rejected:
                    await rejects.write(log, early, _later(staged.differing), codes=REJECTED)
                if work.keep:
                    await _learn(core, tx, work, layout, known)
                event = await _kept(core, tx, said, layout, outcome, log, work.actor) if work.keep else None
        if work.rejected is not None:
            log.seek(0)
            shutil.copyfileobj(log, work.rejected)
    return outcome, event


async def _later(found: tuple[Reject, ...]) -> AsyncIterator[Reject]:
    """Yield the lines of totals that differ from what they add up; that is known when all rows are."""
    for reject in found:
        yield reject


async def _outcome(tx: Transaction, layout: ControlLayout, staged: staging.Staged, log: RejectLog) -> ControlOutcome:
    reasons = Counter(log.codes) + staged.left_out + Counter(each.code for each in staged.differing)
    latest = await tx.row(
        "SELECT f.id, b.sha256, coalesce((b.counts->>'rejected')::int, 0) AS rejected"
        " FROM control_file f JOIN import_batch b ON b.id = f.id"
        " WHERE f.as_of = %s ORDER BY f.created_at DESC, f.id LIMIT 1",
        (layout.as_of,),
    )
    same = (
        latest is not None
        and latest["sha256"] == layout.sha256
        and await staging.says_the_same(tx, latest["id"], staged.totals)
    )
    return ControlOutcome(
        shape=layout.shape,
        as_of=layout.as_of,
        read=staged.read,
        rejected=log.rows + len(staged.differing),
        left_out=staged.left_out.total(),
        reasons=dict(reasons),
        invoices=staged.invoices,
        totals=staged.totals,
        known=same,
    )


async def _kept(
    core: Core,
    tx: Transaction,
    said: ControlFile,
    layout: ControlLayout,
    outcome: ControlOutcome,
    log: BinaryIO,
    actor: Actor,
) -> ControlTotalsImported | None:
    """Keep the totals, the lines, the import with the beginning of its reject log, and the fact."""
    if outcome.known or not outcome.totals:
        return None
    event = ControlTotalsImported(
        batch_id=uuid4(),
        file_name=said.file_name[:MAX_FILE_NAME],
        shape=outcome.shape.value,
        totals=tuple(each.total for each in outcome.totals),
        **_numbers(outcome),
        **by(actor, core.clock.now()),
    )
    log.seek(0)
    beginning = log.read(MAX_STORED_REJECTS)
    if len(beginning) == MAX_STORED_REJECTS:
        beginning = beginning[: beginning.rfind(b"\n") + 1]
    await ImportBatch.create(
        id=event.batch_id,
        kind=KIND,
        file_name=event.file_name,
        sha256=layout.sha256,
        as_of=layout.as_of,
        counts=event.model_dump(mode="json", include={*_numbers(outcome), "totals", "shape"} - {"as_of"}),
        rejects=beginning or None,
        actor=event.actor,
        created_at=core.clock.now(),
    )
    await staging.keep(tx, batch=event.batch_id, as_of=layout.as_of, totals=outcome.totals, now=core.clock.now())
    await timeline.record(core, tx, event)
    return event


def _numbers(outcome: ControlOutcome) -> dict[str, Any]:
    names = ("as_of", "read", "rejected", "left_out", "reasons", "invoices")
    return {name: getattr(outcome, name) for name in names}


def _filled_in(said: ControlFile, known: KnownLayout | None) -> ControlFile:
    """Return the request with what was kept where it says nothing; dates and amounts are weighed by the survey."""
    if known is None:
        return said
    kept = known.answers
    return replace(
        said,
        currency=said.currency or kept.currency,
        encoding=said.encoding or kept.encoding,
        delimiter=said.delimiter or kept.delimiter,
    )


async def _learn(core: Core, tx: Transaction, work: _Work, layout: ControlLayout, before: KnownLayout | None) -> None:
    """Keep what was answered about the layout, if it is to be kept; the day is asked anew each time."""
    if before is not None:
        await mappings.used(core, tx, before)
    if work.name is None:
        return
    said, kept = work.said, before.answers if before is not None else Answers()
    answers = Answers(
        columns=tuple({**dict(kept.columns), **dict(said.columns)}.items()),
        currency=said.currency or kept.currency,
        date_order=said.date_order or kept.date_order,
        decimal_mark=said.decimal_mark or kept.decimal_mark,
        encoding=said.encoding or kept.encoding,
        delimiter=said.delimiter or kept.delimiter,
    )
    await mappings.keep(
        core, tx, kind=KIND, name=work.name, header_key=layout.header_key, answers=answers, actor=work.actor
    )
