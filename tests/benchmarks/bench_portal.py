"""The portal's pages against bare aiohttp, at 64 connections: the invoice, a dead link, 20,000 sessions, memory, delay.

Ours looks the session up with its invoice, checkout and history, formats money and dates for the reader, signs the
form, sets every header and writes a log line. Bare renders the same template, with everything in it made beforehand,
and asks for one row by its key with a prepared statement. The load comes from a process of its own, on kept
connections; before anything is measured, both have answered for a while, and what they hold by then is kept out of
the garbage collector's rounds, as ``plixo run`` does. ``PLIXO_BENCH_REQUESTS`` sets how many requests memory is watched
over (200,000 take some minutes).

Delay is measured in two ways. With 64 connections that ask again as soon as they are answered, each waits for 63
others, so the mean is 64 divided by the pages a second, and it is the rate that is measured; there the longest
hundredth is compared with that of the bare pages. At a steady rate, six tenths of what the portal has just shown that
it can do, requests come when they come, and each is timed from the moment in which it should have left, whether a
connection was free or not: that is how long a payer waits.
"""

import asyncio
import gc
import logging
import multiprocessing
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import psutil
import structlog
from aiohttp import web
from limits import RateLimitItem
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.pay_links import queries, sessions
from plixo import wiring
from portal import acts, app, companion_views, forms, pages, views, wire
from portal.counters import Counters
from portal.rates import Rates
from tests.benchmarks.bench_jobs import a_database
from tests.benchmarks.pages_asked import CONNECTIONS, Load, load, steady_load
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.domain.pay_links.payers import Visit, a_visit
from tests.portal.fake_gateway import FakeGateway

ROUNDS = 3
"""Ours and bare take turns, and the best round of each counts: what else the machine does slows both."""

SESSIONS = 20_000

REQUESTS = int(os.environ.get("PLIXO_BENCH_REQUESTS", "20000"))

LIMIT, DEAD_LIMIT, MANY_LIMIT = 0.5, 0.4, 0.5
"""Least share of the bare pages. On two idle cores, which load, portal and database share: 0.51, 0.58 and 0.57."""

STEADY = 0.6
"""The share of the most pages a second at which the delay of single pages is measured."""

GOAL_SECONDS = 0.1
"""Within which 99 of 100 invoice pages come at that rate."""

DELAY_LIMIT = 0.4
"""Least share of the bare pages' longest hundredth to ours, where all 64 connections ask without a pause."""

GROWTH_BYTES = 16 * 1024 * 1024
"""What memory may grow by between the first tenth of the requests and the last."""


class Unlimited(Counters):
    """Limits that are never reached; they are counted all the same."""

    async def hit(self, limit: RateLimitItem, *marks: str) -> bool:
        """Count, and let everybody pass."""
        await super().hit(limit, *marks)
        return True


@asynccontextmanager
async def serving(served: web.Application) -> AsyncIterator[int]:
    """Serve on any free port, by the runner of ``plixo run``, and say which."""
    runner = wire.Runner(served, headers={})
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def bare(core: Core, pool: AsyncConnectionPool, visit: Visit) -> web.Application:
    """Return the bare pages: our templates with all that stands in them made beforehand, and one row read."""
    made = pages.pages(core.merchant)
    shown = await queries.page(core, secret=visit.secret)
    texts = made.texts(shown.locale)
    whole: dict[str, Any] = {
        "view": views.invoice(shown, merchant=core.merchant, texts=texts, collectable=FakeGateway().collectable("EUR")),
        "form_token": forms.token(visit.secret),
        **await acts.shown(
            app._portal(core, FakeGateway(), "https://checkout.test", False, Rates(), False), shown, visit.secret
        ),
        "companions": companion_views.shown(shown, merchant=core.merchant, texts=texts),
    }

    async def invoice(request: web.Request) -> web.Response:
        async with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute("SELECT * FROM invoice WHERE id = %s", (visit.invoice_id,), prepare=True)
            assert await cursor.fetchone() is not None
        return made.show(request, "invoice.html", texts=texts, **whole)

    async def dead(request: web.Request) -> web.Response:
        return made.show(request, "dead.html", texts=texts, status=404, of_session=True)

    served = web.Application()
    served.router.add_get("/i", invoice)
    served.router.add_get("/dead", dead)
    return served


async def many_sessions(core: Core, visit: Visit) -> list[str]:
    """Store thousands of sessions of as many invoices and customers; return some of their cookies."""
    secrets = [f"{number:043d}" for number in range(SESSIONS)]
    await core.database.execute(
        """
        WITH customer AS (
            INSERT INTO account (id, number, name, name_key, country, state, created_at)
            SELECT gen_random_uuid(), 'C-' || n, 'Customer ' || n, 'customer ' || n, 'DE', 'active', %(now)s
            FROM generate_series(1, %(many)s) n RETURNING id, number
        ), reader AS (
            INSERT INTO contact (id, account_id, name, email, email_key, state, created_at)
            SELECT gen_random_uuid(), id, 'Pat', number || '@c.example', lower(number) || '@c.example', 'active',
                   %(now)s
            FROM customer RETURNING id, account_id
        ), made AS (
            INSERT INTO invoice SELECT gen_random_uuid(), 'N-' || c.number, 'n-' || lower(c.number), c.id, i.currency,
                   i.total_minor, i.open_minor, i.issued_on, i.due_on, i.state, i.settled_on, i.created_at
            FROM invoice i, customer c WHERE i.id = %(invoice)s RETURNING id, account_id
        ), linked AS (
            INSERT INTO pay_link (id, invoice_id, contact_id, state, issued_at, last_active_at)
            SELECT gen_random_uuid(), made.id, r.id, 'used', l.issued_at, l.last_active_at
            FROM made JOIN reader r ON r.account_id = made.account_id, pay_link l WHERE l.id = %(link)s RETURNING id
        )
        INSERT INTO portal_session (id, link_id, secret_hash, state, created_at)
        SELECT gen_random_uuid(), n.id, h.hash, 'active', %(now)s
        FROM (SELECT id, row_number() OVER () AS place FROM linked) n
        JOIN unnest(%(hashes)s::bytea[]) WITH ORDINALITY AS h (hash, place) ON h.place = n.place
        """,
        {
            "many": SESSIONS,
            "invoice": visit.invoice_id,
            "link": visit.link.id,
            "now": core.clock.now(),
            "hashes": [sessions.secret_hash(each) for each in secrets],
        },
    )
    await core.database.execute("ANALYZE")
    return [f"plixo={each}" for each in secrets[::10]]


async def run() -> list[dict[str, Any]]:
    """Measure ours and bare in turns."""
    logging.getLogger().setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with a_database() as address:
        jobs = Jobs(address, wiring.JOBS)
        await jobs.open()
        core = Core(StandingClock(), Database(), jobs, KEYS, MERCHANT, wiring.NOTICES)
        visit = await a_visit(core)
        ours = app.build(
            core, FakeGateway(), checkout_origin="https://checkout.test", secure_cookies=False,
            rates=Rates(counters=Unlimited()),
        )  # fmt: skip
        async with (
            AsyncConnectionPool(address, min_size=8, max_size=8, kwargs={"autocommit": True}) as pool,
            serving(ours) as our_port,
            serving(await bare(core, pool, visit)) as bare_port,
        ):
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as loader:
                rows = await _compared(core, visit, loader, our_port, bare_port)
        await jobs.close()
    return rows


async def _compared(
    core: Core, visit: Visit, loader: ProcessPoolExecutor, our_port: int, bare_port: int
) -> list[dict[str, Any]]:
    loop = asyncio.get_running_loop()

    async def asked(*what: Any) -> Load:
        return await loop.run_in_executor(loader, load, *what)

    async def best(mine: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Load, Load]:
        both = [(await asked(*mine), await asked(*other)) for _ in range(ROUNDS)]
        return _best([ours for ours, _ in both]), _best([bare for _, bare in both])

    mine, bare_page = (our_port, "/i", [f"plixo={visit.secret}"]), (bare_port, "/i", ["a=b"])
    await best(mine, bare_page)  # plans, caches and connections are made
    gc.collect()
    gc.freeze()
    ours, bare = await best(mine, bare_page)
    rows = [_rate("invoice page", ours, bare, LIMIT), _delay(ours, bare)]
    rate = ours.pages_a_second * STEADY
    steady = [await loop.run_in_executor(loader, steady_load, our_port, "/i", mine[2][0], rate) for _ in range(ROUNDS)]
    rows.append(_steady(_best(steady), rate))
    dead = await best((our_port, "/i", ["a=b"], 404), (bare_port, "/dead", ["a=b"], 404))
    rows.append(_rate("page of dead links", *dead, DEAD_LIMIT))
    many = await many_sessions(core, visit)
    crowd = await best((our_port, "/i", many), bare_page)
    rows.append(_rate(f"invoice page, {SESSIONS:,} sessions", *crowd, MANY_LIMIT))
    rows.append(await _memory(asked, our_port, many))
    return rows


def _best(rounds: Sequence[Load]) -> Load:
    return Load(max(each.pages_a_second for each in rounds), min(each.p99_seconds for each in rounds))


def _rate(name: str, ours: Load, bare: Load, limit: float) -> dict[str, Any]:
    return {
        "name": f"{name}, {CONNECTIONS} connections",
        "unit": "pages/s",
        "ours": ours.pages_a_second,
        "bare": bare.pages_a_second,
        "limit": limit,
    }


def _delay(ours: Load, bare: Load) -> dict[str, Any]:
    mean = CONNECTIONS / ours.pages_a_second
    return {
        "name": f"p99 without a pause (ms: bare, ours; our mean {mean * 1000:.0f})",
        "unit": "ms",
        "ours": bare.p99_seconds * 1000,
        "bare": ours.p99_seconds * 1000,
        "limit": DELAY_LIMIT,
    }


def _steady(steady: Load, rate: float) -> dict[str, Any]:
    return {
        "name": f"p99 at a steady {rate:,.0f} pages/s (ms: goal, ours)",
        "unit": "ms",
        "ours": GOAL_SECONDS * 1000,
        "bare": steady.p99_seconds * 1000,
        "limit": 1.0,
    }


async def _memory(asked: Any, port: int, cookies: list[str]) -> dict[str, Any]:
    """Compare memory after a tenth of the requests with memory after all: the first ones fill caches."""
    process = psutil.Process()
    await asked(port, "/i", cookies, 200, 3600.0, REQUESTS // 10)
    early = process.memory_info().rss
    await asked(port, "/i", cookies, 200, 3600.0, REQUESTS - REQUESTS // 10)
    late = process.memory_info().rss
    return {
        "name": f"memory over {REQUESTS:,} requests (MB before, after)",
        "unit": "MB",
        "ours": early / 1e6,
        "bare": late / 1e6,
        "limit": early / (early + GROWTH_BYTES),
    }
