"""Wires that can be cut: what stands between a process and whoever it talks to, over TCP, and a name server."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CHUNK = 65_536

HALF_BYTES = 90
"""So much of an answer comes before the connection ends: less than the head of any answer over HTTP."""


class Mode(StrEnum):
    """What a wire does with what it is given."""

    PASS = "pass"
    SLOW = "slow"
    """Each answer comes late."""
    HANG = "hang"
    """Connections are taken; nothing is passed on until that is over, and then everything is."""
    SWALLOW = "swallow"
    """Connections are taken and bytes vanish; when it is over, whatever was connected breaks."""
    DOWN = "down"
    """Connections are reset, and nobody listens."""
    NOISE = "noise"
    """Answers are replaced by bytes that mean nothing."""
    HALF = "half"
    """Answers break off within their first bytes."""


class Wire:
    """A port that leads elsewhere, well or badly."""

    def __init__(self, there: Callable[[], Awaitable[Streams]], *, slow_seconds: float) -> None:
        """Take how to connect to the other end, and by how much an answer is late when the wire is slow."""
        self._there, self._slow_seconds = there, slow_seconds
        self.port = 0
        self._mode = Mode.PASS
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._pumps: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def open(self) -> None:
        """Listen; on the same port again if it did before."""
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening, and end every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._break_all()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def turn(self, mode: Mode) -> None:
        """Behave like that from now on."""
        before, self._mode = self._mode, mode
        self._changed.set()
        self._changed = asyncio.Event()
        if mode is Mode.DOWN:
            await self.close()
        elif before is Mode.SWALLOW:
            self._break_all()
        if mode is not Mode.DOWN and self._server is None:
            await self.open()

    def _break_all(self) -> None:
        for task, writer in list(self._pumps.items()):
            if isinstance(writer.transport, asyncio.Transport):
                writer.transport.abort()
            task.cancel()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pumps[task] = writer
        far: asyncio.StreamWriter | None = None
        try:
            while self._mode is Mode.HANG:
                await self._changed.wait()
            with suppress(OSError):
                source, far = await self._there()
                await asyncio.gather(self._pump(reader, far), self._pump(source, writer, answers=True))
        except asyncio.CancelledError:
            pass  # broken on purpose; nobody waits for this task
        finally:
            self._pumps.pop(task, None)
            for each in (far, writer):
                if each is not None and isinstance(each.transport, asyncio.Transport):
                    each.transport.abort() if each is far else each.close()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool = False) -> None:
        try:
            while chunk := await source.read(CHUNK):
                while self._mode is Mode.HANG:
                    await self._changed.wait()
                if self._mode is Mode.SWALLOW:
                    continue
                if answers:
                    chunk = await self._spoilt(chunk, target)
                target.write(chunk)
                await target.drain()
        finally:
            with suppress(OSError, RuntimeError):
                target.write_eof() if not answers and target.can_write_eof() else target.close()

    async def _spoilt(self, chunk: bytes, target: asyncio.StreamWriter) -> bytes:
        match self._mode:
            case Mode.SLOW:
                await asyncio.sleep(self._slow_seconds)
            case Mode.NOISE:
                return random.randbytes(min(len(chunk), 512))
            case Mode.HALF:
                target.write(chunk[:HALF_BYTES])
                await target.drain()
                raise ConnectionAbortedError
        return chunk


class NameServer(asyncio.DatagramProtocol):
    """A name server that knows nobody: every name is answered with "no such name", well or badly."""

    def __init__(self) -> None:
        self.port = 0
        self.mode = Mode.PASS
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Listen; on the same port again if it did before."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))
        self._transport, self.port = transport, int(transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    async def turn(self, mode: Mode) -> None:
        """Behave like that from now on."""
        self.mode = mode
        if mode is Mode.DOWN:
            self.close()
        elif self._transport is None:
            await self.open()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question."""
        self.asked += 1
        match self.mode:
            case Mode.PASS:
                self._answer(data, addr, dns.rcode.NXDOMAIN)
            case Mode.NOISE:
                self._answer(data, addr, dns.rcode.SERVFAIL)
            case Mode.HALF:
                self._send(data[:2] + random.randbytes(20), addr)
            case Mode.SLOW:
                asyncio.get_running_loop().call_later(2.0, self._answer, data, addr, dns.rcode.NXDOMAIN)

    def _answer(self, data: bytes, addr: tuple[str, int], code: dns.rcode.Rcode) -> None:
        try:
            answer = dns.message.make_response(dns.message.from_wire(data), recursion_available=True)
        except dns.exception.DNSException:
            return
        answer.set_rcode(code)
        self._send(answer.to_wire(), addr)

    def _send(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(data, addr)
