"""The top of the queue, explanations and judged invoices a second, against the least SQL that answers the same.

python -m tests.benchmarks.bench_queue [INVOICES …]     default: 10,000 100,000; 1000000 takes some minutes

Bare pages read the ten largest scores from the kept list with number, customer and balance, and nothing else: no look
at what changed meanwhile, no reasons, no claims. Bare explanations read an invoice, its customer and its mails. Bare
judging writes a score from the due date alone.

Looks are compared by their processor time, ours and the database's together, which says the same on a busy machine and
on one that has nothing else to do; what the slowest took by the clock stands beside it.
"""

import asyncio
import io
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.casework import queue, why, worklist
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from plixo import wiring
from tests.benchmarks import books
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT

SIZES = (10_000, 100_000)

LOOKS = 60

LIMITS = {"page": 0.03, "why": 0.04, "judged": 0.015}
"""Least share of the bare speed."""

BUDGETS_MS = {"page": 50, "why": 20}
"""What a look may take at the 95th percentile on an idle machine; shown, not enforced: the machine may be busy."""

BUSY_LIMIT = 0.5
"""Most of that budget that may be processor time, on average; enforced where the system tells a backend's share."""

_TOP = """
    SELECT i.number, a.name, i.open_minor, w.score FROM worklist w JOIN invoice i ON i.id = w.invoice_id
    JOIN account a ON a.id = w.account_id WHERE NOT w.stopped
    ORDER BY w.score DESC, w.open_major DESC, w.due_on, w.invoice_id LIMIT 10
"""

_ONE = """
    SELECT i.number, a.name, g.letter, g.state FROM invoice i JOIN account a ON a.id = i.account_id
    LEFT JOIN mailing g ON g.invoice_id = i.id WHERE i.number_key = %s
"""

_BARE_SCORES = """
    INSERT INTO worklist (invoice_id, account_id, score, stopped, open_major, due_on, judged_by, changes_at)
    SELECT id, account_id, %s - due_on, false, open_minor / 100, due_on, 0, 'infinity' FROM invoice WHERE state = 'open'
"""


@dataclass(frozen=True, slots=True)
class Looks:
    """How some looks went."""

    seconds: list[float]
    """By the clock, each."""
    busy_seconds: float | None
    """Processor time of one, on average; None where the system does not tell it."""


async def looks(core: Core, what: Callable[[], Awaitable[Any]]) -> Looks:
    """Take some looks, after a few that nobody counts."""
    for _ in range(10):
        await what()
    rows = await core.database.rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    backends = [Path(f"/proc/{row['pid']}/schedstat") for row in rows]
    before, taken = _busy(backends), []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        await what()
        taken.append(time.perf_counter() - begun)
    after = _busy(backends)
    return Looks(taken, None if before is None or after is None else (after - before) / LOOKS)


def _busy(backends: list[Path]) -> float | None:
    """Return the processor time of this process and of those; jobs' idle connections among them add nothing."""
    try:
        theirs = sum(int(each.read_text().split()[0]) for each in backends)
    except (OSError, ValueError, IndexError):
        return None
    return time.process_time() + theirs / 1e9


async def measured(core: Core, address: str, invoices: int) -> list[dict[str, Any]]:
    """Measure one size."""
    await books.fill(address, invoices)
    begun = time.perf_counter()
    await core.database.execute(_BARE_SCORES, (core.clock.now().date(),))
    bare_judging = time.perf_counter() - begun
    begun = time.perf_counter()
    assert await worklist.refresh_all(core) >= invoices
    judging = time.perf_counter() - begun
    await core.database.execute("ANALYZE worklist")
    chance = random.Random(invoices)

    def number() -> str:
        return f"N-{chance.randrange(1, invoices)}"

    page = await looks(core, lambda: queue.page(core, actor=SHELL))
    bare_page = await looks(core, lambda: core.database.rows(_TOP))
    explained = await looks(core, lambda: why.explain(core, invoice_number=number(), actor=SHELL))
    bare_explained = await looks(core, lambda: core.database.rows(_ONE, (number().lower(),)))
    return [
        of_looks(f"top of a queue of {invoices:,}", "page", page, bare_page),
        of_looks(f"why, of {invoices:,}", "why", explained, bare_explained),
        {
            "name": f"judging {invoices:,} anew", "unit": "invoices/s", "ours": invoices / judging,
            "bare": invoices / bare_judging, "limit": LIMITS["judged"], "slow": "",
        },
    ]  # fmt: skip


def of_looks(name: str, what: str, ours: Looks, bare: Looks) -> dict[str, Any]:
    """Return one line of the table."""
    slowest, budget = sorted(ours.seconds)[int(LOOKS * 0.95)] * 1000, BUDGETS_MS[what]
    slow = f"p95 {slowest:.1f} ms of {budget}"
    if ours.busy_seconds is not None:
        busy = ours.busy_seconds * 1000
        assert busy <= budget * BUSY_LIMIT, f"{name} takes {busy:.1f} ms of processor time"
        slow += f"; processor time {busy:.1f} ms"
    return {
        "name": name, "unit": "looks/s", "ours": 1 / (ours.busy_seconds or statistics.median(ours.seconds)),
        "bare": 1 / (bare.busy_seconds or statistics.median(bare.seconds)), "limit": LIMITS[what], "slow": slow,
    }  # fmt: skip


async def run(sizes: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """Measure every size; those of ``BENCH_QUEUE_INVOICES`` (numbers separated by spaces) instead of the default."""
    named = tuple(int(each) for each in os.environ.get("BENCH_QUEUE_INVOICES", "").split())
    lines: list[dict[str, Any]] = []
    for invoices in sizes or named or SIZES:
        async with a_database() as address:
            jobs = Jobs(address, wiring.JOBS)
            core = Core(clock=StandingClock(), database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT,
                        notices=wiring.NOTICES)  # fmt: skip
            await jobs.open()
            lines += await measured(core, address, invoices)
            await jobs.close()
    return lines


def main(sizes: list[str]) -> None:
    """Print the table, with the slowest looks in milliseconds."""
    out = io.StringIO()
    for each in asyncio.run(run(tuple(int(size.replace(",", "")) for size in sizes))):
        rates = (
            f"{each['ours']:>9,.0f} {each['unit']} of {each['bare']:>9,.0f}  ratio {each['ours'] / each['bare']:.3f}"
        )
        out.write(f"{each['name']:32} {rates}  limit {each['limit']:.2f}  {each['slow']}\n")
    sys.stdout.write(out.getvalue())


if __name__ == "__main__":
    main(sys.argv[1:])
