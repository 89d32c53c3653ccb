"""Comparing: the rows of a file are staged and set against the ledger; nothing that lasts is changed."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import (
    absences,
    attributes,
    causes,
    credit_difference,
    difference,
    outcomes,
    rejects,
    spellings,
    staging,
)
from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.mappings import KnownLayout
from domain.ledger.csv_import.outcomes import Outcome
from domain.ledger.csv_import.rejects import Reject, RejectLog
from domain.ledger.csv_import.requests import ImportRequest, Kind, Progress
from domain.ledger.csv_import.staging import Reading, Staged
from domain.ledger.csv_import.survey import Layout


@dataclass(frozen=True, slots=True)
class Lists:
    """Where the lists of an import are written: what is rejected, and what a full export lacks."""

    rejected: BinaryIO
    absent: BinaryIO


Seen = Callable[[Layout], None]
"""Told how a file is read, as soon as that is known."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Who is told how far an import has come, and how its file is read."""

    progress: Progress | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class _Differences:
    """What comparing the rows came to, beside the rows themselves."""

    left_out: Counter[str]
    conflicts: Counter[str]
    absent: int = 0
    notes: tuple[str, ...] = ()
    credited: int = 0
    lowered: int = 0


async def outcome(
    core: Core,
    tx: Transaction,
    file: BinaryIO,
    lists: Lists,
    request: ImportRequest,
    known: KnownLayout | None,
    watched: Watched,
    *,
    lock: bool,
) -> tuple[Layout, Outcome]:
    """Stage the rows, compare them with the ledger and write the lists; with *lock* what differs is held.

    Raises:
        ImportRefused: The file cannot be read, leaves a question open, or was changed while it was read.
    """
    of_invoices = request.kind == Kind.INVOICES
    today, now = local_date(core.clock, core.merchant.zone), core.clock.now()
    with RejectLog() as early:
        staged = await staging.fill(tx, Reading(file, request, known, early, today, watched.progress))
        layout = staged.layout
        if watched.seen is not None:
            watched.seen(layout)
        found = await (_invoices(tx, request, staged, now=now, lock=lock) if of_invoices else _contacts(tx, now=now))
        people = await attributes.compare(core, tx)
        rows = Counter(await attributes.rows(tx, of_invoices=of_invoices))
        given = await credit_difference.counted(tx) if staged.credits else Counter[str]()
        dropped = await outcomes.dropped(tx)
        left_out = staged.left_out + found.left_out
        if early.rows or dropped:
            await rejects.write(lists.rejected, early, _later(tx, layout))
        if request.full and of_invoices:
            await absences.write(tx, lists.absent)
        recognised, respelt = await spellings.told(tx, of_invoices=of_invoices, limit=outcomes.EXAMPLES)
        return layout, Outcome(
            read=layout.rows,
            new=rows["new"] + given["new"],
            changed=rows["changed"] + given["changed"],
            unchanged=rows["unchanged"] + given["unchanged"],
            conflicting=found.conflicts.total(),
            rejected=early.rows + dropped.total(),
            left_out=left_out.total(),
            reasons=dict(found.conflicts + dropped + early.codes + left_out),
            customers_new=people["customers_new"],
            customers_changed=people["customers_changed"],
            contacts_new=people["contacts_new"],
            contacts_changed=people["contacts_changed"],
            absent=found.absent,
            credits_new=given["new"],
            credits_changed=given["changed"],
            credited=found.credited,
            lowered=found.lowered,
            recognised=recognised,
            examples=await outcomes.examples(tx, lowered=request.lowered) if of_invoices else (),
            notes=(*respelt, *outcomes.notes(layout, staged.unknown, people), *found.notes),
        )


async def _invoices(
    tx: Transaction, request: ImportRequest, staged: Staged, *, now: datetime, lock: bool
) -> _Differences:
    left_out = await difference.find(tx, now=now, lock=lock, ascending=staged.ascending)
    conflicts = await outcomes.conflicts(tx)
    absent = await absences.counted(tx)
    notes = await absences.find(tx) if request.full else ()
    await difference.keep_taken(tx, left_out)
    if staged.credits:
        left_out += await credit_difference.find(tx, lock=lock)
        conflicts += await credit_difference.conflicts(tx)
    why = await causes.find(tx, credits_there=bool(staged.credits), lowered=request.lowered)
    return _Differences(left_out, conflicts, absent, (*why.notes, *notes), why.credited, why.lowered)


async def _contacts(tx: Transaction, *, now: datetime) -> _Differences:
    await attributes.find_contact_rows(tx, now=now)
    return _Differences(Counter(), Counter())


async def _later(tx: Transaction, layout: Layout) -> AsyncIterator[Reject]:
    """Yield the rows that were rejected by comparing them, in the order of lines."""
    async for page in staging.pages(tx, "SELECT line, field, value, code FROM import_dropped ORDER BY line"):
        for row in page:
            yield Reject(row["line"], layout.columns.header(Field(row["field"])), row["value"], row["code"])
