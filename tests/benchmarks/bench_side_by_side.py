"""One, two and three workers and portals side by side on one database: how much more they do together than one alone.

Workers are processes of their own that work the real queue: they claim jobs, send reminders to a relay that takes 40 ms
for an answer, and note what became of them. More waits than they can send: once mails leave, those of some seconds are
counted. Bare workers are as many processes of as many loops that send finished mails to the same relay, with a
connection for each.

Portals are processes of their own that show an invoice's page to 64 connections each. Bare ones are as many processes
of aiohttp that answer a line of text.

The ratio is the gain of ours over that of the bare: 1 means that another process of ours brings as much as another one
that shares nothing does. Load, sink, database and processes share the processors of one machine, so there is a limit to
what any gain there says. A worker waits for its relay most of the time, and three may well do three times as much on
two processors; a portal is busy all the time, and there a second one shows at best that it helps, a third that it costs
nothing. That nothing serialises many more of them on many machines is not shown by this.
"""

import asyncio
import logging
import multiprocessing
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from multiprocessing.synchronize import Event
from time import perf_counter
from typing import Any

import aiosmtplib
import structlog
from aiohttp import web

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.outreach import planner
from plixo import database, wiring
from portal import app
from portal.rates import Rates
from scheduler import mailer
from tests.benchmarks import bench_mails
from tests.benchmarks.bench_jobs import a_database
from tests.benchmarks.bench_portal import Unlimited, serving
from tests.benchmarks.pages_asked import load
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.domain.pay_links.payers import a_visit
from tests.portal.fake_gateway import FakeGateway

MOST = 3

MAILS = 4_000
"""Reminders that wait at the beginning; no step is to find the end of them."""

WARM_SECONDS = 1.5
"""Workers' connections and plans are made meanwhile."""

SECONDS = 5.0
"""For how long it is counted what leaves, or is shown."""

PATIENCE_SECONDS = 60.0
"""Within it the first mail leaves."""

LIMITS = {"workers": 0.6, "portals": 0.6}
"""Least share of the bare processes' gain that ours have: so many times what one does, against so many times bare."""

MAIL = b"Subject: bare\r\n\r\nNothing is looked up for this mail.\r\n"


def _core(jobs: Jobs) -> Core:
    core = Core(StandingClock(), Database(), jobs, KEYS, MERCHANT, wiring.NOTICES)
    return replace(core, limits=replace(core.limits, warm_up_first=0))


def _worker(address: str, relay_port: int, port: Any, ready: Event, over: Event) -> None:
    """Send what waits, by jobs, until it is over."""

    async def work() -> None:
        logging.getLogger().setLevel(logging.WARNING)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        async with database.opened(address, pool=bench_mails.AT_ONCE + 2):
            jobs, relay, stop = (
                Jobs(address, wiring.JOBS),
                mailer.Relay("127.0.0.1", relay_port, tls="none"),
                asyncio.Event(),
            )
            core = _core(jobs)

            async def send_mailing(mailing_id: str) -> None:
                await mailer.send(core, relay, mailing_id=mailing_id)

            jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS} | {"send_mailing": send_mailing})
            await jobs.open()
            working = asyncio.create_task(jobs.work(concurrency=bench_mails.AT_ONCE, stop=stop))
            ready.set()
            await asyncio.to_thread(over.wait)
            stop.set()
            await working
            await jobs.close()

    asyncio.run(work())


def _bare_worker(relay_port: int, sent: Any, ready: Event, over: Event) -> None:
    """Send a mail that is ready again and again until it is over, and count in *sent*."""

    async def loop() -> None:
        while not over.is_set():
            await aiosmtplib.send(MAIL, hostname="127.0.0.1", port=relay_port, sender="a@b.example",
                                  recipients=["pat@c.example"], start_tls=False)  # fmt: skip
            sent.value += 1

    async def work() -> None:
        ready.set()
        await asyncio.gather(*(loop() for _ in range(bench_mails.AT_ONCE)))

    asyncio.run(work())


def _portal(address: str, port: Any, ready: Event, over: Event) -> None:
    """Serve the portal until it is over."""

    async def serve() -> None:
        logging.getLogger().setLevel(logging.WARNING)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        async with database.opened(address, pool=8):
            jobs = Jobs(address, wiring.JOBS)
            await jobs.open()
            ours = app.build(_core(jobs), FakeGateway(), checkout_origin="https://checkout.test", secure_cookies=False,
                             rates=Rates(counters=Unlimited()))  # fmt: skip
            await _until_over(ours, port, ready, over)
            await jobs.close()

    asyncio.run(serve())


def _bare_portal(address: str, port: Any, ready: Event, over: Event) -> None:
    """Answer with a line of text until it is over."""
    del address

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="page")

    served = web.Application()
    served.router.add_get("/i", page)
    asyncio.run(_until_over(served, port, ready, over))


async def _until_over(served: web.Application, port: Any, ready: Event, over: Event) -> None:
    async with serving(served) as number:
        port.value = number
        ready.set()
        await asyncio.to_thread(over.wait)


@contextmanager
def processes(many: int, work: Callable[..., None], *arguments: Any) -> Iterator[list[Any]]:
    """Run so many processes of that work; give the number that each of them says."""
    context = multiprocessing.get_context("spawn")
    ports, readies, over = (
        [context.Value("i", 0) for _ in range(many)],
        [context.Event() for _ in range(many)],
        context.Event(),
    )
    members = [
        context.Process(target=work, args=(*arguments, port, ready, over))
        for port, ready in zip(ports, readies, strict=True)
    ]
    for each in members:
        each.start()
    try:
        assert all(ready.wait(120) for ready in readies), "they start"
        yield ports
    finally:
        over.set()
        for each in members:
            each.join()


async def _queued(core: Core) -> None:
    """Let reminders wait."""
    await core.database.execute(bench_mails.BOOKS, {"round": "side", "mails": MAILS, "now": core.clock.now()})
    await planner.plan(core)
    await core.database.execute("ANALYZE")
    row = await core.database.row("SELECT count(*) AS n FROM mailing WHERE state = 'queued'")
    assert row is not None
    assert row["n"] == MAILS, f"{row['n']} mails wait"


async def _sent(core: Core, address: str, relay_port: int, workers: int) -> float:
    """Let workers send what waits for a while, and return mails a second."""

    async def count() -> int:
        row = await core.database.row("SELECT count(*) FILTER (WHERE state = 'sent') AS sent, count(*) AS n"
                                      " FROM mailing")  # fmt: skip
        assert row is not None
        assert row["sent"] < row["n"], "fewer mails wait than are sent meanwhile"
        return int(row["sent"])

    before = await count()
    with processes(workers, _worker, address, relay_port):
        begun = perf_counter()
        while await count() == before:
            assert perf_counter() - begun < PATIENCE_SECONDS, "the mails leave"
            await asyncio.sleep(0.1)
        return await _rate(count)


async def _bare_sent(relay_port: int, workers: int) -> float:
    with processes(workers, _bare_worker, relay_port) as counters:

        async def count() -> int:
            return sum(each.value for each in counters)

        return await _rate(count)


async def _rate(count: Callable[[], Awaitable[int]]) -> float:
    """Return how much more is counted each second, after a while that does not count."""
    await asyncio.sleep(WARM_SECONDS)
    begun, before = perf_counter(), await count()
    await asyncio.sleep(SECONDS)
    after = await count()
    return (after - before) / (perf_counter() - begun)


async def _shown(work: Callable[..., None], address: str, portals: int, cookie: str) -> float:
    """Return the pages a second that so many portals show together."""
    loop = asyncio.get_running_loop()
    with ExitStack() as open_while, ThreadPoolExecutor(portals) as threads:
        ports = open_while.enter_context(processes(portals, work, address))
        for seconds in (WARM_SECONDS, SECONDS):  # plans, caches and connections are made in the first round
            asked = [loop.run_in_executor(threads, _load_of, port.value, cookie, seconds) for port in ports]
            rates = await asyncio.gather(*asked)
    return sum(rates)


def _load_of(port: int, cookie: str, seconds: float) -> float:
    """Load one portal from a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return float(pool.apply(load, (port, "/i", [cookie], 200, seconds)).pages_a_second)


def _rows(what: str, unit: str, ours: Sequence[float], bare: Sequence[float]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{many} {what}: {mine:,.0f} {unit} together; gain over one (ours, bare)",
            "unit": "times",
            "ours": mine / ours[0],
            "bare": other / bare[0],
            "limit": LIMITS[what],
        }
        for many, (mine, other) in enumerate(zip(ours, bare, strict=True), 1)
        if many > 1
    ]


async def run() -> list[dict[str, Any]]:
    """Measure one, two and three of each."""
    async with a_database() as address:
        jobs = Jobs(address, wiring.JOBS)
        await jobs.open()
        core, counts = _core(jobs), range(1, MOST + 1)
        await _queued(core)
        with bench_mails.sink(bench_mails.RELAY_SECONDS) as port:
            sent = [await _sent(core, address, port, each) for each in counts]
            bare_sent = [await _bare_sent(port, each) for each in counts]
        visit = await a_visit(core)
        cookie = f"plixo={visit.secret}"
        pages = [await _shown(_portal, address, each, cookie) for each in counts]
        bare_pages = [await _shown(_bare_portal, address, each, cookie) for each in counts]
        await jobs.close()
    return [*_rows("workers", "mails/s", sent, bare_sent), *_rows("portals", "pages/s", pages, bare_pages)]
