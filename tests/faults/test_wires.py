"""Wires do what the matrix says of them: what they spoil is spoilt, and what is well again is well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import pytest
import pytest_asyncio

from tests.faults.wires import Mode, NameServer, Streams, Wire

SOON = 0.3


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    """A wire to somebody who repeats what is said."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(1000):
            writer.write(said)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made = Wire(lambda: asyncio.open_connection("127.0.0.1", port), slow_seconds=SOON)
    await made.open()
    yield made
    await made.close()
    server.close()


async def heard(streams: Streams, said: bytes, *, seconds: float = 10) -> bytes:
    """Say something and return what comes back in time."""
    streams[1].write(said)
    return await asyncio.wait_for(streams[0].read(1000), seconds)


async def connected(wire: Wire) -> Streams:
    return await asyncio.open_connection("127.0.0.1", wire.port)


async def test_a_wire_that_is_well_passes_everything_on(wire: Wire) -> None:
    assert await heard(await connected(wire), b"hello") == b"hello"


async def test_what_was_said_while_it_hung_is_answered_afterwards(wire: Wire) -> None:
    streams = await connected(wire)
    await wire.turn(Mode.HANG)
    with pytest.raises(TimeoutError):
        await heard(streams, b"hello", seconds=SOON)

    await wire.turn(Mode.PASS)

    assert await asyncio.wait_for(streams[0].read(1000), 10) == b"hello"


async def test_what_was_swallowed_is_never_answered_and_the_connection_breaks(wire: Wire) -> None:
    streams = await connected(wire)
    assert await heard(streams, b"hello") == b"hello"
    await wire.turn(Mode.SWALLOW)
    with pytest.raises(TimeoutError):
        await heard(streams, b"lost", seconds=SOON)

    await wire.turn(Mode.PASS)

    with suppress(ConnectionError):
        assert await heard(streams, b"more") == b"", "nothing comes any more"
    assert await heard(await connected(wire), b"again") == b"again"


async def test_nobody_listens_where_it_is_down_until_it_is_up_again(wire: Wire) -> None:
    await wire.turn(Mode.DOWN)
    with pytest.raises(ConnectionRefusedError):
        await connected(wire)

    await wire.turn(Mode.PASS)

    assert await heard(await connected(wire), b"hello") == b"hello"


async def test_noise_is_not_what_was_answered(wire: Wire) -> None:
    await wire.turn(Mode.NOISE)

    noise = await heard(await connected(wire), b"hello, hello, hello")

    assert noise
    assert noise != b"hello, hello, hello"


async def test_half_an_answer_breaks_off(wire: Wire) -> None:
    streams = await connected(wire)
    await wire.turn(Mode.HALF)

    begun = await heard(streams, b"x" * 500)

    assert 0 < len(begun) < 500
    assert await asyncio.wait_for(streams[0].read(1000), 10) == b""


async def test_the_name_server_answers_refuses_lies_and_is_silent() -> None:
    names, question = NameServer(), dns.message.make_query("customer.example", "TXT")
    await names.open()

    async def asked(seconds: float = 10) -> dns.rcode.Rcode:
        answer = await dns.asyncquery.udp(question, "127.0.0.1", port=names.port, timeout=seconds)
        return answer.rcode()

    assert await asked() is dns.rcode.NXDOMAIN
    await names.turn(Mode.NOISE)
    assert await asked() is dns.rcode.SERVFAIL
    for mode in (Mode.HANG, Mode.HALF, Mode.DOWN):
        await names.turn(mode)
        with pytest.raises((dns.exception.DNSException, OSError)):
            await asked(SOON)
    await names.turn(Mode.PASS)
    assert await asked() is dns.rcode.NXDOMAIN
    names.close()
