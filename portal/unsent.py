"""Unsent: answers that their readers do not take; each has its time by its size, and all together have a limit.

What a browser does not read lies in this process's memory. A connection learns of it in the moment in which the
system takes no more bytes for it, and again when the last of them is gone.
"""

import asyncio
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 20.0
"""How long an answer of any size may take, however slow the line."""

SLOWEST_BYTES = 16 * 1024
"""Bytes a second that a reader has to take beyond that: a telephone far from the next mast still does."""

MOST_BYTES = 256 * 1024 * 1024
"""Of all answers that wait in one process; where they are more, whoever has kept us waiting longest is cut off."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    size: int
    deadline: asyncio.TimerHandle


class Unsent:
    """What waits in this process to be read by somebody."""

    def __init__(
        self,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        slowest_bytes: int = SLOWEST_BYTES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._patience, self._slowest, self._most = patience_seconds, slowest_bytes, most_bytes
        self._waiting: dict[asyncio.Transport, _Waiting] = {}  # the one that waits longest first
        self._size = 0

    @property
    def size(self) -> int:
        """How many bytes wait."""
        return self._size

    def began(self, transport: asyncio.Transport) -> None:
        """Take note of an answer that did not leave at once."""
        size = transport.get_write_buffer_size()
        seconds = self._patience + size / self._slowest
        deadline = asyncio.get_running_loop().call_later(seconds, self._cut_off, transport, "too slow")
        self._waiting[transport] = _Waiting(size, deadline)
        self._size += size
        while self._size > self._most:
            self._cut_off(next(iter(self._waiting)), "too much waits")

    def ended(self, transport: asyncio.Transport | None) -> None:
        """Forget an answer that was read to its end, or whose connection is gone."""
        waiting = self._waiting.pop(transport, None) if transport is not None else None
        if waiting is not None:
            waiting.deadline.cancel()
            self._size -= waiting.size

    def _cut_off(self, transport: asyncio.Transport, why: str) -> None:
        left = transport.get_write_buffer_size()
        self.ended(transport)
        transport.abort()
        log.info("an answer was not read and is dropped", why=why, bytes_left=left)
