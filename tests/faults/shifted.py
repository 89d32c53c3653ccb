"""The clock of the processes under fault: the machine's time, shifted, and stopped or made to jump by the test."""

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_BYTES = 16
_MICROS = timedelta(microseconds=1)


class ShiftedClock:
    """The machine's time plus what the file says; every process of the test opens the same file."""

    def __init__(self, path: Path, *, shift: timedelta | None = None) -> None:
        if shift is not None:
            path.write_bytes(struct.pack("<qq", shift // _MICROS, 0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _BYTES)

    def now(self) -> datetime:
        """Return the present as the processes are told it, aware, in UTC."""
        shift, stopped = struct.unpack("<qq", self._map[:_BYTES])
        real = stopped or time.time_ns() // 1000
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=real + shift)

    @property
    def shift(self) -> timedelta:
        """How far it is from the machine's."""
        return timedelta(microseconds=struct.unpack("<q", self._map[:8])[0])

    @shift.setter
    def shift(self, shift: timedelta) -> None:
        self._map[:8] = struct.pack("<q", shift // _MICROS)

    def stop(self) -> None:
        """Stand still."""
        self._map[8:] = struct.pack("<q", time.time_ns() // 1000)

    def go_on(self) -> None:
        """Tell the machine's time again."""
        self._map[8:] = struct.pack("<q", 0)
