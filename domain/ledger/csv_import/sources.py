"""Sources: a file's bytes turned into text, strictly; what cannot be told from the file is asked."""

import codecs
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from domain.kernel.speech import phrase, say
from domain.ledger.csv_import.refusals import DelimiterUnclear, EncodingUnknown, FileUnreadable, OptionUnusable
from domain.ledger.csv_import.requests import Progress

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_FILE_BYTES = 1 << 30
"""One gibibyte: some ten million invoices, more than one import should hold in one transaction."""


def _too_large() -> FileUnreadable:
    return FileUnreadable(say("The file is larger than {most} MB. Import it in parts.", most=MAX_FILE_BYTES >> 20))


MAX_LINE = 1 << 20
"""Bytes of one line; a file with longer ones is no table."""

BLOCK = 1 << 16
"""Bytes that are read at a time; the cells of more do not stay near the processor."""

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_NOT_CSV = (
    (b"PK\x03\x04", phrase("a spreadsheet or archive; save it as CSV")),
    (b"\xd0\xcf\x11\xe0", phrase("an old spreadsheet; save it as CSV")),
    (b"%PDF", phrase("a PDF; export the list as CSV")),
    (b"\x1f\x8b", phrase("compressed; unpack it first")),
)

_TEXT_CODECS = re.compile(
    r"(utf-(8|16|32)(-sig|-[lb]e)?|ascii|cp\d+|iso8859-\d+|mac-\w+|koi8-\w|shift_jis\w*|euc_\w+|gb\w+|big5\w*)"
)
"""Encodings that exports have; Python knows others that are no character sets."""


class Handed(Protocol):
    """A file that somebody hands over: either a path or an open binary stream."""

    @property
    def file_name(self) -> str:
        """The name to show and to store, without folders."""

    @property
    def path(self) -> Path | None:
        """Where it is."""

    @property
    def stream(self) -> BinaryIO | None:
        """What it is read from."""


@contextmanager
def opened(request: Handed) -> Iterator[BinaryIO]:
    """Open the request's bytes so that they can be read twice.

    Raises:
        FileUnreadable: It cannot be opened, is larger than the limit, empty, or no CSV file.
    """
    with ExitStack() as stack:
        file = request.stream
        if file is None:
            assert request.path is not None
            try:
                file = cast("BinaryIO", stack.enter_context(request.path.open("rb")))
            except OSError as error:
                raise FileUnreadable(
                    say("{file} cannot be read: {why}.", file=request.file_name, why=error.strerror)
                ) from None
        if not file.seekable():
            file = stack.enter_context(_spooled(file))
        size = file.seek(0, io.SEEK_END)
        if size > MAX_FILE_BYTES:
            raise _too_large()
        file.seek(0)
        _looked_at(file, request.file_name)
        yield file


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(_Limited(stream), copy)
        yield cast("BinaryIO", copy)


class _Limited(io.RawIOBase):
    """A stream that ends one byte after the limit, so that an endless one does not fill the disk."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner, self._left = inner, MAX_FILE_BYTES + 1

    def read(self, size: int = -1) -> bytes:
        found = self._inner.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(found)
        return found


def _looked_at(file: BinaryIO, name: str) -> None:
    head = file.read(8)
    file.seek(0)
    if not head:
        raise FileUnreadable(say("{file} is empty.", file=name))
    for start, what in _NOT_CSV:
        if head.startswith(start):
            raise FileUnreadable(say("{file} is no CSV file but {what}.", file=name, what=say(what)))


class Tally:
    """Adds up the bytes of one of the two readings and tells the progress of both."""

    def __init__(self, progress: Progress | None, *, before: int, whole: int) -> None:
        self._progress, self._done, self._whole = progress, before, whole

    def more(self, count: int) -> None:
        """Take note of bytes that were read."""
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._whole)


class Bytes(io.RawIOBase):
    """A file's bytes on their way, counted and hashed."""

    def __init__(self, inner: BinaryIO, told: Callable[[int], None]) -> None:
        inner.seek(0)
        self.inner, self._told = inner, told
        self.hash = hashlib.sha256()
        self._left = MAX_FILE_BYTES
        self._since_end = 0
        """Bytes since the last end of a line."""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read what comes next.

        Raises:
            FileUnreadable: A line is longer than any table's, and would have to be held in memory; or the file has
                no end, as devices have not.
        """
        with memoryview(buffer) as view:
            found = self.inner.read(view.nbytes)
            view[: len(found)] = found
        end = max(found.rfind(b"\n"), found.rfind(b"\r"))
        self._since_end = len(found) - end - 1 if end >= 0 else self._since_end + len(found)
        if self._since_end > MAX_LINE:
            raise FileUnreadable(say("A line is longer than {most} bytes; this is no CSV file.", most=MAX_LINE))
        self._left -= len(found)
        if self._left < 0:
            raise _too_large()
        self.hash.update(found)
        self._told(len(found))
        return len(found)


def stamp(file: BinaryIO) -> tuple[int, ...]:
    """Return what is another after the file was written to: its size, and when it was written where that is known."""
    try:
        about = os.fstat(file.fileno())
    except OSError:
        return (file.seek(0, io.SEEK_END),)
    return about.st_size, about.st_mtime_ns


def encoding_of(file: BinaryIO, asked: str | None) -> str:
    """Return the encoding: the one that was asked for, that of the byte order mark, else UTF-8.

    Raises:
        OptionUnusable: No such character set.
        EncodingUnknown: The bytes look like UTF-16 but do not say so.
    """
    if asked is not None:
        return _codec(asked)
    file.seek(0)
    head = file.read(4096)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if head.count(0) * 5 > len(head):
        likely = "utf-16-be" if head[0] == 0 else "utf-16-le"
        raise EncodingUnknown(
            say("The file is full of NUL bytes; it could be UTF-16 ({likely}).", likely=likely), (likely,)
        )
    return "utf-8"


def _codec(name: str) -> str:
    try:
        known = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        known = ""
    if not _TEXT_CODECS.fullmatch(known):
        raise OptionUnusable(
            say("{name} cannot be read. Try utf-8, utf-16, cp1252 or iso-8859-15.", name=repr(name[:40]))
        )
    return "utf-8-sig" if known == "utf-8" else known


def blocks(raw: Bytes, encoding: str) -> Iterator[list[str]]:
    """Yield the file's lines with their ends as they are, as many at a time as make a block; raises as ``texts``."""
    return map(lines_of, texts(raw, encoding))


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends as they are."""
    return io.StringIO(text, newline="").readlines()


def texts(raw: Bytes, encoding: str) -> Iterator[str]:
    """Yield the file's text in pieces of whole lines.

    Raises:
        EncodingUnknown: Some bytes are not of this encoding.
        FileUnreadable: A line is longer than any table's.
    """
    decoder, rest = codecs.getincrementaldecoder(encoding)("strict"), ""
    try:
        while data := raw.read(BLOCK):
            text = rest + decoder.decode(data)
            end = 1 + max(text.rfind("\n"), text.rfind("\r", 0, -1))  # what follows a last \r may belong to it
            rest = text[end:]
            if end:
                yield text[:end]
        if text := rest + decoder.decode(b"", final=True):
            yield text
    except UnicodeError:
        raise EncodingUnknown(
            say(
                "The file is not {encoding}: {where}. Files of Windows programs often are cp1252.",
                encoding=encoding.removesuffix("-sig").upper(),
                where=_first_odd_byte(raw.inner, encoding),
            ),
            ("cp1252", "iso-8859-15", "utf-16"),
        ) from None


def _first_odd_byte(file: BinaryIO, encoding: str) -> str:
    """Return where the first byte stands that is not of the encoding."""
    decoder, line = codecs.getincrementaldecoder(encoding)("strict"), 1
    file.seek(0)
    while piece := file.read(1 << 16):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            return say("line {line} holds the byte {byte}", line=str(line), byte=f"0x{error.object[error.start]:02X}")
        line += piece.count(b"\n")
    return say("it ends in the middle of a character")


def delimiter_of(first: str, asked: str | None) -> str:
    """Return what separates the cells: what was asked for, else the one of ``, ; tab |`` that the header has most of.

    Raises:
        OptionUnusable: What was asked for is no delimiter.
        DelimiterUnclear: Two are equally frequent.
    """
    if asked is not None:
        sign = DELIMITERS.get(asked.strip().casefold(), "\t" if asked == "\\t" else asked)
        if sign not in DELIMITERS.values():
            raise OptionUnusable(
                say("{text} is no delimiter. Known are: {known}.", text=repr(asked[:20]), known=", ".join(DELIMITERS))
            )
        return sign
    bare = re.sub(r'"[^"]*"', "", first)
    counts = sorted(((bare.count(each), each) for each in DELIMITERS.values()), reverse=True)
    if counts[0][0] and counts[0][0] == counts[1][0]:
        raise DelimiterUnclear
    return counts[0][1] if counts[0][0] else ","
