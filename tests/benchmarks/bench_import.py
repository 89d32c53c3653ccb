"""Imported rows a second, against a bare COPY of the same invoices into a table with the same unique indexes.

python -m tests.benchmarks.bench_import [ROWS …]     default: 1,000 10,000 100,000; 1000000 takes a minute or two

The import reads the file twice, checks every cell, finds customers and contacts, compares with the ledger, and writes
payments, foreign keys and partial indexes besides. COPY gets rows that were made ready before the clock started.
"""

import asyncio
import io
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.ledger import csv_import
from plixo import wiring
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import START, StandingClock
from tests.conftest import KEYS, MERCHANT

SIZES = (1_000, 10_000, 100_000)

LIMITS = {1_000: 0.05, 10_000: 0.2}
"""Least share of COPY's speed: some thirty statements are run for a thousand rows as for a million."""

LIMIT = 0.33

ROUNDS = {1_000: 5, 10_000: 3}
"""Ours and bare take turns, and the best round of each counts: what else the machine does slows both."""

HEADER = (
    "Invoice Number,Customer Number,Customer Name,Invoice Date,Due Date,Currency,Amount,Balance,Status,Paid Date,"
    "Contact Name,Contact Email,Country\n"
)

ROWS_OF_A_CUSTOMER = 25

CHUNK = 1 << 18


def ledger(rows: int) -> Iterator[tuple[str, str]]:
    """Yield each invoice twice: as the file has it, and as COPY takes it; a tenth is paid history."""
    chance = random.Random(rows)
    for number in range(rows):
        customer = chance.randrange(max(1, rows // ROWS_OF_A_CUSTOMER))
        issued = date(2025, 6, 1) + timedelta(days=chance.randrange(240))
        due, cents = issued + timedelta(days=30), chance.randrange(1_000, 2_000_000)
        paid = chance.random() < 0.1
        amount = f"{cents // 100}.{cents % 100:02}"
        file = (
            f"INV-{number:08},C-{customer:06},Customer {customer} Ltd,{issued},{due},EUR,{amount},"
            f"{'0.00' if paid else amount},{'paid' if paid else 'open'},{due if paid else ''},"
            f"Contact {customer},ap{customer}@customer{customer}.example,DE\n"
        )
        stored = (
            f"{UUID(int=chance.getrandbits(128))}\tINV-{number:08}\tinv-{number:08}\t"
            f"{UUID(int=customer)}\tEUR\t{cents}\t{0 if paid else cents}\t{issued}\t{due}\t"
            f"{'settled' if paid else 'open'}\t{due if paid else chr(92) + 'N'}\t{START}\n"
        )
        yield file, stored


def write(rows: int, folder: Path) -> tuple[Path, Path]:
    """Write both forms of the ledger to files."""
    paths = folder / f"{rows}.csv", folder / f"{rows}.copy"
    with paths[0].open("w") as file, paths[1].open("w") as stored:
        file.write(HEADER)
        for one, other in ledger(rows):
            file.write(one)
            stored.write(other)
    return paths


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


async def bare(address: str, path: Path) -> float:
    """Copy the same invoices into a table of their own and return the seconds."""
    async with await psycopg.AsyncConnection.connect(address) as connection:
        await connection.execute("DROP TABLE IF EXISTS bare_invoice")
        await connection.execute("CREATE TABLE bare_invoice (LIKE invoice INCLUDING DEFAULTS)")
        await connection.execute("ALTER TABLE bare_invoice ADD PRIMARY KEY (id), ADD UNIQUE (number_key)")
        await connection.commit()
        begun = time.perf_counter()
        with path.open("rb") as stored:
            async with connection.cursor() as cursor, cursor.copy("COPY bare_invoice FROM STDIN") as copy:
                while chunk := stored.read(CHUNK):
                    await copy.write(chunk)
        await connection.commit()
        return time.perf_counter() - begun


async def measured(core: Core, address: str, rows: int, folder: Path) -> list[dict[str, Any]]:
    """Measure one size."""
    file, stored = write(rows, folder)
    first, second, copied = [], [], []
    for _ in range(ROUNDS.get(rows, 1)):
        copied.append(await bare(address, stored))
        first.append(await ours(core, file))
        second.append(await again(core, file))
    limit = LIMITS.get(rows, LIMIT)
    return [
        row(f"import of {rows:,} invoices", rows, min(first), min(copied), limit),
        row(f"import of the same {rows:,} again", rows, min(second), min(copied), limit),
    ]


def row(name: str, rows: int, seconds: float, bare_seconds: float, limit: float) -> dict[str, Any]:
    """Return one line of the table."""
    mine, other = rows / seconds, rows / bare_seconds
    return {"name": name, "size": rows, "unit": "rows/s", "ours": mine, "bare": other, "measured": mine,
            "reference": other, "ratio": mine / other, "limit": limit}  # fmt: skip


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
            for rows in sizes or named or SIZES:
                lines += await measured(core, address, rows, Path(folder))
            await jobs.close()
    return lines


def main(sizes: list[str]) -> None:
    """Print the table and the largest memory that the process had."""
    out = io.StringIO()
    for each in asyncio.run(run(tuple(int(size.replace(",", "")) for size in sizes))):
        out.write(f"{each['name']:36} {each['ours']:>10,.0f} {each['unit']} of {each['bare']:>10,.0f}"
                  f"  ratio {each['ratio']:.3f}  limit {each['limit']:.2f}\n")  # fmt: skip
    out.write(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")
    sys.stdout.write(out.getvalue())


if __name__ == "__main__":
    main(sys.argv[1:])
