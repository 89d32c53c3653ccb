"""One connection: words out, one alarm for all deadlines, and no more read than can be worked on."""

import asyncio
from typing import cast


class Connection(asyncio.Protocol):
    """What every session needs of its connection, whatever is spoken on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, parting_seconds: float, unread_bytes: int) -> None:
        self._loop = loop
        self._parting_seconds, self._unread_bytes = parting_seconds, unread_bytes
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        """What arrived and has not had its turn."""
        self._choked = False
        """Whether the other side does not read what it is told."""
        self._ended = False
        self._reading = True
        self._until = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        del error
        self._ended = True
        self._buffer.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def pause_writing(self) -> None:
        """Answer no more until the other side has read what it was told."""
        self._choked = True

    def resume_writing(self) -> None:
        """Answer again."""
        self._choked = False
        self._go_on()

    def cut_off(self) -> None:
        """End now, whatever goes on."""
        if self._transport is not None:
            self._transport.abort()

    def _go_on(self) -> None:
        """Work on what waits in the buffer."""
        raise NotImplementedError

    def _due(self) -> float:
        """Return when patience ends."""
        return self._until

    def _expired(self) -> None:
        """Act upon the end of patience."""
        raise NotImplementedError

    def _peer_address(self) -> str:
        assert self._transport is not None
        return str((self._transport.get_extra_info("peername") or ("",))[0])

    def _tell(self, text: str) -> None:
        if self._transport is not None and not self._ended:
            self._transport.write(text.encode("utf-8") + b"\r\n")

    def _part(self, last_words: str) -> None:
        """Say something last and hang up; whoever does not listen is cut off."""
        if self._transport is None or self._ended:
            return
        self._tell(last_words)
        self._ended = True
        self._buffer.clear()
        self._transport.close()
        self._wait(self._parting_seconds)

    def _read_on(self, *, allowed: bool) -> None:
        """Read from the connection, or leave what comes to the system until there is room."""
        if self._transport is not None and allowed is not self._reading and not self._transport.is_closing():
            self._reading = allowed
            self._transport.resume_reading() if allowed else self._transport.pause_reading()

    def _now(self) -> float:
        return self._loop.time()

    def _wait(self, seconds: float) -> None:
        """Be patient for so long from now on; the alarm is set anew only where it would come too late."""
        self._until = self._now() + seconds
        due = self._until if self._ended else self._due()
        if self._alarm is None or self._alarm.when() > due:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_at(due, self._look_at_clock)

    def _look_at_clock(self) -> None:
        self._alarm = None
        due = self._until if self._ended else self._due()
        if due > self._now():
            self._alarm = self._loop.call_at(due, self._look_at_clock)
        elif self._ended or self._choked:
            self.cut_off()
        else:
            self._expired()
