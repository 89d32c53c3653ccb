"""A real process that is asked to stop finishes what it has begun, loses no request, and is gone in time."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from plixo import migrations
from tests import databases
from tests.portal.portal_process import SECONDS, a_portal

CLIENTS = 8


async def get(port: int, path: str) -> bytes:
    """Ask once on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(SECONDS):
        answer = await reader.read()
    writer.close()
    return answer


async def asking(port: int, answers: list[bytes], lost: list[str], noticed: asyncio.Event) -> None:
    """Ask on kept connections as a balancer does, until it has noticed that the process is not ready any more."""
    while not noticed.is_set():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while not noticed.is_set():
                writer.write(b"GET /l/x HTTP/1.1\r\nHost: x\r\n\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                answers.append(head)
                if b"connection: close" in head.lower():
                    break
        except (OSError, asyncio.IncompleteReadError) as error:
            lost.append(repr(error))
        finally:
            writer.close()


async def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(SECONDS):
        while not what():  # noqa: ASYNC110 - what another process does has no event here
            await asyncio.sleep(0.05)


def listens(port: int) -> bool:
    """Tell whether anybody takes connections there."""
    with socket.socket() as each:
        return each.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.timeout(int(SECONDS) * 3)
async def test_requests_under_way_are_answered_while_the_process_stops(tmp_path: Path) -> None:
    body = b"ask=fresh"
    head = (
        b"POST /l/%d HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
    )
    async with databases.of_its_own() as address:
        await migrations.migrate(address)
        async with a_portal(tmp_path, address, PLIXO_DRAIN_SECONDS="5") as served:
            answers: list[bytes] = []
            lost: list[str] = []
            noticed = asyncio.Event()
            clients = [asyncio.create_task(asking(served.port, answers, lost, noticed)) for _ in range(CLIENTS)]
            begun = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(CLIENTS)]
            for number, (_, writer) in enumerate(begun):
                writer.write(head % (number, len(body)) + body[:4])
                await writer.drain()
            await until(lambda: len(answers) >= CLIENTS * 3)

            served.stop()
            readiness = b""
            async with asyncio.timeout(SECONDS):
                while b" 503 " not in readiness:  # each look is a request, so this does not spin
                    readiness = await get(served.port, "/readyz")
            noticed.set()
            for _, writer in begun:
                writer.write(body[4:])
            async with asyncio.timeout(SECONDS):
                finished = [await reader.read() for reader, _ in begun]
                await asyncio.gather(*clients)
            code = await served.ended()
            for _, writer in begun:
                writer.close()

    assert b"stopping" in readiness
    assert [each.partition(b"\r\n")[0] for each in finished] == [b"HTTP/1.1 200 OK"] * CLIENTS
    assert all(b"\r\nConnection: close" in each for each in finished)
    assert lost == []
    assert {each.partition(b"\r\n")[0] for each in answers} == {b"HTTP/1.1 200 OK"}
    assert code == 0


@pytest.mark.timeout(int(SECONDS) * 3)
async def test_without_a_time_to_drain_the_process_answers_what_it_has_and_goes(tmp_path: Path) -> None:
    async with databases.of_its_own() as address:
        await migrations.migrate(address)
        async with a_portal(tmp_path, address) as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(b"POST /l/x HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 4\r\n\r\nab")
            await get(served.port, "/healthz")  # the process has read the other one by then

            served.stop()
            await until(lambda: not listens(served.port))
            writer.write(b"cd")
            async with asyncio.timeout(SECONDS):
                answer = await reader.read()
            writer.close()
            code = await served.ended()

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert code == 0
