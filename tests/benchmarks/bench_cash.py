"""Bank lines matched and posted a second, over a ledger of open invoices whose truth is known; and how many are right.

python -m tests.benchmarks.bench_cash [LINES INVOICES]     default: 10,000 lines over 100,000 open invoices

Bare matching reads what any matcher must read: each line that waits and each open invoice, once. Bare posting writes a
payment, its allocation, the invoice's balance and the line, one transaction a line, with nothing checked or recorded.
"""

import asyncio
import sys
import time
from typing import Any

from domain.cash_application import booking, lookups, matching, payer_words, posting
from domain.cash_application.models import BankLine
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from plixo import wiring
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.domain.cash_application import book_runs, books

LINES, INVOICES = 10_000, 100_000

LIMITS = {"matched": 0.02, "posted": 0.05, "right": 0.6, "not wrong": 1.0}
"""Least share of the bare speed; of lines that pay something, the least share that posts itself; none wrongly."""

BARE_POSTED = 300
"""Lines that are posted barely, enough for a rate."""

_LINES = "SELECT * FROM bank_line WHERE state IN ('new', 'proposed') ORDER BY created_at, id"

_DEBTS = """
    SELECT i.id, i.number, i.number_key, i.account_id, a.name, i.currency, i.total_minor, i.open_minor, i.due_on
    FROM invoice i JOIN account a ON a.id = i.account_id WHERE i.state = 'open'
"""

_BARE_POST = """
    WITH line AS (SELECT * FROM bank_line WHERE id = %(id)s),
         debt AS (SELECT * FROM invoice WHERE state = 'open' AND id = %(invoice)s FOR UPDATE),
         paid AS (INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on,
                                       method, created_at)
                  SELECT gen_random_uuid(), debt.account_id, 'payment', 'bank', 'bare:' || line.id, line.currency,
                         line.amount_minor, line.booked_on, 'bank transfer', %(now)s FROM line, debt RETURNING id),
         placed AS (INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, created_at)
                    SELECT gen_random_uuid(), paid.id, debt.id, 1, %(now)s FROM paid, debt),
         lowered AS (UPDATE invoice i SET open_minor = i.open_minor - 1 FROM debt WHERE i.id = debt.id)
    UPDATE bank_line l SET payment_id = paid.id FROM paid WHERE l.id = %(id)s
"""


async def measured(core: Core, lines: int, invoices: int) -> list[dict[str, Any]]:
    """Measure matching, posting, and how right it was."""
    book = books.made(invoices=invoices, payments=lines)
    await book_runs.fill(core, book)
    bare_matching = await _seconds(_bare_matching(core))
    matching_took = await _seconds(_matching(core))
    bare_posting = await _bare_posting(core)
    begun = time.perf_counter()
    run = await posting.apply_cash(core)
    posted = run.posted / (time.perf_counter() - begun)
    result = await book_runs.compared(core, book)
    sys.stderr.write(f"{result.told()}\n")
    known = sum(line.truth is not None for line in book.lines)
    what = f"{lines:,} lines, {invoices:,} invoices"
    return [
        _row(f"matching {what}", "lines/s", lines / matching_took, lines / bare_matching, "matched"),
        _row("matching and posting them", "posted/s", posted, bare_posting, "posted"),
        _row("posted rightly, of those that pay", "lines", result.right.total(), known, "right"),
        _row("not posted wrongly", "lines", lines - result.wrong.total(), lines, "not wrong"),
    ]


def _row(name: str, unit: str, ours: float, bare: float, limit: str) -> dict[str, Any]:
    return {"name": name, "unit": unit, "ours": ours, "bare": bare, "limit": LIMITS[limit]}


async def _seconds(work: Any) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


async def _bare_matching(core: Core) -> None:
    await core.database.rows(_LINES)
    await core.database.rows(_DEBTS)


async def _matching(core: Core) -> None:
    await payer_words.read_new(core)
    records = await BankLine.filter(state="new").order_by("created_at", "id")
    lines = [booking.line_of(each) for each in records if each.amount_minor > 0]
    for begin in range(0, len(lines), lookups.PAGE):
        page = lines[begin : begin + lookups.PAGE]
        known = await lookups.candidates(core.database, page)
        for line in page:
            matching.ways(line, known[line.id])


async def _bare_posting(core: Core) -> float:
    """Return how many lines a second are posted barely; nothing of it is kept."""
    rows = await core.database.rows(
        "SELECT l.id, i.id AS invoice FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM bank_line) l"
        " JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM invoice WHERE state = 'open') i USING (n)"
        " LIMIT %s",
        (BARE_POSTED,),
    )
    begun = time.perf_counter()
    for row in rows:
        async with core.transaction() as tx:
            await tx.execute(_BARE_POST, {**row, "now": core.clock.now()})
    rate = len(rows) / (time.perf_counter() - begun)
    async with core.transaction() as tx:
        await tx.execute("UPDATE bank_line SET payment_id = NULL WHERE payment_id IS NOT NULL")
        await tx.execute("UPDATE invoice i SET open_minor = open_minor + a.amount_minor FROM allocation a"
                         " WHERE a.invoice_id = i.id")  # fmt: skip
        await tx.execute("DELETE FROM allocation")
        await tx.execute("DELETE FROM payment")
    return rate


async def run(lines: int = LINES, invoices: int = INVOICES) -> list[dict[str, Any]]:
    """Measure one size."""
    async with a_database() as address:
        jobs = Jobs(address, wiring.JOBS)
        core = Core(clock=StandingClock(), database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT,
                    notices=wiring.NOTICES)  # fmt: skip
        await jobs.open()
        try:
            return await measured(core, lines, invoices)
        finally:
            await jobs.close()


def main(sizes: list[str]) -> None:
    """Print the table."""
    lines, invoices = (int(each.replace(",", "")) for each in sizes) if sizes else (LINES, INVOICES)
    for each in asyncio.run(run(lines, invoices)):
        ratio = each["ours"] / each["bare"]
        sys.stdout.write(f"{each['name']:48} {each['ours']:>9,.0f} {each['unit']} of {each['bare']:>9,.0f}"
                         f"  ratio {ratio:.3f}  limit {each['limit']:.3f}\n")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
