"""Intake: takes the bytes of one mail as they arrive, up to a lone dot, in bounded memory.

Only CRLF, dot, CRLF ends a mail. A lone dot between other line ends is where a less strict server would see the end,
and behind it commands for a second mail that somebody smuggles in. A mail with such a dot is taken to its true end and
then refused; a mail whose line ends are merely odd is taken, for many a real one has them.
"""

import re
from enum import Enum, auto

_END = b"\r\n.\r\n"

_HINTS = (b"\n.", b"\r.", b"\0.")
"""What every false end has in it; looked for first, since that is far quicker than the pattern."""

_FALSE_END = re.compile(rb"(?:[\r\n]\0?)\.(?:\n|\r(?=[^\n]))|(?:\r|(?<!\r)\n|[\r\n]\0)\.\r\n", re.DOTALL)
"""A dot alone on its line, by any mixture of CR, LF and NUL but the one that ends a mail."""

_OVERLAP = 5
"""Octets before a new piece that may belong to an end which it completes."""


class Flooded(Exception):
    """Raised when the sender does not stop long after the mail was too large."""


class Fate(Enum):
    """What became of a mail."""

    TAKEN = auto()
    TOO_LARGE = auto()
    NO_ROOM = auto()
    FALSE_END = auto()


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
        self._dotted = False
        self.fate = Fate.TAKEN

    def feed(self, chunk: bytes) -> bytes | None:
        """Take what arrived; return what stands behind the end of the mail, or None while it goes on.

        Raises:
            Flooded: The sender sent more than twice the limit.
        """
        self._arrived += len(chunk)
        if self._arrived > 2 * self._max_bytes + len(_END):
            raise Flooded
        search_from = max(0, len(self._buffer) - _OVERLAP)
        self._buffer += chunk
        end = self._buffer.find(_END, search_from)
        rest = None
        if end >= 0:
            rest = bytes(self._buffer[end + len(_END) :])
            del self._buffer[end + 2 :]
        self._look_for_false_ends(search_from)
        self._bound(spare=len(_END) if rest is None else 0)
        return rest

    def body(self) -> bytes:
        """Return the mail, with the dots taken out that senders double, and forget it."""
        buffer, self._buffer = self._buffer, bytearray()
        if self._dotted:
            buffer = buffer.replace(b"\r\n.", b"\r\n")
        return bytes(memoryview(buffer)[2:])

    def release(self) -> None:
        """Give the shared memory back."""
        self._room.give_back(self._held)
        self._held = 0

    def _look_for_false_ends(self, start: int) -> None:
        if self.fate is not Fate.TAKEN or all(self._buffer.find(each, start) < 0 for each in _HINTS):
            return
        self._dotted = True
        if _FALSE_END.search(self._buffer, start) is not None:
            self._refuse(Fate.FALSE_END)

    def _bound(self, *, spare: int) -> None:
        """Keep the buffer within the limits; of a refused mail only the tail that may begin its end is kept."""
        if self.fate is Fate.TAKEN:
            if len(self._buffer) - 2 > self._max_bytes + spare:
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
