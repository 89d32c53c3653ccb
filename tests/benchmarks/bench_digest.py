"""Digest: how long all figures of one digest take, and those of a hundred readers, by size of the ledger.

python -m tests.benchmarks.bench_digest [INVOICES …]     default: the sizes in PLIXO_BENCH_SIZES, or 10000 and 100000

``PLIXO_BENCH_SIZES=10000,100000,1000000`` runs them one after another. The bare code adds up the same tables once, one
sequential aggregate each: what any answer about the whole ledger costs at least. The figures are rates (per second),
so the ratio says how many such passes a digest may cost at most: twelve for a day's, 25 for a week's, which looks back
over 90 days twice. A hundred readers share the figures that are the same for all and cost little more than one.
"""

import asyncio
import os
import sys
from typing import Any

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.operations import digest_contents
from domain.operations.digest_contents import Common, Kind
from plixo import database, migrations, wiring
from tests.benchmarks import books
from tests.benchmarks.bench_readiness import seconds
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.databases import of_its_own

SIZES = tuple(int(each) for each in os.environ.get("PLIXO_BENCH_SIZES", "10000,100000").split(","))

READERS = 100

LIMITS = {"a day's": 1 / 12, "a week's": 1 / 25, f"a day's, {READERS} readers,": 1 / 30}
"""Of the bare passes, for each kind of digest; a hundred readers have a query each for what waits for them."""

_BARE = (
    "SELECT currency, count(*), sum(open_minor), min(due_on) FROM invoice GROUP BY currency",
    "SELECT currency, count(*), sum(amount_minor) FROM payment GROUP BY currency",
    "SELECT count(*), sum(amount_minor) FROM allocation",
    "SELECT currency, count(*), sum(amount_minor) FROM promise GROUP BY currency",
    "SELECT state, count(*) FROM mailing GROUP BY state",
    "SELECT state, count(*) FROM enrolment GROUP BY state",
    "SELECT count(*) FROM contact",
    "SELECT count(*), max(name) FROM account",
)

_PAYMENTS = """
    INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on, method,
                         created_at)
    SELECT md5('payment' || i.number)::uuid, i.account_id, 'payment', 'stripe', 'ch_' || i.number, i.currency,
           i.total_minor - i.open_minor, %(today)s::date - (substr(i.number, 3)::bigint %% 90)::int, 'card', %(now)s
    FROM invoice i WHERE i.open_minor < i.total_minor
"""

_ALLOCATIONS = """
    INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, created_at)
    SELECT md5('allocation' || i.number)::uuid, md5('payment' || i.number)::uuid, i.id, i.total_minor - i.open_minor,
           %(now)s
    FROM invoice i WHERE i.open_minor < i.total_minor
"""

_PROMISES = """
    INSERT INTO promise (id, invoice_id, account_id, currency, amount_minor, promised_on, grace_days, source, state,
                         made_by, created_at)
    SELECT md5('promise' || i.number)::uuid, i.id, i.account_id, i.currency, i.open_minor,
           %(today)s::date - (substr(i.number, 3)::bigint %% 30)::int + 15, 2, 'operator', 'running', 'bench', %(now)s
    FROM invoice i WHERE substr(i.number, 3)::bigint %% 25 = 0
"""


async def measured(size: int) -> list[dict[str, Any]]:
    """Measure a ledger of one size."""
    async with of_its_own() as address:
        await migrations.migrate(address, first_mode="autopilot")
        await books.fill(address, size)
        async with database.opened(address, pool=4):
            core = Core(StandingClock(), Database(), Jobs(address, wiring.JOBS), KEYS, MERCHANT, wiring.NOTICES)
            await _prepare(core)
            bare = await seconds(lambda: _passes(core))
            took = {
                "a day's": await seconds(lambda: digest_contents.compose(core, kind=Kind.DAILY, actor=SHELL)),
                "a week's": await seconds(lambda: digest_contents.compose(core, kind=Kind.WEEKLY, actor=SHELL)),
                f"a day's, {READERS} readers,": await seconds(lambda: _readers(core)),
            }
    return [
        {"name": f"digest: {what} of {size:,} invoices", "unit": "1/s", "ours": 1 / each, "bare": 1 / bare,
         "limit": LIMITS[what]}
        for what, each in took.items()
    ]  # fmt: skip


async def _passes(core: Core) -> None:
    for each in _BARE:
        await core.database.rows(each)


async def _readers(core: Core) -> None:
    common = Common()
    for _ in range(READERS):
        await digest_contents.compose(core, kind=Kind.DAILY, actor=SHELL, common=common)


async def _prepare(core: Core) -> None:
    """Pay what is paid of the ledger's invoices, promise some of the rest, and count it all as a server does."""
    values = {"today": core.clock.now().date(), "now": core.clock.now()}
    async with core.transaction() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        for each in (_PAYMENTS, _ALLOCATIONS, _PROMISES):
            await tx.execute(each, values)
    await core.database.execute("ANALYZE payment, allocation, promise", ())


async def run(sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """Measure every size."""
    return [row for size in sizes for row in await measured(size)]


if __name__ == "__main__":
    for row in asyncio.run(run(tuple(map(int, sys.argv[1:])) or SIZES)):
        sys.stdout.write(f"{row} ratio {row['ours'] / row['bare']:.3f}\n")
