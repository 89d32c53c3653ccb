"""Papers: what strangers sent is opened in a process of its own, with limits on time, memory and output."""

import asyncio
import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.cash_application import notes
from domain.kernel.speech import say

SECONDS = 20.0
"""For one file, by the clock; ordinary ones take half a second."""

AT_ONCE = 2
"""Processes at the same time."""

MAX_BYTES = 5 << 20
"""Of a file that is read as an advice."""

_MAX_ANSWER = 80 << 20
"""Bytes of an answer: ten attachments of the largest size, in base64."""

_ROOT = str(Path(__file__).resolve().parents[2])
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from domain.cash_application import paper_child; paper_child.serve()"
)

_SEATS = ThreadPoolExecutor(AT_ONCE, "papers")


class Unopened(Exception):
    """The file could not be opened; the text says why and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail."""

    file_name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What a mail carries that could be an advice."""

    subject: str
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """The text of a PDF, a page each, as it is laid out."""

    texts: tuple[str, ...]
    count: int
    """Of all pages, read or not."""


async def text_of(body: bytes) -> Pages:
    """Return the text of a PDF.

    Raises:
        Unopened: It is too large, locked, broken, takes too long, or holds no text.
    """
    if len(body) > MAX_BYTES:
        raise Unopened(say(notes.TOO_LARGE, size=MAX_BYTES >> 20))
    told = await _asked(body, "pdf")
    pages = Pages(tuple(str(each) for each in told["pages"]), int(told["count"]))
    if not any(text.strip() for text in pages.texts):
        raise Unopened(say(notes.PICTURES))
    return pages


async def enclosed(mail: bytes) -> Enclosed:
    """Return the PDF and CSV files that a mail carries.

    Raises:
        Unopened: Reading the mail failed.
    """
    told = await _asked(mail, "mail")
    files = (Attachment(each["name"], each["type"], base64.b64decode(each["body"])) for each in told["attachments"])
    return Enclosed(str(told["subject"]), tuple(files))


_ERRORS = {"memory": notes.TOO_BIG, "broken": notes.NO_PDF, "locked": notes.LOCKED}
"""What the process that opens papers answers where it cannot."""


async def _asked(body: bytes, what: str) -> dict[str, Any]:
    answer = await asyncio.get_running_loop().run_in_executor(_SEATS, _answer, body, what)
    told: dict[str, Any] = json.loads(answer)
    if "error" in told:
        raise Unopened(say(_ERRORS[told["error"]], kind=str(told.get("kind", ""))[:40]))
    return told


def _answer(body: bytes, what: str) -> bytes:
    command = [sys.executable, "-I", "-c", _BOOT, _ROOT, what]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own module
            command, input=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, timeout=SECONDS,
            start_new_session=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unopened(say(notes.TOO_SLOW, seconds=f"{SECONDS:g}")) from None
    if done.returncode != 0 or not done.stdout:
        raise Unopened(say(notes.BROKE_OFF))
    if len(done.stdout) > _MAX_ANSWER:
        raise Unopened(say(notes.TOO_LONG))
    return done.stdout
