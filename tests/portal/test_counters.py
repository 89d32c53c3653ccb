"""Limits are shared by all portals through Redis, and an unreachable Redis costs nobody the page."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from limits import parse
from structlog.testing import capture_logs

from domain.kernel.core import Core
from portal import app
from portal.counters import Counters
from portal.rates import Rates
from tests.portal.browsers import a_browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.wires import serving

LIMIT = parse("3/hour")


def a_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return int(each.getsockname()[1])


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """A real Redis server of this test alone."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("NO redis-server ON THE PATH: the shared limits are not tested against a real one")
    path = tmp_path / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "eady to accept connections" in line:
                break
        yield f"redis+unix://{path}"
        server.terminate()


@asynccontextmanager
async def counting(url: str | None, **further: float) -> AsyncIterator[Counters]:
    counters = Counters(redis_url=url, **further)
    yield counters
    await counters.close()


async def test_two_portals_count_together_in_one_redis(redis: str) -> None:
    async with counting(redis) as one, counting(redis) as other:
        hits = [await each.hit(LIMIT, "enter", "key") for each in (one, other, one, other, one)]

    assert hits == [True, True, True, False, False]


async def test_without_a_redis_each_portal_counts_for_itself() -> None:
    async with counting(None) as one, counting(None) as other:
        hits = [await each.hit(LIMIT, "enter", "key") for each in (one, one, one, one, other)]
        alone = one.alone

    assert hits == [True, True, True, False, True]
    assert not alone


async def test_a_redis_that_is_away_is_told_once_and_the_limit_is_counted_in_memory() -> None:
    with capture_logs() as lines:
        async with counting(f"redis://127.0.0.1:{a_port()}/0") as counters:
            hits = [await counters.hit(LIMIT, "enter", "key") for _ in range(4)]
            alone = counters.alone

    assert hits == [True, True, True, False]
    assert alone
    assert ["Redis does not answer" in str(line["event"]) for line in lines] == [True]


async def test_a_redis_that_accepts_and_says_nothing_holds_nobody_up_for_long() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with counting(f"redis://127.0.0.1:{port}/0") as counters, asyncio.timeout(20):
        hits = [await counters.hit(LIMIT, "enter", "key") for _ in range(50)]
    server.close()

    assert sum(hits) == 3  # only the first one waited: the next seconds nobody asks


async def test_a_redis_that_came_back_counts_again(redis: str) -> None:
    port = a_port()
    async with counting(f"redis://127.0.0.1:{port}/0", alone_seconds=0.0) as counters:
        await counters.hit(LIMIT, "enter", "key")
        was_alone = counters.alone
        server = await asyncio.start_server(lambda *ends: _passed_on(redis, *ends), "127.0.0.1", port)
        hits = [await counters.hit(LIMIT, "enter", "key") for _ in range(4)]
        server.close()

    assert was_alone
    assert not counters.alone
    assert hits == [True, True, True, False]


async def _passed_on(redis: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass a connection on to the real server."""
    to_reader, to_writer = await asyncio.open_unix_connection(redis.removeprefix("redis+unix://"))

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(4096):
            target.write(data)
        target.close()

    await asyncio.gather(pump(reader, to_writer), pump(to_reader, writer))


async def test_a_payer_enters_while_redis_is_away(core: Core, gateway: FakeGateway) -> None:
    async with counting(f"redis://127.0.0.1:{a_port()}/0") as counters:
        built = app.build(
            core, gateway, checkout_origin="https://x.test", secure_cookies=False, rates=Rates(counters=counters)
        )
        async with serving(built) as server, a_browser(server) as browser:
            answers = [await browser.press("/l/" + "A" * 44) for _ in range(11)]

    assert [each.status for each in answers] == [404] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
