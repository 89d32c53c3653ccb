"""Answers that nobody reads: cut off after a time by their size, and bounded in all; ordinary readers see nothing."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from portal.unsent import Unsent
from tests.portal.wires import listening

SIZE = 24 * 1024 * 1024
"""Bytes of an answer: more than the system itself takes for a reader who reads nothing."""


@pytest.fixture
def large() -> web.Application:
    """Pages of which one is large."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * SIZE)

    async def small(_: web.Request) -> web.Response:
        return web.Response(text="small")

    built = web.Application()
    built.router.add_get("/large", handler)
    built.router.add_get("/small", small)
    return built


@asynccontextmanager
async def asking(port: int, *paths: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Ask for pages on one connection, in one packet, with hardly any place for what comes back."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=sock, limit=1024)
    writer.write(b"".join(b"GET " + each + b" HTTP/1.1\r\nHost: x\r\n\r\n" for each in paths))
    yield reader
    writer.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - the other side is a server without an event for it
            await asyncio.sleep(0.02)


async def cut(reader: asyncio.StreamReader) -> bool:
    """Read what is still to come, and tell whether it ends before its end."""
    got = 0
    try:
        async with asyncio.timeout(60):
            while got < SIZE and (piece := await reader.read(1 << 20)):
                got += len(piece)
    except ConnectionError:
        return True
    return got < SIZE


async def test_whoever_does_not_read_is_cut_off_and_nothing_of_the_answer_stays_in_memory(
    large: web.Application,
) -> None:
    unsent = Unsent(patience_seconds=0.3, slowest_bytes=SIZE * 10)
    async with listening(large, unsent=unsent) as port, asking(port, b"/large") as reader:
        await until(lambda: unsent.size > 0)
        await until(lambda: unsent.size == 0)

        assert await cut(reader)


async def test_whoever_drips_through_an_answer_is_cut_off_however_busy_it_looks(large: web.Application) -> None:
    unsent = Unsent(patience_seconds=0.5, slowest_bytes=SIZE * 10)
    async with listening(large, unsent=unsent) as port, asking(port, b"/large") as reader, asyncio.timeout(60):
        await until(lambda: unsent.size > 0)
        while unsent.size:
            await reader.read(10)
            await asyncio.sleep(0.02)

        assert await cut(reader)


async def test_many_questions_at_once_wait_for_the_first_answer_to_be_read(large: web.Application) -> None:
    unsent = Unsent(patience_seconds=1.0, slowest_bytes=SIZE * 10)
    async with listening(large, unsent=unsent) as port, asking(port, *[b"/large"] * 8) as reader:
        await until(lambda: unsent.size > 0)
        most = 0
        while unsent.size:
            most = max(most, unsent.size)
            await asyncio.sleep(0.02)

        assert most < SIZE + 4096  # one answer, not eight
        assert await cut(reader)


async def test_of_more_than_may_wait_the_one_that_waits_longest_goes(large: web.Application) -> None:
    unsent = Unsent(patience_seconds=60, most_bytes=int(SIZE * 1.5))
    async with listening(large, unsent=unsent) as port, asking(port, b"/large") as first:
        await until(lambda: unsent.size > 0)
        async with asking(port, b"/large") as second:
            assert await cut(first)
            assert unsent.size < SIZE * 1.5

            assert not await cut(second)
        assert unsent.size == 0


async def test_a_slow_reader_has_the_time_that_the_size_of_the_answer_asks_for(large: web.Application) -> None:
    unsent = Unsent(patience_seconds=0.0, slowest_bytes=SIZE // 30)
    async with listening(large, unsent=unsent) as port, asking(port, b"/large") as reader:
        await until(lambda: unsent.size > 0)
        started = time.monotonic()
        await asyncio.sleep(0.3)

        assert not await cut(reader)
        assert time.monotonic() - started >= 0.3


async def test_a_connection_whose_answers_are_read_stays(large: web.Application) -> None:
    unsent = Unsent(patience_seconds=0.2)
    async with listening(large, unsent=unsent) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.readuntil(b"small")
            await asyncio.sleep(0.4)
        writer.close()

    assert unsent.size == 0
