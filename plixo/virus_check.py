"""The virus check: asks a running clamd whether a file holds something known to be harmful."""

import asyncio
import struct
from pathlib import Path

from domain.kernel.ports import CheckUnavailable

PIECE = 64 * 1024
"""Bytes that are handed over at once."""

PATIENCE_SECONDS = 60.0
"""For one file of ten megabytes on a busy machine; it takes a fraction of a second on an idle one."""


class Clamd:
    """The INSTREAM command of clamd (its manual page, section COMMANDS); *at* is a socket's path or ``host:port``."""

    def __init__(self, at: str) -> None:
        self._at = at

    async def found(self, body: bytes) -> str | None:
        """Return what was found, or None."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self._asked(body)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise CheckUnavailable(type(error).__name__) from error
        said = answer.strip(b"\0\r\n ").decode("utf-8", "replace").removeprefix("stream: ")
        if said == "OK":
            return None
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")
        raise CheckUnavailable(said[:100] or "no answer")

    async def _asked(self, body: bytes) -> bytes:
        reader, writer = await self._connected()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(body), PIECE):
                piece = body[start : start + PIECE]
                writer.write(struct.pack("!I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            return await reader.read(4096)
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if "/" in self._at:
            return await asyncio.open_unix_connection(Path(self._at))
        host, _, port = self._at.rpartition(":")
        return await asyncio.open_connection(host, int(port))
