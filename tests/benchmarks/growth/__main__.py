"""Make ledgers of several sizes, measure everything on each, and print how each cost grows.

python -m tests.benchmarks.growth [INVOICES …]     default: 1,000 10,000 100,000; 1000000 takes some minutes

The last column is the power of the ledger's size with which a cost has grown between the two largest ledgers: 0 is
flat, 1 is linear. The exit code is 1 when a cost that should stay flat grows faster than a fifth root, or one that
should be linear faster than linear by more than a machine's moods explain.
"""

import asyncio
import logging
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from tests.benchmarks.growth import ledgers
from tests.benchmarks.growth.costs import COSTS, Cost, Order, Stage
from tests.benchmarks.growth.ledgers import Ledger
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.databases import of_its_own

SIZES = (1_000, 10_000, 100_000)

MOST = {Order.FLAT: 0.2, Order.LINEAR: 1.15}
"""The largest power of the size with which a cost of that order may grow."""

UNSEEN_SECONDS = 0.01
"""What a cost may rise by without anybody noticing; a rise below it is flat, whatever its power."""

RATES = {"USD": Decimal("0.9"), "GBP": Decimal("1.15"), "CHF": Decimal("1.05")}


@dataclass(frozen=True, slots=True)
class Column:
    """One ledger, and what everything cost on it."""

    ledger: Ledger
    made_seconds: float
    seconds: dict[str, float]
    megabytes: float


async def measured(invoices: int, folder: Path) -> Column:
    """Make a ledger of that size and measure everything on it."""
    async with of_its_own() as address:
        await migrations.migrate(address, first_mode="autopilot")
        begun = time.perf_counter()
        ledger = await ledgers.fill(address, invoices)
        made = time.perf_counter() - begun
        async with database.opened(address, pool=4):
            jobs = Jobs(address, wiring.JOBS)
            await jobs.open()
            core = Core(StandingClock(), Database(), jobs, KEYS, MERCHANT, wiring.NOTICES,
                        limits=replace(Limits(), rates=RATES))  # fmt: skip
            stage = Stage(core, ledger, folder)
            memory.fresh_peak()
            seconds = {}
            for each in COSTS:
                seconds[each.name] = await each.seconds(stage)
                sys.stderr.write(f"{invoices:>12,}  {each.name:52} {_shown(seconds[each.name])}\n")
            await jobs.close()
    return Column(ledger, made, seconds, memory.peak_megabytes())


def power(cost: Cost, columns: Sequence[Column]) -> float | None:
    """Return the power of the size with which a cost has grown between the two largest; None with one size."""
    if len(columns) < 2:
        return None
    small, large = columns[-2:]
    rise = large.seconds[cost.name] - small.seconds[cost.name]
    if rise < UNSEEN_SECONDS:
        return 0.0
    return math.log(large.seconds[cost.name] / small.seconds[cost.name]) / math.log(
        large.ledger.invoices / small.ledger.invoices
    )


def _shown(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def table(columns: Sequence[Column]) -> tuple[Table, int]:
    """Return the table, and how many costs grow too fast."""
    shown = Table("what", title="cost by size of the ledger")
    for each in columns:
        shown.add_column(f"{each.ledger.invoices:,}", justify="right")
    shown.add_column("should be")
    shown.add_column("grows by", justify="right")
    facts = {
        "open invoices": [f"{each.ledger.open:,}" for each in columns],
        "due today": [f"{each.ledger.due:,}" for each in columns],
        "invoices of the biggest customer": [f"{each.ledger.biggest:,}" for each in columns],
        "reminders in the history": [f"{each.ledger.reminders:,}" for each in columns],
        "database, bytes for each invoice": [f"{each.ledger.bytes / each.ledger.invoices:,.0f}" for each in columns],
        "made in": [_shown(each.made_seconds) for each in columns],
        "our memory at most": [f"{each.megabytes:.0f} MB" for each in columns],
    }
    for name, values in facts.items():
        shown.add_row(name, *values, "", "", style="dim")
    missed = 0
    for cost in COSTS:
        grown = power(cost, columns)
        fast = grown is not None and grown > MOST[cost.order]
        missed += fast
        words = "" if grown is None else f"{grown:.2f}{' TOO FAST' if fast else ''}"
        shown.add_row(cost.name, *(_shown(each.seconds[cost.name]) for each in columns), cost.order.value, words)
    return shown, missed


async def main(sizes: Sequence[int]) -> int:
    """Measure all sizes, print the table and return the exit code."""
    logging.getLogger().setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with TemporaryDirectory() as folder:
        columns = [await measured(each, Path(folder)) for each in sorted(sizes)]
    shown, missed = table(columns)
    Console(width=None if sys.stdout.isatty() else 140).print(shown)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main([int(each.replace(",", "")) for each in sys.argv[1:]] or SIZES)))
