"""The portal on a real socket, as the product runs it, and raw bytes sent to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

from portal import rim, wire
from portal.unsent import Unsent


@asynccontextmanager
async def serving(built: web.Application) -> AsyncIterator[TestServer]:
    """Serve an application by aiohttp's own runner."""
    server = TestServer(built)
    await server.start_server()
    yield server
    await server.close()


@asynccontextmanager
async def listening(
    built: web.Application, *, head_seconds: float = wire.HEAD_SECONDS, unsent: Unsent | None = None
) -> AsyncIterator[int]:
    """Serve an application by our runner, as ``plixo run`` does, and say at which port."""
    told = rim.headers(checkout_origin="https://checkout.test", secure=True)
    runner = wire.Runner(built, headers=told, shutdown_timeout=5, head_seconds=head_seconds, unsent=unsent)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def said(port: int, *sent: bytes, seconds: float = 20.0) -> bytes:
    """Send raw bytes and return all that comes back until the other side closes, which it must do in time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for each in sent:
        writer.write(each)
        await writer.drain()
    async with asyncio.timeout(seconds):
        try:
            return await reader.read()
        finally:
            writer.close()
