"""Staging: rows are copied into temporary tables as they are read, so that the rest is done by sets in SQL."""

import asyncio
import csv
import io
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, LiteralString

from psycopg import sql
from psycopg.rows import dict_row

from domain.kernel.transactions import Row, Transaction
from domain.ledger.csv_import import records, sources
from domain.ledger.csv_import.columns import Columns, Field
from domain.ledger.csv_import.customers import Customers
from domain.ledger.csv_import.faults import Faults
from domain.ledger.csv_import.invoice_rows import InvoiceRows
from domain.ledger.csv_import.refusals import FileUnreadable
from domain.ledger.csv_import.rejects import RejectLog
from domain.ledger.csv_import.requests import ImportRequest, Kind, Progress
from domain.ledger.csv_import.survey import Layout, table

BATCH = 2_000
"""Rows read and copied at a time; in between, the process can do other things."""

_TABLES = (
    """
    CREATE TEMP TABLE import_row (
        line integer NOT NULL, number text NOT NULL, number_key text NOT NULL, customer integer, currency text,
        total_minor bigint, open_minor bigint, issued_on date, due_on date, settled_on date, withdrawn boolean NOT NULL
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE import_customer (
        seq integer NOT NULL, line integer NOT NULL, key text NOT NULL, number text, name text, name_key text,
        country text, locale text, timezone text, contact_name text, emails text, email_keys text
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE import_dropped (
        line integer PRIMARY KEY, field text NOT NULL, value text NOT NULL, code text NOT NULL
    ) ON COMMIT DROP
    """,
)

_LIMITS = ("SET LOCAL work_mem = '64MB'", "SET LOCAL jit = off")
"""Enough to sort and join a hundred thousand rows in memory; compiling statements that run once only costs time."""

PAGE = 500
"""Rows fetched at a time, and events written in one statement."""

RowReader = Callable[[int, list[str]], Iterable[object] | None]


@dataclass(frozen=True, slots=True)
class Staged:
    """What reading the rows came to."""

    read: int
    left_out: Counter[str]
    unknown: dict[Field, str]
    """For each attribute the first text that could not be understood."""


async def fill(
    tx: Transaction,
    file: BinaryIO,
    *,
    request: ImportRequest,
    layout: Layout,
    log: RejectLog,
    today: date,
    progress: Progress | None = None,
) -> Staged:
    """Read the rows into temporary tables of this transaction; what is wrong with them goes into the log.

    Raises:
        FileUnreadable: The file was changed since it was surveyed.
    """
    for statement in (*_LIMITS, *_TABLES):
        await tx.execute(statement)
    raw = sources.Bytes(file, sources.Tally(progress, before=layout.size, whole=2 * layout.size).more)
    customers = Customers(layout.columns)
    try:
        left_out: Counter[str] = Counter()
        _, rows = table(raw, layout.encoding, layout.delimiter)
        next(rows)
        if request.kind == Kind.INVOICES:
            invoices = InvoiceRows(layout, customers, currency=request.currency, as_of=request.as_of, today=today)
            await _copy(tx, "import_row", _pieces(rows, invoices.read, log, layout.columns))
            left_out = invoices.left_out
        else:
            await _exhausted(_pieces(rows, _contact(customers), log, layout.columns))
        await _copy(tx, "import_customer", customers.staged())
        if raw.hash.hexdigest() != layout.sha256:
            raise FileUnreadable(f"{request.file_name} was changed while it was read. Import it again.")
    finally:
        customers.close()
    for name in ("import_row", "import_customer"):
        await tx.execute(f"ANALYZE {name}")
    return Staged(layout.rows, left_out, customers.unknown)


def _pieces(rows: Iterator[records.Record], read: RowReader, log: RejectLog, columns: Columns) -> Iterator[str]:
    """Yield what the rows came to as pieces of CSV, some thousand rows each."""
    while batch := list(itertools.islice(rows, BATCH)):
        staged = []
        for line, cells, fault in batch:
            if fault:
                log.add(line, [("", " | ".join(cells), fault)])
                continue
            try:
                row = read(line, cells)
            except Faults as faults:
                log.add(line, [(columns.header(each.field), each.value, each.code) for each in faults.each])
                continue
            if row is not None:
                staged.append(row)
        piece = io.StringIO()
        csv.writer(piece).writerows(staged)
        yield piece.getvalue()


def _contact(customers: Customers) -> RowReader:
    def read(line: int, cells: list[str]) -> None:
        customers.add(line, cells)

    return read


async def _copy(tx: Transaction, name: str, pieces: Iterator[str]) -> None:
    """Copy pieces of CSV into a table; they are made in a thread, so that the process stays responsive."""
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(name))
    async with tx.connection.cursor() as cursor, cursor.copy(statement) as copy:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            await copy.write(piece)


async def _exhausted(pieces: Iterator[str]) -> None:
    while await asyncio.to_thread(next, pieces, None) is not None:
        pass


async def pages(tx: Transaction, query: LiteralString) -> AsyncIterator[list[Row]]:
    """Yield the rows of a query page by page, however many there are."""
    async with tx.connection.cursor(name="import_pages", row_factory=dict_row) as cursor:
        await cursor.execute(query)
        while page := await cursor.fetchmany(PAGE):
            yield page
