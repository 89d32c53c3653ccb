"""Planning: a pass over books of 10,000, 100,000 and 1,000,000 open invoices, of which one in a hundred is due."""

import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import psycopg

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.limits import Limits
from domain.kernel.transactions import Database
from domain.outreach import newcomers, planner
from plixo import database, migrations, wiring
from tests.benchmarks import books
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.databases import of_its_own

SIZES = {10_000: 0.03, 100_000: 0.07, 1_000_000: 0.07}
"""Open invoices, and the least share of the bare code's speed; of a small book, what each pass asks once is much."""

SECONDS = 10.0
MEGABYTES = 300.0
"""What a pass over a million open invoices may take."""

_BARE = """
    WITH due AS (
        SELECT e.id, e.invoice_id FROM enrolment e WHERE e.state = 'running' AND e.next_action_at <= %(now)s
        ORDER BY e.next_action_at, e.id LIMIT %(page)s FOR UPDATE SKIP LOCKED
    ), written AS (
        INSERT INTO bare_mail SELECT gen_random_uuid(), d.id, c.email FROM due d
        JOIN invoice i ON i.id = d.invoice_id JOIN contact c ON c.account_id = i.account_id
    )
    UPDATE enrolment e SET next_action_at = %(now)s::timestamptz + interval '7 days' FROM due WHERE e.id = due.id
"""
"""What any planner does: lock what is due, write a row for each contact, move on. No rule is asked."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over one book."""

    due: int
    first_look_seconds: float
    """Looking through all of them for those that are in no cadence, once after an import and then every night."""
    seconds: float
    bare_seconds: float
    idle_seconds: float
    """The pass right after it, in which nothing is due."""


@asynccontextmanager
async def a_core(address: str) -> AsyncIterator[Core]:
    """Open a core on that database, with rates, so that no book is all drafts."""
    jobs = Jobs(address, wiring.JOBS)
    async with database.opened(address, pool=4):
        await jobs.open()
        yield Core(
            clock=StandingClock(),
            database=Database(),
            jobs=jobs,
            keys=KEYS,
            merchant=MERCHANT,
            notices=wiring.NOTICES,
            limits=replace(Limits(), rates={"USD": Decimal("0.9"), "GBP": Decimal("1.15")}),
        )
        await jobs.close()


async def measured(invoices: int) -> Pass:
    """Plan one book, then see how long a pass takes in which nothing is due, then let the bare code do its part."""
    async with of_its_own() as address:
        await migrations.migrate(address, first_mode="autopilot")
        book = await books.fill(address, invoices)
        async with a_core(address) as core:
            imported = time.perf_counter()
            assert await newcomers.enrol(core) == 0
            begun = time.perf_counter()
            made = await planner.plan(core)
            planned = time.perf_counter()
            assert made == book.due, f"{made} mails for {book.due} invoices that are due, each with its own contact"
            assert await planner.plan(core) == 0
            idle = time.perf_counter()
            await core.database.execute("UPDATE enrolment SET next_action_at = %s WHERE held = '' AND id IN"
                " (SELECT enrolment_id FROM mailing_item)", (core.clock.now(),))  # fmt: skip
            bare = await _bare(address, core)
        return Pass(book.due, begun - imported, planned - begun, bare, idle - planned)


async def _bare(address: str, core: Core) -> float:
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute("CREATE TABLE bare_mail (id uuid PRIMARY KEY, enrolment_id uuid, address text)")
        begun = time.perf_counter()
        while (await connection.execute(_BARE, {"now": core.clock.now(), "page": planner.PAGE})).rowcount:
            pass
        return time.perf_counter() - begun


async def run() -> list[dict[str, Any]]:
    """Measure each size; the largest within its absolute limits, and no slower for each due invoice than the middle."""
    rows: list[dict[str, Any]] = []
    sizes = list(SIZES)
    passes = [await measured(each) for each in sizes]
    for size, each in zip(sizes, passes, strict=True):
        rows.append(
            {
                "name": f"planning pass, {each.due:,} of {size:,} open invoices due",
                "unit": "mails/s",
                "ours": each.due / each.seconds,
                "bare": each.due / each.bare_seconds,
                "limit": SIZES[size],
            }
        )
    largest = passes[-1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows += [
        {"name": f"… in at most {SECONDS:.0f} s ({largest.seconds:.1f} s; nothing due: {largest.idle_seconds:.2f} s;"
                 f" the night's look through all: {largest.first_look_seconds:.1f} s more)",
         "unit": "passes/10 s", "ours": SECONDS / largest.seconds, "bare": 1, "limit": 1},
        {"name": f"… in at most {MEGABYTES:.0f} MB ({peak:.0f} MB)",
         "unit": "passes/300 MB", "ours": MEGABYTES / peak, "bare": 1, "limit": 1},
        {"name": f"… of {sizes[-1]:,} as quick for each invoice as of {sizes[-2]:,}",
         "unit": "invoices/s", "ours": sizes[-1] / largest.seconds, "bare": sizes[-2] / passes[-2].seconds,
         "limit": 0.7},
    ]  # fmt: skip
    return rows
