"""Mails a second of one worker: judged, linked, composed and recorded, against bare aiosmtplib loops to the same sink.

Ours goes through everything that the job ``send_mailing`` does (without the queue's own claim and tick, which
``bench_jobs`` measures): some forty facts are read twice for each mail, the second time under locks and after the
relay has taken the recipient; links are issued, the mail is written anew, and "sending" and "sent" are committed.
Mails that are on their way at the same time share statements, transactions and connections. Books are made and
planned before the clock starts, with customers, addresses and amounts that differ, and have statistics, as a server's
housekeeping makes them within a minute.

Bare hands over the very bytes that the sink got from us in the same round, composed already, in three ways: by one
loop with a connection for each mail, as the library documents first (``aiosmtplib.send``); by as many such loops at
once as ours has jobs; and by as many loops with connections kept for as many mails as ours are. The sink is a process
of its own and throws away what it takes.

A sink that answers each command after 40 ms, as relays do, tells how much of what a relay can take a worker makes use
of. A sink that answers at once tells what our own work costs: there the ratio is little else than processor time, ours
with the database's against that of a loop that does nothing.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from multiprocessing.synchronize import Event
from typing import Any, AnyStr

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.outreach import planner
from plixo import wiring
from scheduler import mailer
from scheduler.lines import MOST_MAILS
from tests.benchmarks.bench_jobs import a_database
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT

MAILS = 240
AT_ONCE = 8
"""Jobs that a worker runs at once by default."""

MOST = min(MOST_MAILS, MAILS // AT_ONCE)
"""Mails over one kept connection, of ours and of bare hands."""

WAYS = {
    (1, 1): "one loop, a connection each",
    (AT_ONCE, 1): f"{AT_ONCE} loops, a connection each",
    (AT_ONCE, MOST): f"{AT_ONCE} loops, kept connections",
}
"""How bare hands go about it: how many loops, and how many mails over one connection."""

ROUNDS = 3
"""Ours and bare take turns, and the best round of each counts: what else the machine does slows both."""

RELAY_SECONDS = 0.04
"""How long a relay at a provider takes for one answer: the way there and back, and its own work."""

LIMITS = {RELAY_SECONDS: (0.5, 0.5, 0.2), 0.0: (0.5, 0.2, 0.1)}
"""Least share of the bare mails, by how long the sink takes for an answer and in the order of ``WAYS``. Half of what a
bare loop hands over is asked for, whatever the sink. Against eight loops at once half is reached where a relay takes
its time, and not where the sink answers at once: there a mail of ours costs 3.5 ms of the worker and 1.7 ms of the
database, and a bare one 1.2 ms, or 0.5 ms over a kept connection. Where many others want the processors any of them may
be missed: ours takes turns with the database besides the sink."""

BOOKS = """
    WITH accounts AS (
        INSERT INTO account (id, number, name, name_key, country, state, created_at)
        SELECT gen_random_uuid(), %(round)s || '-' || n, 'Customer ' || n, 'customer ' || %(round)s || n, 'DE',
               'active', %(now)s
        FROM generate_series(1, %(mails)s) n RETURNING id, number
    ), contacts AS (
        INSERT INTO contact (id, account_id, name, email, email_key, state, created_at)
        SELECT gen_random_uuid(), id, 'Pat', 'pat@c' || number || '.example', 'pat@c' || number || '.example',
               'active', %(now)s
        FROM accounts
    )
    INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, issued_on, due_on,
                         state, created_at)
    SELECT gen_random_uuid(), 'INV-' || number, 'inv-' || number, id, 'EUR', amount, amount, '2026-02-01', '2026-03-03',
           'open', %(now)s
    FROM (SELECT *, 10000 + abs(hashtext(number)) %% 90000 AS amount FROM accounts) each
"""


class _Sink:
    """Takes every mail, keeps none."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


class _Keeper:
    """Takes every mail and keeps it."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 OK"


class _Slow(SMTP):
    """Takes its time for each answer."""

    seconds = 0.0

    async def push(self, status: AnyStr) -> None:
        """Say something, in a while."""
        if self.seconds:
            await asyncio.sleep(self.seconds)
        await super().push(status)


def _serve(port: Any, ready: Event, over: Event, seconds: float) -> None:
    async def serve() -> None:
        _Slow.seconds = seconds
        server = await asyncio.get_running_loop().create_server(lambda: _Slow(_Sink(), hostname="sink"), "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        ready.set()
        await asyncio.to_thread(over.wait)
        server.close()

    asyncio.run(serve())


@contextmanager
def sink(seconds: float) -> Iterator[int]:
    """Run a sink in a process of its own; give its port."""
    context = multiprocessing.get_context("spawn")
    port, ready, over = context.Value("i", 0), context.Event(), context.Event()
    process = context.Process(target=_serve, args=(port, ready, over, seconds))
    process.start()
    assert ready.wait(60), "the sink starts"
    try:
        yield int(port.value)
    finally:
        over.set()
        process.join()


async def _ours(core: Core, port: int, name: str) -> float:
    """Plan reminders, then send them as one worker does; return mails a second."""
    await core.database.execute(BOOKS, {"round": name, "mails": MAILS, "now": core.clock.now()})
    await planner.plan(core)
    await core.database.execute("ANALYZE")
    waiting = [str(row["id"]) for row in await core.database.rows("SELECT id FROM mailing WHERE state = 'queued'")]
    assert len(waiting) == MAILS, f"{len(waiting)} mails wait"
    relay, left = mailer.Relay("127.0.0.1", port, tls="none"), iter(waiting)

    async def worker() -> None:
        for mailing_id in left:
            await mailer.send(core, relay, mailing_id=mailing_id)

    begun = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - begun
    sent = await core.database.row(
        "SELECT count(*) AS n FROM mailing WHERE state = 'sent' AND id = ANY(%s)", (waiting,)
    )
    assert sent is not None
    assert sent["n"] == MAILS, f"{sent['n']} mails left"
    return MAILS / seconds


async def _bare(port: int, mails: Sequence[bytes], *, loops: int, over_one: int) -> float:
    """Hand finished mails over by so many loops, so many mails over one connection; return mails a second."""
    left = iter(mails)

    async def loop() -> None:
        while batch := list(islice(left, over_one)):
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
            await client.connect()
            for mail in batch:
                await client.sendmail("a@b.example", ["pat@c.example"], mail)
            await client.quit()

    begun = time.perf_counter()
    await asyncio.gather(*(loop() for _ in range(loops)))
    return len(mails) / (time.perf_counter() - begun)


async def _written(core: Core, name: str) -> list[bytes]:
    """Return a round of our mails as they go over the wire; it is not timed, and warms everything up."""
    kept = _Keeper()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(kept, hostname="sink"), "127.0.0.1", 0)
    async with server:
        await _ours(core, server.sockets[0].getsockname()[1], name)
    return kept.mails


async def _rows(core: Core, seconds: float, mails: Sequence[bytes]) -> list[dict[str, Any]]:
    mine: list[float] = []
    bare: dict[tuple[int, int], list[float]] = {way: [] for way in WAYS}
    with sink(seconds) as port:
        for place in range(ROUNDS):
            mine.append(await _ours(core, port, f"r{place}-{seconds}"))
            for (loops, over_one), each in bare.items():
                some = mails[: MAILS // AT_ONCE] if loops == 1 and seconds else mails
                each.append(await _bare(port, some, loops=loops, over_one=over_one))
    answers = f"after {seconds * 1000:.0f} ms" if seconds else "at once"
    return [
        {
            "name": f"reminders sent by a worker, {AT_ONCE} at once; sink answers {answers}; bare: {how}",
            "unit": "mails/s",
            "ours": max(mine),
            "bare": max(bare[way]),
            "limit": limit,
        }
        for (way, how), limit in zip(WAYS.items(), LIMITS[seconds], strict=True)
    ]


async def run() -> list[dict[str, Any]]:
    """Measure both sinks."""
    async with a_database() as address:
        jobs = Jobs(address, wiring.JOBS)
        core = Core(clock=StandingClock(), database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT,
                    notices=wiring.NOTICES)  # fmt: skip
        core = replace(core, limits=replace(core.limits, warm_up_first=0))
        await jobs.open()
        mails = await _written(core, "written")
        rows = [row for seconds in LIMITS for row in await _rows(core, seconds, mails)]
        await jobs.close()
    return rows
