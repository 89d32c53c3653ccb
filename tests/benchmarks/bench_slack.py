"""How soon fifty commands that come at once are acknowledged, while mails leave and a file is read in.

The bot is a process of its own with its own connections, as it is on a server; a second one sends reminders to a sink
without end, a third reads ledger files in without end, all on the same database. The commands come signed over HTTP on
kept connections, fifty together and then fifty more when all were answered: the queue, an explanation, an invoice, an
account. An acknowledgement counts from the request to the last byte of its ``200``; an answer until it arrives at the
request's own address. Bare is slack-bolt with a command that does nothing but acknowledge.

``BENCH_SLACK_INVOICES`` sets how large the ledger is (10,000; 1000000 takes some minutes).
"""

import asyncio
import hmac
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot import app as bot_app
from domain.casework import worklist
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.ledger import csv_import
from domain.outreach import planner
from domain.people import people
from domain.people.roles import Role
from plixo import database, wiring
from scheduler import mailer
from tests.benchmarks import bench_import, bench_mails
from tests.benchmarks.bench_jobs import a_database
from tests.benchmarks.growth import ledgers
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT

INVOICES = int(os.environ.get("BENCH_SLACK_INVOICES", "10000"))
CUSTOMERS = INVOICES // ledgers.INVOICES_OF_A_CUSTOMER

AT_ONCE = 50
ROUNDS = 12
WARM = 2
"""Rounds at the beginning that nobody counts: connections and plans are made in them."""

ROWS = 20_000
"""Of each file that is read in meanwhile."""

ACK_SECONDS = 0.3
"""Within it 99 of 100 commands are to be acknowledged."""

BARE_LIMIT = 0.05
"""Least share of what Bolt alone takes; ours notes each command in the database before it says that it was taken."""

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
OPERATORS = 10
PATH = "/slack/events"


@dataclass
class Slack:
    """Where the answers arrive."""

    url: str = ""
    arrived: "dict[str, asyncio.Future[float]]" = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)
    """Of the requests, each with its own over all that is measured: what came before is not answered again."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take answers, and whatever else the bot says."""
        app = web.Application()
        app.router.add_post("/answers/{id}", self._take)
        app.router.add_route("*", "/api/{method}", self._api)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("/"))
        yield
        await server.close()

    async def _take(self, request: web.Request) -> web.Response:
        answer = self.arrived.get(request.match_info["id"])
        if answer is not None and not answer.done():
            answer.set_result(time.perf_counter())
        return web.Response(text="ok")

    async def _api(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "ts": "1.1", "channel": "C1", "view": {"id": "V1"}})


def core_of(jobs: Jobs) -> Core:
    """Return a core with all that is wired."""
    return Core(clock=StandingClock(), database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT,
                notices=wiring.NOTICES)  # fmt: skip


def run_bot(address: str, slack: str, port: Any, ready: Event, over: Event, *, bare: bool) -> None:
    """Run a bot, or Bolt alone, until it is over."""

    async def serve() -> None:
        async with database.opened(address, pool=10):
            jobs = Jobs(address, wiring.JOBS)
            await jobs.open()
            application = web.Application()
            bot = None
            if bare:
                application.router.add_post(PATH, _bolt_alone())
            else:
                bot = bot_app.build(core_of(jobs), bot_token="xoxb-1", signing_secret=SECRET, channel="C1",
                                    api_url=f"{slack}api/")  # fmt: skip
                bot.add_routes(application)
            server = TestServer(application)
            await server.start_server()
            port.value = server.port
            ready.set()
            await asyncio.to_thread(over.wait)
            await server.close()
            if bot is not None:
                await bot.close()
            await jobs.close()

    asyncio.run(serve())


def _bolt_alone() -> Any:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-1")

    app = AsyncApp(signing_secret=SECRET, authorize=authorize)

    @app.command("/plixo")
    async def nothing(ack: Any) -> None:
        await ack()

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return receive


def _sending(address: str, port: int, ready: Event, over: Event) -> None:
    """Plan reminders and send them, again and again, until it is over."""

    async def serve() -> None:
        async with database.opened(address, pool=bench_mails.AT_ONCE + 2):
            jobs = Jobs(address, wiring.JOBS)
            await jobs.open()
            ready.set()
            place = 0
            while not over.is_set():
                await _a_round(core_of(jobs), mailer.Relay("127.0.0.1", port, tls="none"), f"slack-{place}")
                place += 1
            await jobs.close()

    asyncio.run(serve())


async def _a_round(core: Core, relay: mailer.Relay, name: str) -> None:
    await core.database.execute(bench_mails.BOOKS, {"round": name, "mails": bench_mails.MAILS, "now": core.clock.now()})
    await planner.plan(core)
    rows = await core.database.rows("SELECT id FROM mailing WHERE state = 'queued' LIMIT %s", (bench_mails.MAILS,))
    left = iter([str(row["id"]) for row in rows])

    async def worker() -> None:
        for mailing_id in left:
            await mailer.send(core, relay, mailing_id=mailing_id)

    await asyncio.gather(*(worker() for _ in range(bench_mails.AT_ONCE)))


def _importing(address: str, folder: str, ready: Event, over: Event) -> None:
    """Read ledger files in, each another one, until it is over."""

    async def serve() -> None:
        async with database.opened(address, pool=4):
            jobs = Jobs(address, wiring.JOBS)
            await jobs.open()
            ready.set()
            place = 0
            while not over.is_set():
                file = Path(folder) / f"{place}.csv"
                with file.open("w") as out:
                    out.writelines(line.replace("INV-", f"S{place}-") for line in bench_import.ledger(ROWS))
                request = csv_import.ImportRequest(kind="invoices", file_name=file.name, path=file)
                await csv_import.apply(core_of(jobs), request, actor=SHELL)
                place += 1
            await jobs.close()

    asyncio.run(serve())


@contextmanager
def beside(work: Any, *arguments: Any, **more: Any) -> Any:
    """Do work in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ready, over = context.Event(), context.Event()
    process = context.Process(target=work, args=(*arguments, ready, over), kwargs=more)
    process.start()
    assert ready.wait(60), "it starts"
    try:
        yield
    finally:
        over.set()
        process.join(60)


def request(slack: Slack, number: int, text: str) -> tuple[bytes, dict[str, str]]:
    """Return a command's body and headers."""
    body = urlencode(
        {
            "token": "", "team_id": "T0", "team_domain": "t", "channel_id": "C1", "channel_name": "ops",
            "user_id": f"U{number % OPERATORS}", "user_name": "x", "command": "/plixo", "text": text,
            "api_app_id": "A0", "is_enterprise_install": "false", "response_url": f"{slack.url}answers/{number}",
            "trigger_id": f"t{number}",
        }
    ).encode()  # fmt: skip
    return body, signed(body)


def signed(body: bytes) -> dict[str, str]:
    """Return the headers with which Slack sends it."""
    at = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), b"v0:" + at.encode() + b":" + body, sha256).hexdigest()
    kind = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={mac}", "Content-Type": kind}


@dataclass
class Took:
    """How long things took, in seconds."""

    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)


async def _rounds(slack: Slack, port: int, *, answers: bool) -> Took:
    """Send fifty commands at once, some times."""
    took = Took()
    said = ["queue", "why R-{}", "invoice R-{}", "queue mine", "account C{}"]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def one(number: int, counted: bool) -> None:
            body, headers = request(slack, number, said[number % len(said)].format(1 + number * 7 % CUSTOMERS))
            arrived = slack.arrived[str(number)] = asyncio.get_running_loop().create_future()
            begun = time.perf_counter()
            async with session.post(f"http://127.0.0.1:{port}{PATH}", data=body, headers=headers) as answer:
                await answer.read()
                assert answer.status == 200
            acknowledged = time.perf_counter() - begun
            answered = await asyncio.wait_for(arrived, 60) - begun if answers else 0.0
            if counted:
                took.acknowledged.append(acknowledged)
                took.answered.append(answered)

        for place in range(WARM + ROUNDS):
            await asyncio.gather(*(one(next(slack.numbers), place >= WARM) for _ in range(AT_ONCE)))
    return took


def _p(seconds: Sequence[float], share: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


async def _measured(slack: Slack, address: str, *, bare: bool) -> Took:
    port = multiprocessing.get_context("spawn").Value("i", 0)
    with beside(run_bot, address, slack.url, port, bare=bare):
        return await _rounds(slack, int(port.value), answers=not bare)


async def run() -> list[dict[str, Any]]:
    """Measure both, with the others at work."""
    slack = Slack()
    with TemporaryDirectory() as folder:
        async with slack.listening(), a_database() as address:
            jobs = Jobs(address, wiring.JOBS)
            core = core_of(jobs)
            await jobs.open()
            await ledgers.fill(address, INVOICES)
            await worklist.refresh_all(core)
            for place in range(OPERATORS):
                await people.grant(core, slack_id=f"U{place}", name=f"Operator {place}", role=Role.AR_MANAGER,
                                   reason="bench", actor=SHELL)  # fmt: skip
            with ExitStack() as others:
                port = others.enter_context(bench_mails.sink(0.0))
                others.enter_context(beside(_sending, address, port))
                others.enter_context(beside(_importing, address, folder))
                bare = await _measured(slack, address, bare=True)
                ours = await _measured(slack, address, bare=False)
            quiet = await _measured(slack, address, bare=False)
            await jobs.close()
    return [
        _line("acknowledged while mails leave and a file is read in", ours, ACK_SECONDS),
        _line("acknowledged when nothing else is done", quiet, ACK_SECONDS),
        {"name": f"{AT_ONCE} at once, half of them acknowledged; bare: Bolt that only acknowledges",
         "unit": "rounds/s", "ours": 1 / statistics.median(ours.acknowledged),
         "bare": 1 / statistics.median(bare.acknowledged), "limit": BARE_LIMIT},
    ]  # fmt: skip


def _line(name: str, took: Took, seconds: float) -> dict[str, Any]:
    """Return how often the slowest of a hundred fits into the time that it may take."""
    slowest, answered = _p(took.acknowledged, 0.99), _p(took.answered, 0.95)
    shown = f"99 of 100 within {slowest * 1000:.0f} ms, 95 of 100 answered within {answered * 1000:.0f} ms"
    return {"name": f"{AT_ONCE} commands at once {name}: {shown}", "unit": f"times within {seconds * 1000:.0f} ms",
            "ours": seconds / slowest, "bare": 1, "limit": 1}  # fmt: skip


if __name__ == "__main__":
    for each in asyncio.run(run()):
        sys.stdout.write(f"{each['name']}: {each['ours'] / each['bare']:.3f} (limit {each['limit']})\n")
