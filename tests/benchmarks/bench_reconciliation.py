"""Reconciliation of ten thousand checkouts: the sweep over silent ones, and the nightly comparison of all money.

A gateway that answers after a millisecond stands for Stripe. Of the checkouts, most were paid and are booked; some lie
open without news, of which a few were paid. The sweep is set against a loop that asks the same gateway and writes one
row for each answer; the comparison against one that reads the same pages and looks each up in one statement. Then each
is set against itself on a tenth of the checkouts: what it costs for each must not grow with their number.
"""

import asyncio
import logging
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from psycopg_pool import AsyncConnectionPool

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.money import Money
from domain.kernel.ports import CheckoutOrder, CheckoutSnapshot, CheckoutStatus, Movement, MovementPage
from domain.kernel.transactions import Database, Params, Row
from domain.ledger.models import Payment
from plixo import wiring
from portal import jobs as portal_jobs
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import START, StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.portal.fake_gateway import FakeGateway, Page

SMALL, LARGE = 1_000, 10_000

ANSWER_SECONDS = 0.001
PAGE = 100
"""Movements that Stripe gives at once."""

SILENT, LATE = 10, 100
"""Every so-manieth checkout lies open; every so-manieth of all does so although it was paid."""

LIMIT_SWEEP = 0.14
LIMIT_COMPARISON = 0.11
"""Measured when they were set, on a busy machine: 0.29 and 0.23."""

LIMIT_LINEAR = 0.50
"""Measured when it was set: above 1, since what a run costs once counts for less."""

MOST_STATEMENTS = 2
"""Of the comparison for each page: one that compares it, and one that remembers how far it came."""

AROUND = 20
"""Of the comparison, however many pages there are."""

AMOUNT = Money(9_900, "USD")

_CHECKOUTS = """
    INSERT INTO account (id, name, name_key, state, created_at)
        VALUES (md5('account')::uuid, 'Acme', 'acme', 'active', %(now)s) ON CONFLICT DO NOTHING;
    INSERT INTO contact (id, account_id, name, email, email_key, role, state, created_at)
        VALUES (md5('contact')::uuid, md5('account')::uuid, 'Anna', 'a@acme.example', 'a@acme.example', 'billing',
                'active', %(now)s) ON CONFLICT DO NOTHING;
    CREATE TEMP TABLE made AS SELECT n, n %% 10 = 0 AS silent FROM generate_series(%(first)s::int, %(last)s::int) n;
    INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,
                         settled_on, created_at)
        SELECT md5('invoice' || n)::uuid, 'N-' || n, 'n-' || n, md5('account')::uuid, 'USD', 9900,
               CASE WHEN silent THEN 9900 ELSE 0 END, %(now)s::date, CASE WHEN silent THEN 'open' ELSE 'settled' END,
               CASE WHEN silent THEN NULL ELSE %(now)s::date END, %(now)s FROM made;
    INSERT INTO pay_link (id, invoice_id, contact_id, state, issued_at, last_active_at)
        SELECT md5('link' || n)::uuid, md5('invoice' || n)::uuid, md5('contact')::uuid, 'used', %(now)s, %(now)s
        FROM made;
    INSERT INTO checkout (id, invoice_id, link_id, state, amount_minor, currency, order_terms, session_id, url,
                          expires_at, created_at, checked_at)
        SELECT md5('checkout' || n)::uuid, md5('invoice' || n)::uuid, md5('link' || n)::uuid,
               CASE WHEN silent THEN 'open' ELSE 'paid' END, 9900, 'USD', '{}', 'cs_' || n,
               'https://checkout.test/' || n,
               %(now)s::timestamptz + interval '1 hour', %(now)s, %(now)s::timestamptz - interval '1 hour' FROM made;
    INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on, method,
                         created_at)
        SELECT md5('payment' || n)::uuid, md5('account')::uuid, 'payment', 'stripe', 'ch_' || n, 'USD', 9900,
               %(now)s::date, 'card', %(now)s FROM made WHERE NOT silent;
    INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, created_at)
        SELECT md5('allocation' || n)::uuid, md5('payment' || n)::uuid, md5('invoice' || n)::uuid, 9900, %(now)s
        FROM made WHERE NOT silent;
    DROP TABLE made;
"""


class CountingDatabase(Database):
    """Counts the statements that are sent outside of transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.statements = 0

    async def rows(self, sql: str, params: Params = None, *, prepare: bool | None = None) -> list[Row]:
        self.statements += 1
        return await super().rows(sql, params, prepare=prepare)

    async def execute(self, sql: str, params: Params = None) -> int:
        self.statements += 1
        return await super().execute(sql, params)


class SlowGateway(FakeGateway):
    """Answers after a millisecond, and knows what became of each page."""

    def __init__(self, numbers: range, made: list[UUID]) -> None:
        super().__init__()
        self._charges = []
        for number, checkout_id in zip(numbers, made, strict=True):
            page = Page(f"cs_{number}", _order(checkout_id))
            self.pages[page.session_id] = page
            if number % SILENT or number % LATE == 0:
                page.status, page.method, page.charge_id = CheckoutStatus.PAID, "card", f"ch_{number}"
                self._charges.append(Movement(f"ch_{number}", "payment", AMOUNT, START, f"ch_{number}"))
        self.asked = 0

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        await asyncio.sleep(ANSWER_SECONDS)
        self.asked += 1
        return await super().fetch(session_id)

    async def movements(self, of: str, *, since: datetime, after: str | None) -> MovementPage:
        await asyncio.sleep(ANSWER_SECONDS)
        if of != "payments":
            return MovementPage((), None)
        at = int(after or 0)
        page = tuple(self._charges[at : at + PAGE])
        return MovementPage(page, str(at + PAGE) if at + PAGE < len(self._charges) else None)


def _order(checkout_id: UUID) -> CheckoutOrder:
    return CheckoutOrder(
        checkout_id=checkout_id, amount=AMOUNT, title="Invoice", methods=(), payer_email="a@acme.example", locale="en",
        success_url="", cancel_url="", expires_at=START + timedelta(hours=1), invoice_number="N",
    )  # fmt: skip


async def run() -> list[dict[str, Any]]:
    """Measure a small book, then a large one."""
    logging.getLogger().setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with a_database() as address:
        jobs = Jobs(address, wiring.JOBS)
        await jobs.open()
        async with AsyncConnectionPool(address, min_size=2, max_size=2, kwargs={"autocommit": True}) as pool:
            small = await _measured(jobs, pool, range(1, SMALL + 1))
            large = await _measured(jobs, pool, range(SMALL + 1, SMALL + LARGE + 1))
        await jobs.close()
    return [
        _row(
            f"sweep of {LARGE // SILENT:,} silent of {LARGE:,} checkouts", large["sweep"], large["asked"], LIMIT_SWEEP
        ),
        _row(f"nightly comparison of {LARGE:,} checkouts", large["compared"], large["read"], LIMIT_COMPARISON),
        _row(f"sweep, for each of {LARGE:,} against {SMALL:,}", large["sweep"], small["sweep"], LIMIT_LINEAR),
        _row(
            f"comparison, for each of {LARGE:,} against {SMALL:,}", large["compared"], small["compared"], LIMIT_LINEAR
        ),
    ]


def _row(name: str, ours: float, bare: float, limit: float) -> dict[str, Any]:
    return {"name": name, "unit": "checkouts/s", "ours": ours, "bare": bare, "limit": limit}


async def _measured(jobs: Jobs, pool: AsyncConnectionPool, numbers: range) -> dict[str, float]:
    """Return the rates of sweep and comparison, ours and bare."""
    database, clock = CountingDatabase(), StandingClock()
    core = Core(clock, database, jobs, KEYS, MERCHANT, wiring.NOTICES)
    async with pool.connection() as connection:
        for statement in _CHECKOUTS.split(";\n"):
            if statement.strip():
                await connection.execute(statement, {"now": START, "first": numbers[0], "last": numbers[-1]})
        await connection.execute("ANALYZE")
    rows = await core.database.rows("SELECT id FROM checkout WHERE session_id = ANY(%s) ORDER BY length(session_id),"
                                    " session_id", ([f"cs_{each}" for each in numbers],))  # fmt: skip
    gateway = SlowGateway(numbers, [row["id"] for row in rows])
    functions = portal_jobs.functions(core, gateway)
    bare_sweep = await _bare_sweep(gateway, pool, [f"cs_{each}" for each in numbers if each % SILENT == 0])
    bare_pages = await _bare_pages(gateway, pool, len(numbers))

    gateway.asked, begun = 0, time.perf_counter()
    before = -1
    while gateway.asked != before:
        before = gateway.asked
        await functions["check_checkouts"]()
    swept = gateway.asked / (time.perf_counter() - begun)
    assert gateway.asked == len(numbers) // SILENT, f"asked about {gateway.asked}"
    booked = await Payment.filter(object_id__in=[f"ch_{each}" for each in numbers if each % LATE == 0]).count()
    assert booked == len(numbers) // LATE, f"{booked} booked"

    database.statements, begun = 0, time.perf_counter()
    await functions["compare_movements"]()
    compared = len(numbers) / (time.perf_counter() - begun)
    pages = -(-len(gateway._charges) // PAGE)
    assert database.statements <= pages * MOST_STATEMENTS + AROUND, f"{database.statements} for {pages} pages"
    return {"sweep": swept, "asked": bare_sweep, "compared": compared, "read": bare_pages}


async def _bare_sweep(gateway: SlowGateway, pool: AsyncConnectionPool, sessions: list[str]) -> float:
    begun = time.perf_counter()
    async with pool.connection() as connection:
        for session_id in sessions:
            await gateway.fetch(session_id)
            await connection.execute("UPDATE checkout SET url = url WHERE session_id = %s", (session_id,))
    return len(sessions) / (time.perf_counter() - begun)


async def _bare_pages(gateway: SlowGateway, pool: AsyncConnectionPool, checkouts: int) -> float:
    begun, after = time.perf_counter(), None
    async with pool.connection() as connection:
        while True:
            page = await gateway.movements("payments", since=START, after=after)
            ids = [each.object_id for each in page.movements]
            await connection.execute("SELECT object_id, amount_minor FROM payment WHERE object_id = ANY(%s)", (ids,))
            after = page.after
            if after is None:
                return checkouts / (time.perf_counter() - begun)
