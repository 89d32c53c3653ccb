"""Intake: takes the bytes of one mail as they arrive, up to a lone dot, in bounded memory.

Only CRLF, dot, CRLF ends a mail. Every other mixture of line ends and dots is part of it, so nothing can be smuggled
in behind it as a second mail.
"""

import asyncio
from enum import Enum, auto

_END = b"\r\n.\r\n"


class Flooded(Exception):
    """Raised when the sender does not stop long after the mail was too large."""


class Fate(Enum):
    """What became of a mail."""

    TAKEN = auto()
    TOO_LARGE = auto()
    NO_ROOM = auto()


class Room:
    """The memory that all unfinished mails share."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def take(self, size: int) -> bool:
        """Take so many bytes, or none of them."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give_back(self, size: int) -> None:
        """Give bytes back."""
        self._left += size


class Intake:
    """One mail on its way in. What is above the limit is counted and thrown away until the sender is done."""

    def __init__(self, *, max_bytes: int, room: Room) -> None:
        self._max_bytes, self._room = max_bytes, room
        self._buffer = bytearray(b"\r\n")  # so that a dot in the very first line is found as in any other
        self._arrived = self._held = 0
        self.fate = Fate.TAKEN
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def feed(self, chunk: bytes) -> bytes | None:
        """Take what arrived; return what stands behind the end of the mail, or None while it goes on.

        Raises:
            Flooded: The sender sent more than twice the limit.
        """
        self._arrived += len(chunk)
        if self._arrived > 2 * self._max_bytes + len(_END):
            raise Flooded
        search_from = max(0, len(self._buffer) - len(_END) + 1)
        self._buffer += chunk
        end = self._buffer.find(_END, search_from)
        if end < 0:
            self._bound()
            return None
        rest = bytes(self._buffer[end + len(_END) :])
        del self._buffer[end + 2 :]
        if self.fate is Fate.TAKEN and len(self._buffer) - 2 > self._max_bytes:
            self._refuse(Fate.TOO_LARGE)
        if not self.ended.done():
            self.ended.set_result(None)
        return rest

    def body(self) -> bytes:
        """Return the mail, with the dots taken out that senders double, and forget it."""
        buffer, self._buffer = self._buffer, bytearray()
        if b"\r\n." in buffer:
            buffer = buffer.replace(b"\r\n.", b"\r\n")
        return bytes(memoryview(buffer)[2:])

    def release(self) -> None:
        """Give the shared memory back."""
        self._room.give_back(self._held)
        self._held = 0

    def _bound(self) -> None:
        """Keep the buffer within the limits; of a refused mail only the tail that may begin its end is kept."""
        if self.fate is Fate.TAKEN:
            if len(self._buffer) - 2 > self._max_bytes + len(_END):
                self._refuse(Fate.TOO_LARGE)
            elif not self._room.take(grown := len(self._buffer) - self._held):
                self._refuse(Fate.NO_ROOM)
            else:
                self._held += grown
        if self.fate is not Fate.TAKEN:
            del self._buffer[: -len(_END) + 1]

    def _refuse(self, fate: Fate) -> None:
        self.fate = fate
        self.release()
