"""Pages asked for on many connections, as fast as they come or at a steady rate; for a process of its own."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 64
SECONDS = 3.0


@dataclass(frozen=True)
class Load:
    """What came back."""

    pages_a_second: float
    p99_seconds: float


async def pages_of(port: int, path: str, cookies: Sequence[str], status: int, seconds: float, most: int) -> Load:
    """Ask again and again on all connections, each time with one of the cookies."""
    head_of = {each: f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {each}\r\n\r\n".encode() for each in cookies}
    until, left, took = time.perf_counter() + seconds, [most], []

    async def one(number: int) -> None:
        chosen = random.Random(number)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until and left[0] > 0:
            left[0] -= 1
            started = time.perf_counter()
            writer.write(head_of[chosen.choice(cookies)])
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d" % status), head[:80]
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            took.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one(each) for each in range(CONNECTIONS)))
    took.sort()
    return Load(len(took) / (time.perf_counter() - started), took[int(len(took) * 0.99)])


async def pages_at(port: int, path: str, cookie: str, rate: float, seconds: float) -> Load:
    """Ask at a steady rate, each time on whichever of the connections is free first; times run from when it was due."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode()
    due: asyncio.Queue[float | None] = asyncio.Queue()
    took: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (at := await due.get()) is not None:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head[:80]
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]))
            took.append(time.perf_counter() - at)
        writer.close()

    connections = [asyncio.create_task(one()) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for number in range(int(rate * seconds)):
        at = started + number / rate
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        due.put_nowait(at)
    for _ in connections:
        due.put_nowait(None)
    await asyncio.gather(*connections)
    took.sort()
    return Load(len(took) / (time.perf_counter() - started), took[int(len(took) * 0.99)])


def steady_load(port: int, path: str, cookie: str, rate: float, seconds: float = SECONDS) -> Load:
    """Ask for pages at a steady rate; runs in the process of the load."""
    return asyncio.run(pages_at(port, path, cookie, rate, seconds))


def load(
    port: int, path: str, cookies: Sequence[str], status: int = 200, seconds: float = SECONDS, most: int = 10**9
) -> Load:
    """Ask for pages; runs in the process of the load."""
    return asyncio.run(pages_of(port, path, cookies, status, seconds, most))
