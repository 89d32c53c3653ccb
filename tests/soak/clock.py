"""What the soak's processes share: a clock that moves forwards in jumps, who is away, and how many jobs each is at."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from enum import IntFlag
from pathlib import Path


class Away(IntFlag):
    """Who does not answer for some hours."""

    NOBODY = 0
    SLACK = 1
    STRIPE = 2


class SharedClock:
    """Tell the moment that the file holds, and who is away. Every process of the soak opens the same file."""

    def __init__(self, path: Path, *, at: datetime | None = None) -> None:
        if at is not None:
            path.write_bytes(struct.pack("<qq", _micros(at), 0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 16)

    def now(self) -> datetime:
        """Return the simulated present, aware, in UTC."""
        return _EPOCH + timedelta(microseconds=struct.unpack("<q", self._map[:8])[0])

    def set(self, at: datetime) -> None:
        """Move to a moment."""
        self._map[:8] = struct.pack("<q", _micros(at))

    @property
    def moving(self) -> bool:
        """Whether the clock is about to move: no job begins until it has, so that none is in two hours at once."""
        return self._map[8] != 0

    @moving.setter
    def moving(self, moving: bool) -> None:
        self._map[8] = int(moving)

    @property
    def away(self) -> Away:
        """Who is away now."""
        return Away(self._map[9])

    @away.setter
    def away(self, away: Away) -> None:
        self._map[9] = int(away)


class BusyCount:
    """How many jobs one process is at, in a small file that the process and the driver map into memory."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("<q", 0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)

    @property
    def count(self) -> int:
        """The number as it is now."""
        return int(struct.unpack("<q", self._map[:8])[0])

    def add(self, change: int) -> None:
        """Count one more, or one less."""
        self._map[:8] = struct.pack("<q", self.count + change)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
