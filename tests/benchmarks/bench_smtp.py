"""How fast mail is taken: our server, which commits before it answers, against aiosmtpd that throws mail away.

Both serve in this process, one after the other, to the same client over the loopback, so the ratio holds anywhere. Two
more rows are about a server in a process of its own: how long a large mail keeps another session waiting, and what idle
connections hold. There *ours* is what is allowed and *bare* what was measured.
"""

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import sql

from domain.deliverability import return_paths
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from inbound_mail.limits import Limits
from inbound_mail.server import serve
from plixo import database, migrations, wiring
from tests.clocks import START, StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.inbound_mail.alone import alone

MAILS = 1500
CONNECTIONS = 50
BODY_BYTES = 10_000
LARGE_BYTES = 10_000_000
PAUSE_MICROSECONDS = 50_000
"""That a session may have to wait because of a large mail in another one."""
IDLE = 2000
IDLE_KIB = 60_000
"""That all idle connections together may hold."""
PLENTY = 10_000_000
FOLDER = Path(tempfile.gettempdir()) / f"plixo-bench-{os.getuid()}" / "postgres"


LIMITS = Limits(connections_of_peer=CONNECTIONS + 1, connections_a_minute=PLENTY, mails_a_minute=PLENTY)


class _Nothing:
    """A handler that throws every mail away."""

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


def run() -> list[dict[str, Any]]:
    """Return one row for a session that is used again and one for a connection for each mail."""
    return asyncio.run(_run())


async def _run() -> list[dict[str, Any]]:
    name = f"bench_smtp_{os.getpid()}"
    admin = database.embedded(FOLDER, name="postgres_bench")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = database.embedded(FOLDER, name=name)
    await migrations.migrate(address)
    try:
        async with database.opened(address, pool=8):
            rates = [await _row(address, reused=True, limit=0.7), await _row(address, reused=False, limit=0.6)]
        return [*rates, await _pause(address), await _idle(address)]
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def _row(address: str, *, reused: bool, limit: float) -> dict[str, Any]:
    jobs = Jobs(address, wiring.JOBS)
    core = Core(StandingClock(), Database(), jobs, KEYS, MERCHANT, wiring.NOTICES)
    await jobs.open()
    to = return_paths.bounce_address(core, mailing_id=uuid4(), day=START.date())
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(3):  # the best of three of each, in turn: what else runs on the machine hits both
        theirs.append(await _timed(_bare, to, reused=reused))
        ours.append(await _timed(lambda: _durable(core), to, reused=reused))
    await jobs.close()
    return {
        "name": f"SMTP accept, committed, {MAILS} mails of {BODY_BYTES // 1000} KB over {CONNECTIONS} connections, "
        f"{'session reused' if reused else 'new connection per mail'}",
        "ours": max(ours),
        "bare": max(theirs),
        "limit": limit,
        "unit": "mails/s",
    }


Closing = Callable[[], Awaitable[None]]


async def _durable(core: Core) -> tuple[int, Closing]:
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS)
    return server.port, server.close


async def _bare() -> tuple[int, Closing]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(_Nothing(), hostname="bench"), "127.0.0.1", 0)

    async def close() -> None:
        server.close()

    return int(server.sockets[0].getsockname()[1]), close


async def _timed(start: Callable[[], Awaitable[tuple[int, Closing]]], to: str, *, reused: bool) -> float:
    """Return mails a second."""
    port, close = await start()
    left = iter(range(MAILS))
    begun = time.perf_counter()
    await asyncio.gather(*(_sender(port, to, left, reused=reused) for _ in range(CONNECTIONS)))
    rate = MAILS / (time.perf_counter() - begun)
    await close()
    return rate


async def _sender(port: int, to: str, left: "Any", *, reused: bool) -> None:
    stream = None
    for _ in left:
        if stream is None:
            stream = await asyncio.open_connection("127.0.0.1", port)
            await _said(stream, None)
            await _said(stream, b"EHLO bench\r\n")
        await _said(stream, b"MAIL FROM:<a@b.example>\r\n")
        await _said(stream, b"RCPT TO:<%b>\r\n" % to.encode())
        await _said(stream, b"DATA\r\n")
        text = b"Subject: %b\r\n\r\n" % uuid4().hex.encode() + (b"x" * 76 + b"\r\n") * (BODY_BYTES // 78)
        assert (await _said(stream, text + b".\r\n")).startswith(b"250")
        if not reused:
            await _said(stream, b"QUIT\r\n")
            stream[1].close()
            stream = None
    if stream is not None:
        stream[1].close()


async def _said(stream: tuple[asyncio.StreamReader, asyncio.StreamWriter], line: bytes | None) -> bytes:
    reader, writer = stream
    if line is not None:
        writer.write(line)
    while (answer := await reader.readline())[3:4] == b"-":
        pass
    return answer


async def _pause(address: str) -> dict[str, Any]:
    """Measure the longest wait for an answer to NOOP while another session sends large mails; the best of three."""
    core = Core(StandingClock(), Database(), Jobs(address, wiring.JOBS), KEYS, MERCHANT, wiring.NOTICES)
    to = return_paths.bounce_address(core, mailing_id=uuid4(), day=START.date())
    with alone(address, idle_commands=PLENTY, commands=PLENTY, mails_a_minute=PLENTY) as server:
        pauses = [await _longest_wait(server.port, to) for _ in range(3)]
    return {
        "name": f"longest wait while {LARGE_BYTES // 1_000_000} MB arrive in another session, allowed and measured",
        "ours": PAUSE_MICROSECONDS,
        "bare": min(pauses) * 1e6,
        "limit": 1.0,
        "unit": "µs",
    }


async def _longest_wait(port: int, to: str) -> float:
    stream = await asyncio.open_connection("127.0.0.1", port)
    await _said(stream, None)
    await _said(stream, b"EHLO ping\r\n")
    sending = asyncio.create_task(asyncio.to_thread(_send_large, port, to))
    longest = 0.0
    while not sending.done():
        begun = time.perf_counter()
        await _said(stream, b"NOOP\r\n")
        longest = max(longest, time.perf_counter() - begun)
        await asyncio.sleep(0.001)
    assert (await sending).startswith(b"250")
    stream[1].close()
    return longest


def _send_large(port: int, to: str) -> bytes:
    """Send one large mail from a thread of its own, and return the answer to it."""
    line = b"x" * 76 + b"\r\n"
    text = b"Subject: %b\r\n\r\n" % uuid4().hex.encode() + line * (LARGE_BYTES // len(line)) + b".\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        answers.readline()
        for command in (b"HELO bench", b"MAIL FROM:<a@b.example>", b"RCPT TO:<%b>" % to.encode(), b"DATA"):
            connection.sendall(command + b"\r\n")
            answers.readline()
        connection.sendall(text)
        return answers.readline()


async def _idle(address: str) -> dict[str, Any]:
    """Measure what idle connections hold."""
    room = {"connections": IDLE + 10, "connections_of_peer": IDLE + 10, "connections_a_minute": PLENTY}
    with alone(address, **room) as server:
        before = server.kib()
        streams = []
        for _ in range(IDLE // 100):
            streams += await asyncio.gather(*(asyncio.open_connection("127.0.0.1", server.port) for _ in range(100)))
        for stream in streams:
            await _said(stream, None)
            await _said(stream, b"EHLO idle\r\n")
        grown = server.grown_kib(before)
        for _, writer in streams:
            writer.close()
    return {
        "name": f"{IDLE} idle connections: memory, allowed and measured",
        "ours": IDLE_KIB,
        "bare": grown,
        "limit": 1.0,
        "unit": "KiB",
    }
