"""Bank import: take a statement's new movements, once, however often and in whichever overlapping files they come."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

from domain.cash_application import bank_layouts, bank_mappings, bank_repeats, bank_staging, camt_entries, camt_rows
from domain.cash_application.bank_faults import REJECTED, WHAT_TO_DO
from domain.cash_application.bank_layouts import BankFile, BankLayout
from domain.cash_application.bank_questions import BankAccountUnclear
from domain.cash_application.camt_rows import CamtLayout
from domain.cash_application.reading_events import BankLinesImported
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import mappings, rejects, sources
from domain.ledger.csv_import.mappings import KnownLayout
from domain.ledger.csv_import.refusals import OptionUnusable
from domain.ledger.csv_import.rejects import Reject, RejectLog
from domain.ledger.csv_import.requests import Progress
from domain.ledger.models import ImportBatch

LOCK = 7_154_241
"""Advisory lock: one statement at a time, so that the how-manieth of two equal lines is the same for all."""

MAX_STORED_REJECTS = 1 << 20
"""Bytes of a reject log that are kept with its import; whoever imported has the whole."""

MAX_FILE_NAME = 200

Layout = BankLayout | CamtLayout
"""How a table is read, or what a camt.053 file told of itself."""


@dataclass(frozen=True, slots=True)
class BankOutcome:
    """The numbers of a statement; ``new`` to ``left_out`` add up to ``read``."""

    read: int
    new: int
    known: int
    rejected: int
    left_out: int
    reasons: dict[str, int]
    came_in: tuple[Money, ...]
    """Of the new lines, by currency."""
    went_out: tuple[Money, ...]
    doubted: int
    """Of the new lines, those that only a person may post: own money that came back, and what may be there already."""
    accounts: tuple[str, ...]
    """The merchant's accounts that the lines are of."""

    def told_reasons(self) -> list[tuple[str, int, str]]:
        """Return each reason with its number and what to do, the most frequent first."""
        ordered = sorted(self.reasons.items(), key=lambda each: (-each[1], each[0]))
        return [(code, count, say(WHAT_TO_DO[code])) for code, count in ordered]


async def preview(
    core: Core,
    said: BankFile,
    *,
    actor: Actor,
    rejected: BinaryIO | None = None,
    progress: Progress | None = None,
    seen: Callable[[Layout], None] | None = None,
) -> BankOutcome:
    """Show what a statement would bring, and change nothing.

    Raises:
        NotAllowed: The actor may not import.
        ImportRefused: The file as a whole cannot be taken, or leaves a question open.
    """
    outcome, _ = await _imported(core, said, actor=actor, rejected=rejected, progress=progress, seen=seen, keep=False)
    return outcome


async def apply(
    core: Core,
    said: BankFile,
    *,
    actor: Actor,
    rejected: BinaryIO | None = None,
    progress: Progress | None = None,
    seen: Callable[[Layout], None] | None = None,
    keep_as: str | None = None,
) -> tuple[BankOutcome, BankLinesImported | None]:
    """Take a statement's new movements; a statement that brings none leaves no trace and no event.

    What was said about the layout is kept as *keep_as*, for statements with the same headers.

    Raises:
        NotAllowed: The actor may not import.
        ImportRefused: The file as a whole cannot be taken, or leaves a question open.
    """
    name = mappings.named(keep_as) if keep_as is not None else None
    return await _imported(
        core, said, actor=actor, rejected=rejected, progress=progress, seen=seen, keep=True, name=name
    )


async def _imported(
    core: Core,
    said: BankFile,
    *,
    actor: Actor,
    rejected: BinaryIO | None,
    progress: Progress | None,
    seen: Callable[[Layout], None] | None,
    keep: bool,
    name: str | None = None,
) -> tuple[BankOutcome, BankLinesImported | None]:
    actor.require(Permission.IMPORT)
    today = local_date(core.clock, core.merchant.zone)
    with sources.opened(said) as file, tempfile.TemporaryFile() as written:
        log = cast("BinaryIO", written)
        found = await _surveyed(core, file, said, today=today, progress=progress, name=name)
        said, layout = found.said, found.layout
        if seen is not None:
            seen(layout)
        early = RejectLog()
        try:
            async with core.transaction() as tx:
                await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                await _require_account(tx, said, layout)
                staged = await bank_staging.fill(
                    core, tx, file, said=said, layout=layout, form=found.form, log=early, today=today, progress=progress
                )
                outcome = await _outcome(tx, staged, early)
                if early.rows:
                    await rejects.write(log, early, _none(), codes=REJECTED)
                if keep and isinstance(layout, BankLayout):
                    await bank_mappings.learn(
                        core, tx, said, layout, lines=found.lines, before=found.known, name=name, actor=actor
                    )
                if keep:
                    await bank_repeats.tell_known(tx)
                event = await _kept(core, tx, found, outcome, log, actor) if keep and outcome.new else None
        finally:
            early.close()
        if rejected is not None:
            log.seek(0)
            shutil.copyfileobj(log, rejected)
    return outcome, event


@dataclass(frozen=True, slots=True)
class _Found:
    """What the first reading of a file found out, and what was known of its layout before."""

    said: BankFile
    layout: Layout
    lines: Mapping[int, str] = field(default_factory=dict)
    known: KnownLayout | None = None

    @property
    def form(self) -> str:
        """How the file is written; files of one form spell one payment alike."""
        if isinstance(self.layout, CamtLayout):
            return self.layout.form
        return self.lines.get(self.layout.place.above, "") or "table"


async def _surveyed(
    core: Core, file: BinaryIO, said: BankFile, *, today: date, progress: Progress | None, name: str | None
) -> _Found:
    """Read the file once: a table as its headers and what was kept about them say, XML as camt.053.

    Raises:
        ImportRefused: The file as a whole cannot be taken, or leaves a question open.
    """
    if camt_entries.is_xml(file):
        if name is not None:
            raise OptionUnusable(say("A camt.053 file explains itself and has no layout to keep; leave --save out."))
        layout = await asyncio.to_thread(camt_rows.surveyed, file, name=said.file_name, progress=progress)
        return _Found(said, layout)
    lines = await asyncio.to_thread(bank_mappings.keys, file)
    known = await bank_mappings.known(core, lines)
    said = bank_mappings.filled_in(said, known)
    kept = known.answers if known else None
    table = await asyncio.to_thread(bank_layouts.surveyed, file, said, today=today, progress=progress, kept=kept)
    return _Found(said, table, lines, known)


async def _none() -> AsyncIterator[Reject]:
    """Yield nothing: bank lines are rejected while they are read, and never by comparing them."""
    for reject in cast("tuple[Reject, ...]", ()):
        yield reject


async def _require_account(tx: Transaction, said: BankFile, layout: Layout) -> None:
    """Ask whose statement it is when several accounts are known and neither the file nor the request tells.

    Raises:
        BankAccountUnclear: The question.
    """
    named = layout.accounts if isinstance(layout, CamtLayout) else layout.account
    if said.account or named or bank_staging.names_account(layout):
        return
    known = await tx.rows("SELECT DISTINCT bank_account FROM bank_line WHERE bank_account <> '' ORDER BY 1 LIMIT 20")
    if known:
        raise BankAccountUnclear(tuple(row["bank_account"] for row in known))


async def _outcome(tx: Transaction, staged: bank_staging.Staged, log: RejectLog) -> BankOutcome:
    new = await bank_staging.new_lines(tx)
    count = sum(row["lines"] for row in new)
    return BankOutcome(
        read=staged.read,
        new=count,
        known=staged.movements - count,
        rejected=log.rows,
        left_out=staged.left_out.total(),
        reasons=dict(Counter(log.codes) + staged.left_out),
        came_in=tuple(Money(int(row["came_in"]), row["currency"]) for row in new if row["came_in"]),
        went_out=tuple(Money(int(row["went_out"]), row["currency"]) for row in new if row["went_out"]),
        doubted=sum(row["doubted"] for row in new),
        accounts=staged.accounts,
    )


async def _kept(
    core: Core,
    tx: Transaction,
    found: _Found,
    outcome: BankOutcome,
    log: BinaryIO,
    actor: Actor,
) -> BankLinesImported:
    """Keep the lines, the import with the beginning of its reject log, and the fact."""
    batch: UUID = uuid4()
    event = BankLinesImported(
        batch_id=batch,
        file_name=found.said.file_name[:MAX_FILE_NAME],
        bank_account=", ".join(outcome.accounts),
        **_numbers(outcome),
        **by(actor, core.clock.now()),
    )
    log.seek(0)
    beginning = log.read(MAX_STORED_REJECTS)
    if len(beginning) == MAX_STORED_REJECTS:
        beginning = beginning[: beginning.rfind(b"\n") + 1]
    await ImportBatch.create(
        id=batch,
        kind="bank",
        file_name=event.file_name,
        sha256=found.layout.sha256,
        counts=event.model_dump(mode="json", include=set(_numbers(outcome))),
        rejects=beginning or None,
        actor=event.actor,
        created_at=core.clock.now(),
    )
    await bank_staging.keep(tx, batch=batch, form=found.form, now=core.clock.now())
    await timeline.record(core, tx, event)
    return event


def _numbers(outcome: BankOutcome) -> dict[str, Any]:
    names = ("read", "new", "known", "rejected", "left_out", "reasons", "came_in", "went_out", "doubted")
    return {name: getattr(outcome, name) for name in names}
