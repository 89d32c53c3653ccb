"""Uploads: a form with files, read as a stream and counted while it is read; nothing of it is kept on the way.

Fields stand before files in our forms, so what was typed is known by the time a file turns out to be too large. The
rest of such a form is not read.
"""

import asyncio
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from domain.commitments.documents import LARGEST, MOST, Upload
from portal.forms import BodyTooLarge
from portal.seats import Crowded, Seat

MOST_PARTS = 60
LONGEST_FIELD = 32 * 1024
"""Bytes of one field that are kept; what is longer is too long for any of them."""

LONGEST_TEXTS = 128 * 1024
"""Bytes of all fields of a form together."""

LONGEST_SECONDS = 300.0
"""For one form; fifty megabytes over a slow line take four minutes."""

GRACE_SECONDS = 30.0
"""For all that stands before the files, and again for a pause while they arrive."""

SLOWEST_BYTES = 16 * 1024
"""Bytes a second that files bring on average beyond that: whoever holds a place for them uses it."""

FILE_FIELD = "file-"
"""How the names of our file fields begin; behind it stands which kind of document it is."""

_UNUSUAL = ("Content-Length", "Content-Encoding", "Content-Transfer-Encoding")
"""Heads of a part that no browser sends (RFC 7578, 4.7): each would have its body read in a second way."""

_CHUNK = 64 * 1024


class UploadBroken(Exception):
    """Say that a form did not arrive as browsers send them, not to its end, or too slowly."""


class FilesUnread(Exception):
    """Say why a form was not read to its end, and what had been typed into it."""

    def __init__(self, fields: dict[str, str], why: UploadBroken | Crowded) -> None:
        self.fields, self.why = fields, why
        super().__init__(type(why).__name__)


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
    seat: Seat
    pace: asyncio.Timeout
    grace: float
    started: float
    fields: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    texts: int = 0
    began: float = 0.0
    """When the first file began to be read."""
    arrived: int = 0
    """Bytes of all files."""

    async def begin_file(self) -> None:
        """Wait for a place, in a time of its own, and let the time of the files run."""
        self.pace.reschedule(None)
        await self.seat.take()
        self.began = self.began or _now()
        self.go_on(0)

    def go_on(self, arrived: int) -> None:
        """Give the next bytes a time for those that arrived."""
        self.arrived += arrived
        until = self.began + self.grace + self.arrived / SLOWEST_BYTES
        self.pace.reschedule(min(until, self.started + LONGEST_SECONDS))


async def read(request: web.Request, *, seat: Seat, grace_seconds: float = GRACE_SECONDS) -> Received:
    """Read a form with files; the *seat* is taken when the first of them begins.

    Raises:
        FilesUnread: It is no such form, broke off, was too slow, or there is no place for its files.
        BodyTooLarge: More fields, or longer ones, than our forms have.
    """
    fields: dict[str, str] = {}
    try:
        async with asyncio.timeout(grace_seconds) as pace:
            return await _read(await request.multipart(), _Reading(seat, pace, grace_seconds, _now(), fields))
    except Crowded as why:
        raise FilesUnread(fields, why) from None
    except (
        ValueError,
        AssertionError,
        RuntimeError,
        OSError,  # a time that is over among them
        HttpProcessingError,
        web.RequestPayloadError,
        UploadBroken,
    ) as error:
        raise FilesUnread(fields, UploadBroken()) from error


async def _read(form: MultipartReader, reading: _Reading) -> Received:
    for _ in range(MOST_PARTS):
        part = await form.next()
        if part is None:
            return Received(reading.fields, tuple(reading.files))
        if not isinstance(part, BodyPartReader) or part.name is None or any(each in part.headers for each in _UNUSUAL):
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
    await reading.begin_file()
    body = bytearray()
    while not part.at_eof():
        chunk = await part.read_chunk(_CHUNK)
        body += chunk
        if len(body) > LARGEST:
            return "act_file_large"
        reading.go_on(len(chunk))
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


def _now() -> float:
    return asyncio.get_running_loop().time()
