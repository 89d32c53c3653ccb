"""The virus check: what clamd says of a file, and no verdict where it says nothing."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.kernel.ports import CheckUnavailable
from plixo.virus_check import Clamd

Answer = Callable[[bytes], bytes]


@asynccontextmanager
async def a_clamd(at: Path, answer: Answer) -> AsyncIterator[str]:
    """Listen as clamd does: INSTREAM, pieces with their lengths, an empty one at the end."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        body = b""
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            body += await reader.readexactly(size)
        writer.write(answer(body))
        writer.close()

    server = await asyncio.start_unix_server(serve, at)
    async with server:
        yield str(at)


def verdict(body: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in body else b"stream: OK\0"


async def test_what_is_harmful_is_named_and_what_is_not_passes(tmp_path: Path) -> None:
    async with a_clamd(tmp_path / "clamd", verdict) as at:
        assert await Clamd(at).found(b"harmless" * 100_000) is None
        assert await Clamd(at).found(b"x" * 70_000 + b"EICAR") == "Eicar-Test-Signature"


@pytest.mark.parametrize("said", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: whatever\0"])
async def test_anything_else_is_no_verdict(tmp_path: Path, said: bytes) -> None:
    async with a_clamd(tmp_path / "clamd", lambda _: said) as at:
        with pytest.raises(CheckUnavailable):
            await Clamd(at).found(b"file")


@pytest.mark.parametrize("said", [b"", b"INSTREAM size limit exceeded. ERROR\0"])
async def test_a_check_that_hangs_up_over_a_large_file_gives_no_verdict(tmp_path: Path, said: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100_000)  # its own limit
        writer.write(said)
        writer.close() if said else writer.transport.abort()

    async with await asyncio.start_unix_server(serve, tmp_path / "clamd"):
        with pytest.raises(CheckUnavailable):
            await Clamd(str(tmp_path / "clamd")).found(b"x" * 10 * 1024 * 1024)


@pytest.mark.parametrize("at", ["/nowhere/clamd.sock", "127.0.0.1:1"])
async def test_a_check_that_does_not_listen_gives_no_verdict(at: str) -> None:
    with pytest.raises(CheckUnavailable):
        await Clamd(at).found(b"file")
