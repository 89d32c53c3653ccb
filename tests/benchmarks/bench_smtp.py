"""How fast mail is taken: our server, which commits before it answers, against aiosmtpd that throws mail away.

Both serve in this process, one after the other, to the same client over the loopback, so the ratio holds anywhere.
"""

import asyncio
import os
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

MAILS = 1500
CONNECTIONS = 50
BODY_BYTES = 10_000
FOLDER = Path(tempfile.gettempdir()) / f"plixo-bench-{os.getuid()}" / "postgres"


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
            return [await _row(address, reused=True, limit=0.7), await _row(address, reused=False, limit=0.6)]
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
    server = await serve(core, host="127.0.0.1", port=0, limits=Limits(connections_of_peer=CONNECTIONS + 1))
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
