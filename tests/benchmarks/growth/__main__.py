"""Make ledgers of several sizes, measure everything on each, and print how each cost grows.

python -m tests.benchmarks.growth [--keep] [INVOICES …]     default: 10,000 100,000

1000000 takes some minutes, 10000000 about twenty and 30 GB of disk; what would take too long there is left out and said
to be. With --keep the figures are kept in docs/growth.json, and the table and the picture of docs/scale.md follow.

The last column is the power of the ledger's size with which a cost has grown between the two largest ledgers: 0 is
flat, 1 is linear. The exit code is 1 when a cost that should stay flat grows faster than a fifth root, or one that
should be linear faster than linear by more than a machine's moods explain.
"""

import asyncio
import logging
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from rich.console import Console
from rich.table import Table

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.limits import Limits
from domain.kernel.transactions import Database
from plixo import database, migrations, wiring
from tests.benchmarks import memory
from tests.benchmarks.growth import figures, ledgers, page
from tests.benchmarks.growth.costs import COSTS, Stage
from tests.benchmarks.growth.figures import Column
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT, SERVER_FOLDER
from tests.databases import of_its_own

SIZES = (10_000, 100_000)

LEAST = 10_000
"""Invoices; of fewer, too few are open for a night's bank lines and imports to leave any."""

BYTES = 3_000
"""Disk that an invoice needs while its ledger is made and worked on: the database, its log and what is sorted."""

RATES = {"USD": Decimal("0.9"), "GBP": Decimal("1.15"), "CHF": Decimal("1.05")}


async def measured(invoices: int, folder: Path) -> Column:
    """Make a ledger of that size and measure everything on it."""
    free = shutil.disk_usage(SERVER_FOLDER.parent.parent).free
    if free < invoices * BYTES:
        sys.exit(f"{invoices:,} invoices need {invoices * BYTES / 1e9:.0f} GB of disk; {free / 1e9:.0f} GB are free.")
    async with of_its_own() as address:
        await migrations.migrate(address, first_mode="autopilot")
        begun = time.perf_counter()
        ledger = await ledgers.fill(address, invoices)
        made = time.perf_counter() - begun
        sys.stderr.write(f"{invoices:>12,}  {'made':52} {figures.shown(made)}\n")
        async with database.opened(address, pool=4):
            jobs = Jobs(address, wiring.JOBS)
            await jobs.open()
            core = Core(StandingClock(), Database(), jobs, KEYS, MERCHANT, wiring.NOTICES,
                        limits=replace(Limits(), rates=RATES))  # fmt: skip
            stage = Stage(core, ledger, folder)
            memory.fresh_peak()
            seconds = {}
            for each in COSTS:
                if each.most is not None and invoices > each.most:
                    sys.stderr.write(f"{invoices:>12,}  {each.name:52} left out\n")
                    continue
                seconds[each.name] = await each.seconds(stage)
                sys.stderr.write(f"{invoices:>12,}  {each.name:52} {figures.shown(seconds[each.name])}\n")
            await jobs.close()
    return Column(ledger, made, seconds, memory.peak_megabytes(), datetime.now(UTC).date().isoformat())


def table(columns: Sequence[Column]) -> tuple[Table, int]:
    """Return the table, and how many costs grow too fast."""
    titled = Table("what", title="cost by size of the ledger")
    for each in columns:
        titled.add_column(f"{each.ledger.invoices:,}", justify="right")
    titled.add_column("should be")
    titled.add_column("grows by", justify="right")
    facts = {
        "open invoices": [f"{each.ledger.open:,}" for each in columns],
        "due today": [f"{each.ledger.due:,}" for each in columns],
        "invoices of the biggest customer": [f"{each.ledger.biggest:,}" for each in columns],
        "reminders in the history": [f"{each.ledger.reminders:,}" for each in columns],
        "database, bytes for each invoice": [f"{each.ledger.bytes / each.ledger.invoices:,.0f}" for each in columns],
        "made in": [figures.shown(each.made_seconds) for each in columns],
        "our memory at most": [f"{each.megabytes:.0f} MB" for each in columns],
    }
    for name, values in facts.items():
        titled.add_row(name, *values, "", "", style="dim")
    for cost in COSTS:
        grown, fast = figures.power(cost, columns), figures.too_fast(cost, columns)
        words = "" if grown is None else f"{grown:.2f}{' TOO FAST' if fast else ''}"
        times = [
            figures.shown(each.seconds[cost.name]) if cost.name in each.seconds else "left out" for each in columns
        ]
        titled.add_row(cost.name, *times, cost.order.value, words)
    return titled, sum(figures.too_fast(cost, columns) for cost in COSTS)


async def main(sizes: Sequence[int], *, keep: bool) -> int:
    """Measure all sizes, print the table and return the exit code."""
    logging.getLogger().setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    columns = []
    with TemporaryDirectory() as folder:
        for size in sorted(sizes):
            columns.append(await measured(size, Path(folder)))
            if keep:
                figures.keep(columns)
                page.write()
    shown, missed = table(columns)
    Console(width=None if sys.stdout.isatty() else 140).print(shown)
    return int(missed > 0)


if __name__ == "__main__":
    asked = [each for each in sys.argv[1:] if each != "--keep"]
    numbers = [int(each.replace(",", "")) for each in asked] or list(SIZES)
    if min(numbers) < LEAST:
        sys.exit(f"The smallest ledger that a day can be played on has {LEAST:,} invoices.")
    sys.exit(asyncio.run(main(numbers, keep="--keep" in sys.argv)))
