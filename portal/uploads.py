"""Uploads: a form with files, read as a stream and counted while it is read; nothing of it is kept on the way.

Fields stand before files in our forms, so what was typed is known by the time a file turns out to be too large. The
rest of such a form is not read.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from domain.commitments.documents import LARGEST, MOST, Upload
from portal.forms import BodyTooLarge

MOST_PARTS = 60
LONGEST_FIELD = 32 * 1024
"""Bytes of one field that are kept; what is longer is too long for any of them."""

LONGEST_TEXTS = 128 * 1024
"""Bytes of all fields of a form together."""

MOST_AT_ONCE = 16
"""Forms with files that one process holds at the same time; each may have fifty megabytes, so all less than one GB."""

MOST_OF_ONE = 4
"""Of these from one address, so that a stranger who sends slowly does not keep everybody else from sending."""

LONGEST_SECONDS = 300.0
"""For one form; fifty megabytes over a slow line take four minutes."""

FILE_FIELD = "file-"
"""How the names of our file fields begin; behind it stands which kind of document it is."""

_CHUNK = 64 * 1024


class UploadBroken(Exception):
    """Say that a form did not arrive as browsers send them, or not to its end."""


class Crowded(Exception):
    """Say that too many files arrive at the moment."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a form held; with a *fault*, up to there."""

    fields: dict[str, str]
    files: tuple[Upload, ...] = ()
    fault: str = ""
    """A key of the texts that says why the files could not be taken; empty when they could."""
    fault_name: str = ""
    """Which file it is about."""


@dataclass(slots=True)
class _Reading:
    fields: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    texts: int = 0


_busy: Counter[str] = Counter()


@contextmanager
def seat(request: web.Request, *, address: str) -> Iterator[None]:
    """Hold one of the places for forms with files, for as long as what it brings is in memory; others need none.

    Raises:
        Crowded: Too many files arrive at the moment, in all or from that address.
    """
    if not request.content_type.startswith("multipart/"):
        yield
        return
    if _busy.total() >= MOST_AT_ONCE or _busy[address] >= MOST_OF_ONE:
        raise Crowded
    _busy[address] += 1
    try:
        yield
    finally:
        _busy[address] -= 1
        if not _busy[address]:
            del _busy[address]


async def read(request: web.Request) -> Received:
    """Read a form with files, whose reader has a ``seat``.

    Raises:
        UploadBroken: It is no such form, or it broke off.
        BodyTooLarge: More fields, or longer ones, than our forms have.
    """
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await _read(await request.multipart())
    except (
        ValueError,
        AssertionError,
        RuntimeError,
        OSError,
        HttpProcessingError,
        web.RequestPayloadError,
    ) as error:
        raise UploadBroken from error


async def _read(form: MultipartReader) -> Received:
    reading = _Reading()
    for _ in range(MOST_PARTS):
        part = await form.next()
        if part is None:
            return Received(reading.fields, tuple(reading.files))
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise UploadBroken
        if part.name.startswith(FILE_FIELD):
            if fault := await _file(part, reading):
                return Received(reading.fields, fault=fault, fault_name=part.filename or "")
        else:
            await _text(part, reading)
    raise BodyTooLarge


async def _file(part: BodyPartReader, reading: _Reading) -> str:
    """Read one file; return what is wrong with it."""
    if not part.filename:  # a field in which nothing was chosen
        return "" if not await part.read_chunk(_CHUNK) else "act_file_unusable"
    if len(reading.files) >= MOST:
        return "act_files_many"
    body = bytearray()
    while not part.at_eof():
        body += await part.read_chunk(_CHUNK)
        if len(body) > LARGEST:
            return "act_file_large"
    if not body:
        return "act_file_empty"
    kind = (part.name or "").removeprefix(FILE_FIELD)
    reading.files.append(Upload(part.filename, bytes(body), kind))
    return ""


async def _text(part: BodyPartReader, reading: _Reading) -> None:
    kept = bytearray()
    while not part.at_eof():
        chunk = await part.read_chunk(_CHUNK)
        reading.texts += len(chunk)
        if reading.texts > LONGEST_TEXTS:
            raise BodyTooLarge
        kept += chunk[: LONGEST_FIELD - len(kept)]
    assert part.name is not None, "a part without a name was refused before"
    reading.fields[part.name[:100]] = bytes(kept).decode("utf-8", "replace")
