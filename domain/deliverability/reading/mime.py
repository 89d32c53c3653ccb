"""Take a mail apart in bounded steps: headers, parts, decoded text. It never fails and never recurses.

The standard library's parser walks a body line by line, has no limits and raises RecursionError on deeply
nested mail; a report needs only the outer parts. So the mail is cut at its boundaries here, with a cap on
everything before anything is decoded. Decoding of header words and transfer encodings is the standard library's.
"""

import base64
import binascii
import quopri
import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from itertools import islice

MAX_BYTES = 4 * 1024 * 1024
"""Only the head of a larger mail is read: reports stand before the mail that they return."""
MAX_HEADER_BYTES = 256 * 1024
MAX_HEADERS = 1000
_AT_ONCE = 16 * 1024
"""Characters of header fields that are found in one step; of longer ones, only as many as count."""
MAX_VALUE = 8192
"""Characters of one header; only To and References grow long, and their beginning is enough."""
MAX_PARTS = 60
MAX_DEPTH = 8
MAX_TEXT = 128 * 1024
"""Encoded bytes of one text that are looked at."""

EMBEDDED = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
)
"""Parts that hold a returned or forwarded mail; they are never opened as parts of this one."""

_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_FIELDS = re.compile(r"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)
_FOLD = re.compile(r"\n[ \t]+")
_PARAMETER = re.compile(r';\s*([\w-]+)\*?(?:0\*?)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))')
_LONE = re.compile("[\ud800-\udfff]")
_GUESSED_BOUNDARY = re.compile(rb"(?:\A|\n)--(\S{6,200})[ \t]*\r?\n(?:Content-)", re.IGNORECASE)
_LOST_BOUNDARY = re.compile(rb"(?:\A|\n)--(\S{6,200})[ \t]*\r?\n(?:Content-|\r?\n)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in their order; names are lower case, values unfolded and undecoded."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Return the first value of that name, or an empty text."""
        for each, value in self.fields:
            if each == name:
                return value
        return ""

    def all(self, name: str) -> list[str]:
        """Return every value of that name."""
        return [value for each, value in self.fields if each == name]

    def __contains__(self, name: str) -> bool:
        for each, _ in self.fields:  # noqa: SIM110  # asked some forty times for each mail; a generator doubles its cost
            if each == name:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail, still in its transfer encoding."""

    type: str
    headers: Headers
    body: bytes
    depth: int
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def attached(self) -> bool:
        """Whether the part is marked as an attachment."""
        return self.headers.get("content-disposition").lower().lstrip().startswith("attachment")

    def content(self, limit: int = MAX_TEXT) -> bytes:
        """Return at most *limit* encoded bytes of the part, decoded; undecodable ones come back as they are."""
        return unwrapped(self.body[:limit], self.headers.get("content-transfer-encoding"))

    def text(self, limit: int = MAX_TEXT) -> str:
        r"""Return the part as text, lines ended by ``\\n``, without NUL."""
        return as_text(self.content(limit), self.parameters.get("charset", ""))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its headers and its leaves, outermost first."""

    headers: Headers
    type: str
    parameters: dict[str, str]
    parts: tuple[Part, ...]

    def first(self, *types: str) -> Part | None:
        """Return the first leaf of one of these types, or None."""
        return next((part for part in self.parts if part.type in types), None)


def opened(raw: bytes, *, limit: int = MAX_BYTES) -> Mail:
    """Take the mail apart, or as much of it as the limit allows."""
    raw = raw[:limit].lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):  # the separator line of an mbox
        raw = raw.partition(b"\n")[2]
    headers, body = split(raw)
    kind, parameters = content_type(headers)
    return Mail(headers, kind, parameters, tuple(_leaves(kind, parameters, headers, body)))


def split(raw: bytes) -> tuple[Headers, bytes]:
    """Part a mail at its first blank line and read the headers."""
    if not raw.startswith((b"\n", b"\r\n")) and not _HEADER.match(raw):
        return Headers(), raw
    end, begin = _blank_line(raw)
    return fields(raw[:end]), raw[begin:]


def _blank_line(raw: bytes) -> tuple[int, int]:
    """Return where the headers end and the body begins."""
    for start in (b"\n", b"\r\n"):
        if raw.startswith(start):
            return 0, len(start)
    dos = raw.find(b"\n\r\n", 0, MAX_HEADER_BYTES)
    unix = raw.find(b"\n\n", 0, MAX_HEADER_BYTES if dos < 0 else dos + 1)  # only what comes before it counts
    if unix < 0 and dos < 0:
        return MAX_HEADER_BYTES, len(raw)
    at, length = (unix, 2) if dos < 0 or 0 <= unix < dos else (dos, 3)
    return at - raw.startswith(b"\r", at - 1), at + length


def fields(block: bytes) -> Headers:
    """Read header fields, unfolded; lines that are no field are passed over."""
    return fields_of(block.decode("utf-8", "surrogateescape"))


def fields_of(text: str) -> Headers:
    """Read header fields from text; bytes that are no text stand in it as lone surrogates."""
    if len(text) <= _AT_ONCE and text.isascii() and "\0" not in text:  # nearly all; their lines are found at once
        return Headers(tuple([
            (name.lower(), (_unfolded(value[:MAX_VALUE]) if "\n" in value else value[:MAX_VALUE]).strip())
            for name, value in _FIELDS.findall(text)[:MAX_HEADERS]]))  # fmt: skip
    found = islice(_FIELDS.finditer(text), MAX_HEADERS)
    return Headers(tuple((match[1].lower(), _value(match[2][:MAX_VALUE])) for match in found))


def _value(text: str) -> str:
    if not text.isascii() or "\0" in text:
        text = plain(text.encode("utf-8", "surrogateescape"))
    return _unfolded(text).strip() if "\n" in text else text.strip()


def _unfolded(text: str) -> str:
    return _FOLD.sub(" ", text.replace("\r\n", "\n"))


def content_type(headers: Headers) -> tuple[str, dict[str, str]]:
    """Return the media type, lower case, and its parameters."""
    value = headers.get("content-type")
    kind = value.partition(";")[0].strip().lower()
    if "/" not in kind:
        kind = "text/plain"
    parameters: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        parameters.setdefault(name.lower(), quoted.replace('\\"', '"') if quoted else bare)
    return kind, parameters


def _leaves(kind: str, parameters: dict[str, str], headers: Headers, body: bytes) -> list[Part]:
    """Cut multiparts open, outermost first, until the caps are reached."""
    waiting = [(kind, parameters, headers, body, 0)]
    leaves: list[Part] = []
    steps = 0
    while waiting and len(leaves) < MAX_PARTS and steps < 2 * MAX_PARTS:
        steps += 1
        kind, parameters, headers, body, depth = waiting.pop(0)
        pieces = _pieces(kind, parameters, body) if depth < MAX_DEPTH else []
        if not pieces:
            shown = "text/plain" if kind.startswith("multipart/") else kind
            leaves.append(Part(shown, headers, body, depth, parameters))
            continue
        inner = []
        for piece in pieces[: MAX_PARTS - len(leaves)]:
            piece_headers, piece_body = split(piece)
            inner.append((*content_type(piece_headers), piece_headers, piece_body, depth + 1))
        waiting[:0] = inner
    return leaves


def _pieces(kind: str, parameters: dict[str, str], body: bytes) -> list[bytes]:
    """Return the pieces between a multipart's boundaries; none when it is not one."""
    boundary = parameters.get("boundary", "").encode("utf-8", "replace")
    if kind.startswith("multipart/") and boundary:
        pieces = _cut(body, boundary)
        if pieces:
            return pieces
    elif not kind.startswith("multipart/") and not (kind == "text/plain" and b"\nContent-" in body[:4096]):
        return []
    # The header lost its boundary, or names another one. A long text before the first piece is a person's.
    if kind.startswith("multipart/"):
        guessed = _LOST_BOUNDARY.search(body, 0, 65536)
    else:
        guessed = _GUESSED_BOUNDARY.search(body, 0, 400)
    if guessed is None:
        return []
    pieces = _cut(body, guessed[1])
    return pieces if any(b"content-type" in piece[:512].lower() for piece in pieces) else []


def _cut(body: bytes, boundary: bytes) -> list[bytes]:
    """Cut a body at the lines that are a boundary; what stands before the first one is no piece."""
    mark = b"--" + boundary
    pieces: list[bytes] = []
    start, at = -1, body.find(mark)
    while at >= 0 and len(pieces) <= MAX_PARTS:
        end = body.find(b"\n", at)
        line_end = len(body) if end < 0 else end
        behind = body[at + len(mark) : min(line_end, at + len(mark) + 80)].strip()
        if (at == 0 or body[at - 1] == 10) and behind in (b"", b"--"):
            if start >= 0:
                pieces.append(body[start:at].removesuffix(b"\n").removesuffix(b"\r"))
            start = line_end + 1
        at = body.find(mark, line_end)
    if 0 <= start < len(body) and len(pieces) <= MAX_PARTS:
        pieces.append(body[start:])
    return [piece for piece in pieces if piece.strip()]


def unwrapped(body: bytes, encoding: str) -> bytes:
    """Undo a transfer encoding as far as it goes."""
    encoding = encoding.strip().lower()
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        whole = letters[:-1] if len(letters) % 4 == 1 else letters
        try:
            return base64.b64decode(whole + b"==")  # padding that is not needed is passed over
        except (binascii.Error, ValueError):
            return body
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    return body


def as_text(content: bytes, charset: str) -> str:
    """Decode bytes by their charset, or by what they look like; what cannot be read becomes U+FFFD."""
    name = charset.strip().strip("'\"").lower()
    if b"\x1b" in content and (b"\x1b$" in content or b"\x1b(" in content):
        name = "iso-2022-jp"
    elif name in ("", "us-ascii", "ascii", "unknown", "unknown-8bit", "default"):
        name = "utf-8"
    try:
        text = content.decode(name)
    except (LookupError, ValueError):
        text = plain(content) if name in ("utf-8", "utf8") else _replaced(content, name)
    if not text.isascii() and _LONE.search(text):  # some charsets can spell half a character; nothing else can
        text = _LONE.sub("\ufffd", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _replaced(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return plain(content)


def plain(value: bytes) -> str:
    """Decode bytes without a known charset: UTF-8, or else each byte as one Latin letter."""
    try:
        return value.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError:
        return value.decode("latin-1").replace("\0", "")


def words(value: str) -> str:
    """Return a header value with its encoded words decoded, at most 998 characters."""
    value = value[:2000]
    if "=?" not in value:
        return value[:998]
    try:
        pieces = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        return value[:998]
    shown = [piece if isinstance(piece, str) else as_text(piece, charset or "") for piece, charset in pieces]
    return "".join(shown).replace("\n", " ")[:998]
