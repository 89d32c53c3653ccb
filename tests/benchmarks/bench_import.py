"""Imported rows a second, against bare COPY of the very rows that the import has stored.

python -m tests.benchmarks.bench_import [ROWS …]     default: 1,000 10,000 100,000; 1000000 takes a minute or two

The import reads the file twice, checks every cell, finds customers and contacts, compares with the ledger, and writes
payments besides. COPY gets the invoices alone, ready made, once into a table with the same unique indexes, once into
a twin of the invoice table: with all its indexes, checks and its foreign key, which no way of storing them can avoid.
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
from typing import Any, LiteralString

import psycopg

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.ledger import csv_import
from plixo import wiring
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT

SIZES = (1_000, 10_000, 100_000)

LIMITS = {1_000: (0.04, 0.08), 10_000: (0.07, 0.18)}
"""Least share of either COPY's speed: some forty statements are run for a thousand rows as for a million."""

LIMIT = (0.11, 0.28)

ROUNDS = {1_000: 5, 10_000: 3}
"""Ours and bare take turns, and the best round of each counts: what else the machine does slows both."""

UNIQUE = "ADD PRIMARY KEY (id), ADD UNIQUE (number_key)"

TWIN = "ADD FOREIGN KEY (account_id) REFERENCES account"

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


async def stored(core: Core, path: Path) -> None:
    """Write the invoices as they are stored into a file, as COPY takes them."""
    async with core.transaction() as tx, tx.connection.cursor() as cursor:
        with path.open("wb") as out:
            async with cursor.copy("COPY (SELECT * FROM invoice ORDER BY id) TO STDOUT") as copy:
                async for piece in copy:
                    out.write(piece)


async def bare(address: str, path: Path, *, like: LiteralString, rules: LiteralString) -> float:
    """Copy the invoices into a table of their own and return the seconds."""
    async with await psycopg.AsyncConnection.connect(address) as connection:
        await connection.execute("DROP TABLE IF EXISTS bare_invoice")
        await connection.execute(f"CREATE TABLE bare_invoice (LIKE invoice INCLUDING {like})")
        await connection.execute(f"ALTER TABLE bare_invoice {rules}")
        await connection.commit()
        begun = time.perf_counter()
        with path.open("rb") as ready:
            async with connection.cursor() as cursor, cursor.copy("COPY bare_invoice FROM STDIN") as copy:
                while chunk := ready.read(CHUNK):
                    await copy.write(chunk)
        await connection.commit()
        seconds = time.perf_counter() - begun
        await connection.execute("DROP TABLE bare_invoice")
    return seconds


async def measured(core: Core, address: str, rows: int, folder: Path) -> list[dict[str, Any]]:
    """Measure one size."""
    file, ready = folder / f"{rows}.csv", folder / f"{rows}.copy"
    with file.open("w") as out:
        out.writelines(ledger(rows))
    first, second, unique, twin = [], [], [], []
    for _ in range(ROUNDS.get(rows, 1)):
        first.append(await ours(core, file))
        second.append(await again(core, file))
        await stored(core, ready)
        unique.append(await bare(address, ready, like="DEFAULTS", rules=UNIQUE))
        twin.append(await bare(address, ready, like="ALL", rules=TWIN))
    of_unique, of_twin = LIMITS.get(rows, LIMIT)
    return [
        row(f"import of {rows:,}, COPY with unique indexes", rows, min(first), min(unique), of_unique),
        row(f"import of {rows:,}, COPY into a twin", rows, min(first), min(twin), of_twin),
        row(f"the same {rows:,} again, COPY with unique indexes", rows, min(second), min(unique), of_unique),
    ]


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
            for rows in sizes or named or SIZES:
                lines += await measured(core, address, rows, Path(folder))
            await jobs.close()
    return lines


def main(sizes: list[str]) -> None:
    """Print the table and the largest memory that the process had."""
    out = io.StringIO()
    for each in asyncio.run(run(tuple(int(size.replace(",", "")) for size in sizes))):
        out.write(f"{each['name']:56} {each['ours']:>10,.0f} {each['unit']} of {each['bare']:>10,.0f}"
                  f"  ratio {each['ours'] / each['bare']:.3f}  limit {each['limit']:.2f}\n")  # fmt: skip
    out.write(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")
    sys.stdout.write(out.getvalue())


if __name__ == "__main__":
    main(sys.argv[1:])
