"""The reading room: mail is read in processes of their own, with a limit on time and memory.

Whatever a mail does to its reader (a crash, a loop, a flood), the product and the other mails do not notice: the
reader is killed and another one takes its place. A reader holds no secret: it gets an empty environment and a pipe.
"""

import asyncio
import json
import os
import struct
import subprocess
import sys
import threading
import weakref
from datetime import date
from pathlib import Path
from typing import Protocol

from domain.deliverability import notes
from domain.deliverability.opening import Opened
from domain.deliverability.reading import mime
from domain.kernel.speech import say

MOST_READERS = 4
"""Processes at most, and never more than the machine has cores; one reads more than a thousand mails a second."""

MAILS_OF_READER = 5000
"""After so many a reader is replaced, so that whatever it may leak stays small."""

MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Of one reading. The largest real ones have some kilobytes; a reader that says more has lost its mind."""

SECONDS = 10.0
"""For one mail. The worst hostile one takes a third of a second."""

_ROOT = str(Path(__file__).resolve().parents[2])
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from domain.deliverability.reading import child; child.serve()"
"""What a reader runs; its argument is the folder in which our packages lie."""

_LENGTH = struct.Struct(">I")


class Unreadable(Exception):
    """No reading could be made; the text says why and holds nothing of the mail."""


class Reader(Protocol):
    """Whatever makes a reading of a mail."""

    async def read(self, raw: bytes, *, envelope_from: str, today: date) -> Opened:
        """Read one mail.

        Raises:
            Unreadable: It crashed its reader, took too long, or broke a rule.
        """


class ReadingRoom:
    """A few readers, started when they are needed and stopped with the room."""

    def __init__(self, *, readers: int | None = None, seconds: float = SECONDS, program: str = PROGRAM) -> None:
        """Make a room; *program* is what a reader runs, and only tests have another one."""
        self._seconds, self._program = seconds, program
        self._seats = asyncio.Semaphore(readers or min(MOST_READERS, os.cpu_count() or 1))
        self._idle: list[_Child] = []

    async def read(self, raw: bytes, *, envelope_from: str, today: date) -> Opened:
        """Read one mail in a process of its own; one that dies is given a second try in a fresh process.

        Raises:
            Unreadable: It crashed its reader twice, took too long, or broke a rule.
        """
        async with self._seats:
            head = json.dumps({"envelope_from": envelope_from, "today": today.isoformat()}).encode("ascii")
            answer = await self._ask(raw, head) or await self._ask(raw, head, fresh=True)
        if answer is None:
            raise Unreadable(say(notes.CRASHED))
        try:
            told = json.loads(answer)
            if "error" not in told:
                return Opened.from_json(told)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise Unreadable(say(notes.NONSENSE)) from None
        raise Unreadable(say(notes.FAILED, fault=str(told["error"])[:100]))

    async def _ask(self, raw: bytes, head: bytes, *, fresh: bool = False) -> bytes | None:
        child = self._idle.pop() if self._idle and not fresh else _Child(self._program)
        try:
            answer = await asyncio.to_thread(child.ask, raw, head, self._seconds)
        except (asyncio.CancelledError, Unreadable):
            child.stop()
            raise
        if answer is None or child.asked >= MAILS_OF_READER:
            child.stop()
        else:
            self._idle.append(child)
        return answer

    def close(self) -> None:
        """Stop the readers; a room that is simply forgotten stops them as well."""
        for child in self._idle:
            child.stop()
        self._idle.clear()


class _Child:
    """One reading process."""

    def __init__(self, program: str) -> None:
        self.asked = 0
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
            [sys.executable, "-I", "-S", "-c", program, _ROOT],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, start_new_session=True,
        )  # fmt: skip
        self.stop = weakref.finalize(self, _end, self._process)

    def ask(self, raw: bytes, head: bytes, seconds: float) -> bytes | None:
        """Send one mail and return the answer, or None when the process died.

        Raises:
            Unreadable: It had to be killed, since it took too long.
        """
        self.asked += 1
        late = threading.Event()
        alarm = threading.Timer(seconds, self._kill, (late,))
        alarm.daemon = True
        alarm.start()
        try:
            answer = self._exchange(raw[: mime.MAX_BYTES], head)
        finally:
            alarm.cancel()
        if answer is None and late.is_set():
            raise Unreadable(say(notes.SLOW, seconds=f"{seconds:g}"))
        return answer

    def _kill(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _exchange(self, raw: bytes, told: bytes) -> bytes | None:
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(_LENGTH.pack(len(told)) + told + _LENGTH.pack(len(raw)))
            self._process.stdin.write(raw)
            self._process.stdin.flush()
            head = self._process.stdout.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                return None
            (length,) = _LENGTH.unpack(head)
            if length > MAX_ANSWER_BYTES:
                return None
            answer = self._process.stdout.read(length)
        except (OSError, ValueError):  # it died, and its pipes with it
            return None
        return answer if len(answer) == length else None


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                continue  # it died with something unsent; nobody waits for that
    process.wait()
