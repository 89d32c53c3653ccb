"""Imported rows a second, against bare COPY of the very rows that the import has stored.

python -m tests.benchmarks.bench_import [ROWS …]     default: 1,000 10,000 100,000; 1000000 takes a minute or two

The import reads the file, checks every cell, finds customers and contacts, and compares with the ledger. The ledger is
empty, as before a first import, so from 50,000 rows on the indexes that only serve searches are built after the rows.

Bare are COPYs in one transaction of all rows that the import has made of those of the file: accounts, contacts,
invoices, and payments with their allocations for the tenth that is paid. They have all their columns, ready made as CSV
in the order of their ids, and go into empty tables with the same columns and NOT NULLs. On the first side, which is the
one that the import is held against, these tables have the same unique indexes (primary keys among them) and nothing
else: no other index, no check, no foreign key, no trigger. The two others are shown beside it: on the second the tables
have also the indexes that serve foreign keys; on the third, as twins, all indexes, checks and foreign keys, which is
how the rows have to be stored.
"""

import asyncio
import io
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.ledger import csv_import
from plixo import wiring
from tests.benchmarks import memory
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT

SIZES = (1_000, 10_000, 100_000)

LIMITS = {1_000: 0.05, 10_000: 0.12}
"""Least share of the bare COPY's speed for small files: some sixty statements are run for a thousand rows as for a
million.
"""

LIMIT = 1 / 3
"""Least share for all others, with unique indexes and nothing else on the other side."""

MEGABYTES = 300.0

GROWTH = 1 / 1.3
"""Least share of the speed with ten thousand rows that the largest file has."""

FROM = 10_000
"""The size from which on the cost of a row must not grow; in smaller files the fixed statements hide it."""

ROUNDS = {1_000: 5, 10_000: 3, 100_000: 3}
"""Ours and bare take turns, and the best round of each counts: what else the machine does slows both."""

TABLES: tuple[LiteralString, ...] = ("account", "contact", "invoice", "payment", "allocation")

KEYS_OF: dict[str, tuple[LiteralString, ...]] = {
    "contact": ("ADD FOREIGN KEY (account_id) REFERENCES bare_account",),
    "invoice": ("ADD FOREIGN KEY (account_id) REFERENCES bare_account",),
    "payment": ("ADD FOREIGN KEY (account_id) REFERENCES bare_account",),
    "allocation": (
        "ADD FOREIGN KEY (payment_id) REFERENCES bare_payment",
        "ADD FOREIGN KEY (invoice_id) REFERENCES bare_invoice",
    ),
}

UNIQUE, KEYED, TWINS = "unique indexes", "unique and foreign keys' indexes", "twins"
"""What the bare tables have: the least reading of *the same unique indexes*, a middle one, and all of the real ones."""

_INDEXES = {
    UNIQUE: "indisunique",
    KEYED: "indisunique OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = i.indrelid"
    " AND k.conkey[1] = i.indkey[0])",
}

HEADER = (
    "Invoice Number,Customer Number,Customer Name,Invoice Date,Due Date,Currency,Amount,Balance,Status,Paid Date,"
    "Contact Name,Contact Email,Country\n"
)

ROWS_OF_A_CUSTOMER = 25

CHUNK = 1 << 18


def ledger(rows: int) -> Iterator[str]:
    """Yield the lines of a file of invoices, of which a tenth is paid history."""
    chance = random.Random(rows)
    yield HEADER
    for number in range(rows):
        customer = chance.randrange(max(1, rows // ROWS_OF_A_CUSTOMER))
        issued = date(2025, 6, 1) + timedelta(days=chance.randrange(240))
        due, cents = issued + timedelta(days=30), chance.randrange(1_000, 2_000_000)
        paid = chance.random() < 0.1
        amount = f"{cents // 100}.{cents % 100:02}"
        yield (
            f"INV-{number:08},C-{customer:06},Customer {customer} Ltd,{issued},{due},EUR,{amount},"
            f"{'0.00' if paid else amount},{'paid' if paid else 'open'},{due if paid else ''},"
            f"Contact {customer},ap{customer}@customer{customer}.example,DE\n"
        )


async def ours(core: Core, path: Path) -> float:
    """Import into an empty ledger and return the seconds."""
    await core.database.execute("TRUNCATE account, import_batch, procrastinate_jobs CASCADE")
    request = csv_import.ImportRequest(kind="invoices", file_name=path.name, path=path)
    begun = time.perf_counter()
    event = await csv_import.apply(core, request, actor=SHELL)
    seconds = time.perf_counter() - begun
    assert (event.new, event.rejected) == (event.read, 0)
    return seconds


async def again(core: Core, path: Path) -> float:
    """Import the same file once more, which changes nothing, and return the seconds."""
    request = csv_import.ImportRequest(kind="invoices", file_name=path.name, path=path)
    begun = time.perf_counter()
    event = await csv_import.apply(core, request, actor=SHELL)
    assert event.unchanged == event.read
    return time.perf_counter() - begun


async def stored(core: Core, folder: Path) -> None:
    """Write all rows that the import has made of the file's into CSV files, as COPY takes them."""
    async with core.transaction() as tx, tx.connection.cursor() as cursor:
        for table in TABLES:
            query = sql.SQL("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT (FORMAT csv)").format(sql.Identifier(table))
            with (folder / table).open("wb") as out:
                async with cursor.copy(query) as copy:
                    async for piece in copy:
                        out.write(piece)


async def bare(address: str, folder: Path, *, side: str) -> float:
    """Copy the rows into tables of their own and return the seconds."""
    async with await psycopg.AsyncConnection.connect(address) as connection:
        for table in TABLES:
            await _empty(connection, table, side=side)
        await connection.commit()
        begun = time.perf_counter()
        async with connection.cursor() as cursor:
            for table in TABLES:
                target = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(f"bare_{table}"))
                with (folder / table).open("rb") as ready:
                    async with cursor.copy(target) as copy:
                        while chunk := ready.read(CHUNK):
                            await copy.write(chunk)
        await connection.commit()
        seconds = time.perf_counter() - begun
        await connection.execute("DROP TABLE bare_allocation, bare_payment, bare_invoice, bare_contact, bare_account")
    return seconds


async def _empty(connection: "psycopg.AsyncConnection[Any]", table: LiteralString, *, side: str) -> None:
    """Make an empty table like this one, with the indexes of that side; a twin has all that it has."""
    name = sql.Identifier(f"bare_{table}")
    like = sql.SQL("ALL" if side == TWINS else "DEFAULTS")
    await connection.execute(
        sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING {})").format(name, sql.Identifier(table), like)
    )
    if side == TWINS:
        for each in KEYS_OF.get(table, ()):
            await connection.execute(sql.SQL("ALTER TABLE {} {}").format(name, sql.SQL(each)))
        return
    found = await connection.execute(
        f"SELECT pg_get_indexdef(indexrelid) FROM pg_index i WHERE indrelid = %s::regclass AND ({_INDEXES[side]})",
        (table,),
    )
    for (definition,) in await found.fetchall():
        kind, _, columns = definition.partition(" USING ")
        create: LiteralString = (
            "CREATE UNIQUE INDEX ON {} USING {}" if "UNIQUE" in kind else "CREATE INDEX ON {} USING {}"
        )
        await connection.execute(sql.SQL(create).format(name, sql.SQL(cast("LiteralString", columns))))


async def measured(core: Core, address: str, rows: int, folder: Path) -> list[dict[str, Any]]:
    """Measure one size."""
    file = folder / f"{rows}.csv"
    with file.open("w") as out:
        out.writelines(ledger(rows))
    first: list[float] = []
    second: list[float] = []
    sides: dict[str, list[float]] = {side: [] for side in (UNIQUE, KEYED, TWINS)}
    for _ in range(ROUNDS.get(rows, 1)):
        first.append(await ours(core, file))
        second.append(await again(core, file))
        await stored(core, folder)
        for side, seconds in sides.items():
            seconds.append(await bare(address, folder, side=side))
    limit = LIMITS.get(rows, LIMIT)
    return [
        row(f"the same {rows:,} again, COPY with {UNIQUE}", rows, min(second), min(sides[UNIQUE]), limit),
        *(row(f"import of {rows:,}, COPY with {side}", rows, min(first), min(seconds), limit)
          for side, seconds in sides.items()),
    ]  # fmt: skip


def row(name: str, rows: int, seconds: float, bare_seconds: float, limit: float) -> dict[str, Any]:
    """Return one line of the table."""
    mine, other = rows / seconds, rows / bare_seconds
    return {"name": name, "unit": "rows/s", "ours": mine, "bare": other, "limit": limit}


async def run(sizes: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """Measure every size; those of ``BENCH_IMPORT_ROWS`` (numbers separated by spaces) instead of the default ones."""
    named = tuple(int(each) for each in os.environ.get("BENCH_IMPORT_ROWS", "").split())
    lines: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        async with a_database() as address:
            jobs = Jobs(address, wiring.JOBS)
            core = Core(clock=StandingClock(), database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT,
                        notices=wiring.NOTICES)  # fmt: skip
            await jobs.open()
            memory.fresh_peak()
            first = None
            for rows in sizes or named or SIZES:
                lines += (each := await measured(core, address, rows, Path(folder)))
                first = each[1] if first is None or rows <= FROM else first
            peak = memory.peak_megabytes()
            await jobs.close()
    assert first is not None, "there is a size"
    return [*lines, *_absolute(first, lines[-3], peak)]


def _absolute(first: dict[str, Any], largest: dict[str, Any], peak: float) -> list[dict[str, Any]]:
    """Return the lines that are not measured against bare code: memory, and how the cost of a row grows."""
    return [
        {"name": f"… in at most {MEGABYTES:.0f} MB ({peak:.0f} MB)",
         "unit": "imports/300 MB", "ours": MEGABYTES / peak, "bare": 1, "limit": 1},
        {"name": f"… the largest as quick for each row as one of {FROM:,}",
         "unit": "rows/s", "ours": largest["ours"], "bare": first["ours"], "limit": GROWTH},
    ]  # fmt: skip


def main(sizes: list[str]) -> None:
    """Print the table."""
    out = io.StringIO()
    for each in asyncio.run(run(tuple(int(size.replace(",", "")) for size in sizes))):
        out.write(f"{each['name']:56} {each['ours']:>10,.1f} {each['unit']} of {each['bare']:>10,.1f}"
                  f"  ratio {each['ours'] / each['bare']:.3f}  limit {each['limit']:.2f}\n")  # fmt: skip
    sys.stdout.write(out.getvalue())


if __name__ == "__main__":
    main(sys.argv[1:])
