"""Balancers: what stands before several processes of one kind on one machine, as a proxy does before many machines.

Over HTTP each request goes to the next process that says it is ready; by path, so that Slack's requests reach the bots.
A request that no process has taken yet goes to the next one; one that was taken is never sent twice. Over SMTP each
connection goes to the next process that answers.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from contextlib import suppress

import aiohttp
from aiohttp import web
from yarl import URL

ASK_SECONDS = 0.5
"""How often each process is asked whether it is ready."""

PATIENCE_SECONDS = 2.0
"""How long an answer to that may take."""

CONNECT = aiohttp.ClientTimeout(total=None, sock_connect=PATIENCE_SECONDS)

CHUNK = 65_536

MOST_BYTES = 100_000_000
"""Of one request; it is kept whole, since it may have to be offered again."""

_OF_ONE_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"})


class HttpBalancer:
    """A reverse proxy for processes on this machine."""

    def __init__(self, routes: Mapping[str, Sequence[int]]) -> None:
        """Take, for each beginning of a path, the ports of the processes that answer there; the longest one counts."""
        self._routes = dict(sorted(routes.items(), key=lambda each: -len(each[0])))
        self._turns = {path: itertools.cycle(ports) for path, ports in routes.items()}
        self._ready: set[int] = set()
        self._asking: asyncio.Task[None] | None = None
        self.everybody_ready = asyncio.Event()
        """Set while every process takes requests."""

    async def start(self, host: str, port: int) -> None:
        """Listen; raise ``OSError`` when the port is taken."""
        self._session = aiohttp.ClientSession(
            auto_decompress=False, timeout=CONNECT, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self._asking = asyncio.create_task(self._ask())

    async def stop(self) -> None:
        """Stop taking requests."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        await self._runner.cleanup()
        await self._session.close()

    async def _ask(self) -> None:
        ports = {port for each in self._routes.values() for port in each}
        while True:
            await asyncio.gather(*(self._look(port) for port in ports))
            (self.everybody_ready.set if self._ready >= ports else self.everybody_ready.clear)()
            await asyncio.sleep(ASK_SECONDS)

    async def _look(self, port: int) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._session.get(_url(port, "/readyz")) as answer:
                well = answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            well = False
        (self._ready.add if well else self._ready.discard)(port)

    def _candidates(self, path: str) -> list[int]:
        beginning = next(each for each in self._routes if path.startswith(each))
        ports = self._routes[beginning]
        first = next(self._turns[beginning])
        turn = [*ports[ports.index(first) :], *ports[: ports.index(first)]]
        return [port for port in turn if port in self._ready]

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        if (request.content_length or 0) > MOST_BYTES:
            return web.Response(status=413, text="That is too large.")
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _OF_ONE_HOP]
        headers.append(("X-Forwarded-For", request.remote or ""))
        body = await request.content.read() if request.body_exists else None
        for port in self._candidates(request.path):
            try:
                answer = await self._session.request(
                    request.method, _url(port, request.raw_path), headers=headers, data=body, allow_redirects=False
                )
            except (aiohttp.ClientConnectorError, ConnectionRefusedError, TimeoutError):
                self._ready.discard(port)
                continue
            except aiohttp.ClientError:
                return web.Response(status=502, text="The process that took this request is gone.")
            return await self._answered(request, answer)
        return web.Response(status=503, text="Nobody is ready.", headers={"Retry-After": "2"})

    async def _answered(self, request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        async with answer:
            told = web.StreamResponse(status=answer.status, reason=answer.reason)
            for name, value in answer.headers.items():
                if name.lower() not in _OF_ONE_HOP or name.lower() == "content-length":
                    told.headers.add(name, value)
            await told.prepare(request)
            async for chunk in answer.content.iter_chunked(CHUNK):
                await told.write(chunk)
            await told.write_eof()
            return told


class TcpBalancer:
    """Passes each connection on to the next process that answers."""

    def __init__(self, ports: Sequence[int]) -> None:
        """Take the ports of the processes."""
        self._ports, self._turn = ports, itertools.cycle(range(len(ports)))
        self._passing: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        """Listen; raise ``OSError`` when the port is taken."""
        self._server = await asyncio.start_server(self._taken, host, port)

    async def stop(self) -> None:
        """Stop taking connections, and end those that there are."""
        self._server.close()
        for each in self._passing:
            each.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            there = await self._connected()
            if there is not None:
                with suppress(OSError):
                    await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer))
        finally:
            self._passing.discard(task)
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for place in range(len(self._ports)):
            try:
                return await asyncio.open_connection("127.0.0.1", self._ports[(first + place) % len(self._ports)])
            except OSError:
                continue
        return None


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    finally:
        with suppress(OSError):
            target.close()


def _url(port: int, path: str) -> URL:
    return URL(f"http://127.0.0.1:{port}{path}", encoded=True)
