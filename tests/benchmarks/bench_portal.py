"""Invoice pages a second, against a bare aiohttp page that renders a template with one row of the same database.

Ours looks the session up with its invoice, checkout and history, formats money and dates for the reader,
signs the form, sets every header and writes a log line; bare asks for one row by its key and does nothing else. The
load comes from a process of its own, on kept connections.
"""

import asyncio
import logging
import multiprocessing
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import web
from jinja2 import Environment
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.pay_links.models import PayLink
from plixo import wiring
from portal import app
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.domain.pay_links.payers import a_visit
from tests.portal.fake_gateway import FakeGateway

CONNECTIONS = 16
SECONDS = 2.0

ROUNDS = 3
"""Ours and bare take turns, and the best round of each counts: what else the machine does slows both."""

LIMIT = 0.18
"""Measured when it was set: 0.37 on a busy machine."""

_BARE = Environment(autoescape=True).from_string(
    "<!DOCTYPE html><html lang=en><title>{{ number }}</title><h1>Invoice {{ number }}</h1><p>{{ open_minor }}</p>"
)


async def pages(port: int, path: str, cookie: str) -> float:
    """Ask for one page again and again on some connections; return pages a second."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode()
    until = time.perf_counter() + SECONDS

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head[:80]
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            count += 1
        writer.close()
        return count

    return sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS)))) / SECONDS


def load(port: int, path: str, cookie: str) -> float:
    """Ask for pages; runs in the process of the load."""
    return asyncio.run(pages(port, path, cookie))


@asynccontextmanager
async def serving(served: web.Application) -> AsyncIterator[int]:
    """Serve on any free port and say which."""
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def bare(pool: AsyncConnectionPool, link: PayLink) -> web.Application:
    """Return the bare page."""

    async def page(_: web.Request) -> web.Response:
        async with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute("SELECT number, open_minor FROM invoice WHERE id = %s", (link.invoice_id,))
            row = await cursor.fetchone()
        assert row is not None
        return web.Response(text=_BARE.render(**row), content_type="text/html")

    served = web.Application()
    served.router.add_get("/i", page)
    return served


async def run() -> list[dict[str, Any]]:
    """Measure both in turns."""
    logging.getLogger().setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    loop = asyncio.get_running_loop()
    mine, other = [], []
    async with a_database() as address:
        jobs = Jobs(address, wiring.JOBS)
        await jobs.open()
        core = Core(StandingClock(), Database(), jobs, KEYS, MERCHANT, wiring.NOTICES)
        visit = await a_visit(core)
        ours = app.build(core, FakeGateway(), checkout_origin="https://checkout.test", secure_cookies=False)
        async with (
            AsyncConnectionPool(address, min_size=8, max_size=8, kwargs={"autocommit": True}) as pool,
            serving(ours) as our_port,
            serving(bare(pool, visit.link)) as bare_port,
        ):
            cookie = f"plixo={visit.secret}"
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as loader:
                for _ in range(ROUNDS):
                    other.append(await loop.run_in_executor(loader, load, bare_port, "/i", cookie))
                    mine.append(await loop.run_in_executor(loader, load, our_port, "/i", cookie))
        await jobs.close()
    return [
        {
            "name": f"invoice page, {CONNECTIONS} connections",
            "unit": "pages/s",
            "ours": max(mine),
            "bare": max(other),
            "limit": LIMIT,
        }
    ]
