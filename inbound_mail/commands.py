"""The commands of one session: aiosmtpd reads them here, one at a time, counted and in bounded memory.

aiosmtpd's own reader drops what is too long without end, counts neither empty nor overlong lines, and answers whatever
a sender sent ahead in one go, while all other sessions wait.
"""

import asyncio
import logging
from typing import Protocol

from inbound_mail import answers
from inbound_mail.limits import Limits

log = logging.getLogger(__name__)

COMMAND_OCTETS = 1024
"""Of one command line: twice what RFC 5321 asks for, since addresses may be in UTF-8."""

TURN = 64
"""Commands that one session is answered before the others have their turn."""

_USEFUL = frozenset({b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"STARTTLS", b"QUIT"})
"""Those that a sender of mail needs; of the others it has few."""


class Wire(Protocol):
    """What the commands arrive over: the connection, or the encryption above it."""

    def pause_reading(self) -> None:
        """Leave to the system what comes."""

    def resume_reading(self) -> None:
        """Read again."""

    def is_closing(self) -> bool:
        """Tell whether it is being closed."""


class Listener(Protocol):
    """The session, as its commands know it."""

    def part(self, last_words: str) -> None:
        """Say something last and hang up."""

    def cut_off(self) -> None:
        """End now."""


class Commands:
    """What aiosmtpd takes for its reader: it asks for a line, and clears the buffer when encryption begins."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits, listener: Listener) -> None:
        self._loop, self._limits, self._listener = loop, limits, listener
        self._transport: Wire | None = None  # aiosmtpd puts the encrypted one here, under this name
        self._buffer = bytearray()  # aiosmtpd clears it, under this name
        self._waiter: asyncio.Future[None] | None = None
        self._left, self._idle_left = limits.commands, limits.idle_commands
        self._heard = 0
        self._last = False

    @property
    def awaited(self) -> bool:
        """Whether all that came was answered, so that only the sender can go on."""
        return self._waiter is not None and not self._waiter.done()

    @property
    def waiting(self) -> bool:
        """Whether something waits for its turn."""
        return bool(self._buffer)

    def come_over(self, transport: Wire) -> None:
        """Take commands from this connection."""
        self._transport = transport

    def feed(self, data: bytes) -> None:
        """Keep what arrived until its turn; while much waits, no more is read."""
        self._buffer += data
        self._read_on()
        self._wake()

    def end(self) -> None:
        """Expect nothing more: what waits is answered, then the session ends."""
        self._last = True
        self._wake()

    def take(self) -> bytes:
        """Return all that waits, which is a mail's when its sender did not wait for 354."""
        taken = bytes(self._buffer)
        self._drop(len(taken))
        return taken

    async def readuntil(self, _separator: bytes = b"\n") -> bytes:
        """Return the next line for aiosmtpd. When there will be none, wait until the end of the session cancels it."""
        self._heard += 1
        if self._heard % TURN == 0:
            await asyncio.sleep(0)
        while self._transport is not None and not self._transport.is_closing():
            end = self._buffer.find(b"\n")
            if end >= 0:
                line = bytes(self._buffer[:end]).rstrip(b"\r")[: COMMAND_OCTETS + 1]
                self._drop(end + 1)
                if self._allowed(line):
                    return line + b"\r\n"
                self._listener.part(answers.TOO_MANY_COMMANDS)
            elif len(self._buffer) > self._limits.unread_bytes:
                log.warning("SMTP session ended: a command that does not end")
                self._listener.cut_off()
            elif self._last:
                self._listener.part("")
            else:
                await self._more()
        never: asyncio.Future[bytes] = self._loop.create_future()
        return await never

    def _allowed(self, line: bytes) -> bool:
        self._left -= 1
        if line.partition(b" ")[0].upper() not in _USEFUL or len(line) > COMMAND_OCTETS:
            self._idle_left -= 1
        return self._left >= 0 and self._idle_left >= 0

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._read_on()

    def _read_on(self) -> None:
        """Read from the connection, or leave what comes to the system until there is room."""
        if self._transport is None or self._transport.is_closing():
            return
        if len(self._buffer) > self._limits.unread_bytes:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    async def _more(self) -> None:
        self._waiter = self._loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
