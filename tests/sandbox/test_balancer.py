"""Balancers: a request meets a process that is ready, once; the others are passed over until they are back."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from sandbox.balancer import HttpBalancer, TcpBalancer


class Backend:
    """A process that counts what reaches it."""

    def __init__(self) -> None:
        self.ready = True
        self.seen: list[tuple[str, str, bytes]] = []
        app = web.Application()
        app.router.add_get("/readyz", self._ready)
        app.router.add_route("*", "/{path:.*}", self._take)
        self.server = TestServer(app)

    @property
    def port(self) -> int:
        assert self.server.port is not None
        return self.server.port

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response(status=200 if self.ready else 503)

    async def _take(self, request: web.Request) -> web.Response:
        self.seen.append((request.raw_path, request.headers["X-Forwarded-For"], await request.read()))
        return web.Response(status=303, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Location", "/x")])


@pytest_asyncio.fixture
async def backends() -> AsyncIterator[list[Backend]]:
    made = [Backend() for _ in range(3)]
    for each in made:
        await each.server.start_server()
    yield made
    for each in made:
        await each.server.close()


async def balanced(*ports: list[int]) -> tuple[HttpBalancer, str]:
    balancer = HttpBalancer(dict(zip(("/", "/slack/"), ports, strict=False)))
    port = unused_port()
    await balancer.start("127.0.0.1", port)
    return balancer, f"http://127.0.0.1:{port}"


async def test_requests_go_round_and_keep_their_path_body_and_cookies(backends: list[Backend]) -> None:
    balancer, url = await balanced([each.port for each in backends[:2]], [backends[2].port])
    await asyncio.wait_for(balancer.everybody_ready.wait(), 20)

    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.post(f"{url}/l/a%2Fb?c=%C3%A4", data=b"\x00x", allow_redirects=False) as answer:
                told = (answer.status, answer.headers.getall("Set-Cookie"), answer.headers["Location"])
        async with session.get(f"{url}/slack/events", allow_redirects=False):
            pass
    await balancer.stop()

    assert told == (303, ["a=1", "b=2"], "/x")
    wanted = [("/l/a%2Fb?c=%C3%A4", "127.0.0.1", b"\x00x")]
    assert [each.seen for each in backends] == [wanted, wanted, [("/slack/events", "127.0.0.1", b"")]]


async def test_who_is_not_ready_or_gone_is_passed_over(backends: list[Backend]) -> None:
    balancer, url = await balanced([each.port for each in backends])
    await asyncio.wait_for(balancer.everybody_ready.wait(), 20)
    await backends[0].server.close()  # gone before the balancer knows

    async with aiohttp.ClientSession() as session:
        for _ in range(4):
            async with session.get(f"{url}/", allow_redirects=False) as answer:
                assert answer.status == 303
    await balancer.stop()

    assert backends[0].seen == []
    assert len(backends[1].seen) + len(backends[2].seen) == 4


async def test_when_nobody_is_ready_the_answer_says_when_to_try_again() -> None:
    balancer, url = await balanced([unused_port()])

    async with aiohttp.ClientSession() as session, session.get(f"{url}/") as answer:
        told = (answer.status, answer.headers["Retry-After"])
    await balancer.stop()

    assert told == (503, "2")


async def test_a_connection_reaches_the_next_server_that_answers() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 " + await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port, taken = unused_port(), server.sockets[0].getsockname()[1]
    balancer = TcpBalancer([unused_port(), taken])
    await balancer.start("127.0.0.1", port)

    told = []
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"EHLO x\r\n")
        told.append(await asyncio.wait_for(reader.read(), 20))
        writer.close()
    await balancer.stop()
    server.close()

    assert told == [b"220 EHLO x\r\n"] * 3
