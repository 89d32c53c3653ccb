"""Staging: rows are copied into temporary tables as they are read, so that the rest is done by sets in SQL."""

import asyncio
import csv
import io
import itertools
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO, LiteralString

from psycopg import sql
from psycopg.rows import dict_row

from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.ledger.csv_import import sources
from domain.ledger.csv_import.columns import Columns, Field
from domain.ledger.csv_import.customers import Customers
from domain.ledger.csv_import.faults import Fault, Faults
from domain.ledger.csv_import.invoice_batches import InvoiceBatches, divided
from domain.ledger.csv_import.invoice_rows import InvoiceRows
from domain.ledger.csv_import.mappings import KnownLayout
from domain.ledger.csv_import.records import Batch
from domain.ledger.csv_import.refusals import FileUnreadable, QuestionOpen
from domain.ledger.csv_import.rejects import RejectLog
from domain.ledger.csv_import.requests import ImportRequest, Kind, Progress
from domain.ledger.csv_import.spools import Spool, Spools
from domain.ledger.csv_import.survey import Layout, Survey, table

_TABLES = (
    """
    CREATE TEMP TABLE import_row (
        line integer NOT NULL, number text NOT NULL, number_key text NOT NULL, customer integer, currency text,
        total_minor bigint, open_minor bigint, issued_on date, due_on date, settled_on date, withdrawn boolean NOT NULL,
        told_paid boolean NOT NULL
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE import_credit (
        line integer NOT NULL, number text NOT NULL, number_key text NOT NULL, customer integer, currency text,
        total_minor bigint, open_minor bigint, issued_on date, refers_to text, reason text NOT NULL,
        withdrawn boolean NOT NULL
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE import_mangled (
        line integer PRIMARY KEY, written text NOT NULL, bare text NOT NULL, certain boolean NOT NULL
    ) ON COMMIT DROP
    """,
    "CREATE TEMP TABLE import_present (number_key text NOT NULL) ON COMMIT DROP",
    """
    CREATE TEMP TABLE import_customer (
        seq integer NOT NULL, line integer NOT NULL, key text NOT NULL, number text, name text, name_key text,
        country text, locale text, timezone text, industry text, risk text, tags text, contact_role text,
        contact_name text, emails text, email_keys text
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE import_dropped (
        line integer PRIMARY KEY, field text NOT NULL, value text NOT NULL, code text NOT NULL
    ) ON COMMIT DROP
    """,
)

_FILLED: tuple[LiteralString, ...] = (
    "import_row", "import_credit", "import_mangled", "import_present", "import_customer",
)  # fmt: skip
"""Those that the reading fills."""

_LOOKED_AT: dict[str, LiteralString] = {"import_row": " (line, number_key, customer)"}
"""What the planner has to know of a large table: the columns by which it is joined."""

_LIMITS = ("SET LOCAL work_mem = '64MB'", "SET LOCAL jit = off", "SET LOCAL default_statistics_target = 20")
"""Enough to sort and join a hundred thousand rows in memory. Compiling statements that run once only costs time, and
the planner needs to know of these tables little more than their size.
"""

_TOGETHER = 4
"""Pieces that are written at a time."""

PAGE = 500
"""Rows fetched at a time, and events written in one statement."""

RowReader = Callable[[int, list[str]], Iterable[object] | None]


@dataclass(frozen=True, slots=True)
class Staged:
    """What reading the rows came to."""

    layout: Layout
    """How they were read."""
    left_out: Counter[str]
    unknown: dict[Field, str]
    """For each attribute the first text that could not be understood."""
    credits: int = 0
    """Rows that are to the customer's credit."""
    ascending: bool = False
    """Whether the numbers of all invoices are plain, and each is greater than the one before."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One file that is read, and where what is wrong with its rows goes."""

    file: BinaryIO
    request: ImportRequest
    known: KnownLayout | None
    log: RejectLog
    today: date
    progress: Progress | None = None


async def fill(tx: Transaction, reading: Reading) -> Staged:
    """Read the rows into temporary tables of this transaction.

    How the rows are to be read is certain at the end of the file only: any of them may tell the order of its dates.
    Until then it is presumed that the first ones have told it, and where they have not all is read once more.

    Raises:
        ImportRefused: The file cannot be read, leaves a question open, or was changed while it was read.
    """
    for statement in (*_LIMITS, *_TABLES):
        await tx.execute(statement)
    survey = await asyncio.to_thread(Survey, reading.file, reading.request, reading.progress, reading.known)
    first = await asyncio.to_thread(survey.beginning)
    staged = None
    try:
        presumed = survey.layout()
    except QuestionOpen:  # the rows that follow may answer it
        await _exhausted("" for _ in survey.batches())
    else:
        staged = await _staged(tx, reading, presumed, itertools.chain(first, survey.batches()))
    layout = survey.layout()
    if staged is None or not layout.reads_as(staged.layout):
        staged = await _read_again(tx, reading, layout)
    elif survey.was_overtaken:
        raise _changed(reading)
    for name in _FILLED:
        await tx.execute(f"ANALYZE {name}{_LOOKED_AT.get(name, '')}")
    return replace(staged, layout=layout)


async def _read_again(tx: Transaction, reading: Reading, layout: Layout) -> Staged:
    """Read the file once more from its beginning, now that it is known how."""
    for name in _FILLED:
        await tx.execute(f"TRUNCATE {name}")
    reading.log.clear()
    told = sources.Tally(reading.progress, before=layout.size, whole=2 * layout.size)
    raw = sources.Bytes(reading.file, told.more)
    _, _, rows = table(raw, layout.encoding, layout.delimiter, lambda *_: layout.above)
    staged = await _staged(tx, reading, layout, rows)
    if raw.hash.hexdigest() != layout.sha256:
        raise _changed(reading)
    return staged


def _changed(reading: Reading) -> FileUnreadable:
    return FileUnreadable(say("{file} was changed while it was read. Import it again.", file=reading.request.file_name))


async def _staged(tx: Transaction, reading: Reading, layout: Layout, rows: Iterable[Batch]) -> Staged:
    """Copy rows that are read by this layout into the tables."""
    request, log = reading.request, reading.log
    customers, spools = Customers(layout.columns), Spools(present=Spool() if request.full else None)
    try:
        left_out: Counter[str] = Counter()
        ascending = False
        if request.kind == Kind.INVOICES:
            invoices = InvoiceRows(
                layout, customers, spools, currency=layout.currency, as_of=request.as_of, today=reading.today
            )
            batches = InvoiceBatches(invoices)
            await _copy(tx, "import_row", _invoices(rows, batches, invoices, log, layout.columns))
            ascending = batches.ascending
            for name, spool in spools.by_table():
                if spool.count:
                    await _copy(tx, name, spool.staged())
            left_out = invoices.left_out
        else:
            await _exhausted(_contacts(rows, customers, log, layout.columns))
        await _copy(tx, "import_customer", customers.staged())
    finally:
        customers.close()
        spools.close()
    return Staged(layout, left_out, customers.unknown, spools.credits.count, ascending)


def _invoices(
    table: Iterable[Batch], batches: InvoiceBatches, invoices: InvoiceRows, log: RejectLog, columns: Columns
) -> Iterator[str]:
    """Yield the rows of invoices as pieces of CSV."""
    for batch in table:
        faults = _broken(batch)
        for part in divided(batch, batches.read):
            if isinstance(part, str):
                yield part
                continue
            batches.ascending = False
            yield _one_by_one(part, invoices.read, faults)
        log.add(faults, columns)


def _contacts(table: Iterable[Batch], customers: Customers, log: RejectLog, columns: Columns) -> Iterator[str]:
    """Read the rows of a contacts file into *customers*; there are no others, so the pieces are empty."""
    for batch in table:
        faults = _broken(batch)
        yield _one_by_one(batch, customers.read, faults)
        log.add(faults, columns)


def _broken(batch: Batch) -> dict[int, Sequence[Fault]]:
    return {line: (Fault(None, " | ".join(cells), code),) for line, cells, code in batch.broken}


def _one_by_one(batch: Batch, read: RowReader, faults: dict[int, Sequence[Fault]]) -> str:
    """Return the rows as CSV; what is wrong with them is added to *faults*, by lines."""
    staged = []
    for line, cells in zip(batch.lines, batch.rows, strict=True):
        try:
            row = read(line, cells)
        except Faults as found:
            faults[line] = found.each
            continue
        if row is not None:
            staged.append(row)
    piece = io.StringIO()
    csv.writer(piece, lineterminator="\n").writerows(staged)  # as whole batches end; COPY takes one kind only
    return piece.getvalue()


async def _copy(tx: Transaction, name: str, pieces: Iterator[str]) -> None:
    """Copy pieces of CSV into a table."""
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(name))
    async with (
        tx.connection.cursor() as cursor,
        cursor.copy(statement) as copy,
        aclosing(_made_ahead(_joined(pieces))) as made,
    ):
        async for piece in made:
            await copy.write(piece)


def _joined(pieces: Iterator[str]) -> Iterator[str]:
    """Yield several pieces as one, since each has to go from one thread to another."""
    while some := list(itertools.islice(pieces, _TOGETHER)):
        yield "".join(some)


async def _exhausted(pieces: Iterator[str]) -> None:
    async with aclosing(_made_ahead(pieces)) as made:
        async for _ in made:
            pass


async def _made_ahead(pieces: Iterator[str]) -> AsyncGenerator[str, None]:
    """Yield pieces that are made in a thread, each while the one before is on its way to the database."""
    loop = asyncio.get_running_loop()
    coming = loop.run_in_executor(None, next, pieces, None)
    try:
        while (piece := await coming) is not None:
            coming = loop.run_in_executor(None, next, pieces, None)
            yield piece
    finally:
        coming.cancel()


async def pages(tx: Transaction, query: LiteralString) -> AsyncIterator[list[Row]]:
    """Yield the rows of a query page by page, however many there are."""
    async with tx.connection.cursor(name="import_pages", row_factory=dict_row) as cursor:
        await cursor.execute(query)
        while page := await cursor.fetchmany(PAGE):
            yield page
