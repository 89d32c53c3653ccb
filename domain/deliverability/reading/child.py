"""The reading process: takes mails from standard input one after the other and answers with readings as JSON."""

import gc
import json
import resource
import signal
import struct
import sys
from datetime import date
from typing import BinaryIO

from domain.deliverability import opening, reading, replies

MEMORY_BYTES = 768 * 1024 * 1024
"""Address space of one reader; it takes a tenth for the largest mail. A mail that asks for more gets a MemoryError."""

SECONDS_AT_MOST = 60
"""For one mail, counted by the reader itself: its room ends it long before, unless the room died in the meantime."""

_LENGTH = struct.Struct(">I")


def serve() -> None:
    """Answer until the other side closes the pipe."""
    reading.read(b""), replies.read(b"", today=date.min)  # an empty mail, so that the tables are loaded
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # the tables stay for ever; the collector need not walk through them again and again
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (head := _taken(source)) is not None and (raw := _taken(source)) is not None:
        signal.alarm(SECONDS_AT_MOST)  # nobody catches it, so it ends the process
        answer = _answer(raw, **json.loads(head))
        signal.alarm(0)
        sink.write(_LENGTH.pack(len(answer)) + answer)
        sink.flush()


def _answer(raw: bytes, envelope_from: str, today: str) -> bytes:
    try:
        told = opening.opened(raw, envelope_from=envelope_from, today=date.fromisoformat(today)).as_json()
    except Exception as error:  # the rim: whatever a mail breaks here is told, and the mail is kept
        told = {"error": type(error).__name__}
    return json.dumps(told).encode("ascii")


def _taken(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH.size)
    return source.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else None
