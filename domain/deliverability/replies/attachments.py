"""The attachments of a mail: which there are, and the content of one, over the bytes of the mail alone.

The order of the list is that of the parts in the mail, so an index means the same attachment whenever it is asked.
"""

import re
from urllib.parse import unquote_to_bytes

from domain.deliverability.reading import mime
from domain.deliverability.replies.reply import Attachment

MAX_BYTES = 64 * 1024 * 1024
"""Of one mail; our server takes less."""
MAX_COUNT = 50
"""Attachments that are listed."""
MAX_NAME = 120
"""Characters of a name, with its ending."""

_TEXTS = frozenset({"text/plain", "text/html"})

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff<>:\"|?*]+")
_PARAMETER = re.compile(r';\s*([\w*-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))')
_ENDINGS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
}


def listed(raw: bytes) -> tuple[Attachment, ...]:
    """List the attachments, at most 50; a forwarded mail is one, and is not opened."""
    return tuple(
        Attachment(index, _name(part, index), part.type[:100], len(_content(part)), _inline(part))
        for index, part in enumerate(_parts(mime.opened(raw, limit=MAX_BYTES)))
    )


def content(raw: bytes, index: int) -> bytes:
    """Return the decoded bytes of one attachment, by its index in the list.

    Raises:
        IndexError: There is none of that index.
    """
    if index < 0:
        raise IndexError(index)
    return _content(_parts(mime.opened(raw, limit=MAX_BYTES))[index])


def _parts(mail: mime.Mail) -> list[mime.Part]:
    """Return the leaves that are no text to be read, in their order."""
    found = []
    for part in mail.parts:
        declared = mime.content_type(part.headers)[0]
        too_deep = declared.startswith("multipart/") and part.depth >= mime.MAX_DEPTH
        if part.type in _TEXTS and not part.attached and not too_deep and not said_name(part.headers):
            continue
        if part.type != "application/pgp-signature":
            found.append(part)
    return found[:MAX_COUNT]


def _content(part: mime.Part) -> bytes:
    return part.content(len(part.body))


def _inline(part: mime.Part) -> bool:
    shown = part.headers.get("content-disposition").lower().lstrip().startswith("inline")
    return not part.attached and (shown or "content-id" in part.headers)


def _name(part: mime.Part, index: int) -> str:
    """Return a name that is safe to show and to offer for a download."""
    said = said_name(part.headers)
    if not said and part.type in mime.EMBEDDED:
        said = mime.words(mime.split(part.body[: mime.MAX_HEADER_BYTES])[0].get("subject"))[: MAX_NAME - 4]
        said = said.replace("/", " ").replace("\\", " ") and f"{said.replace('/', ' ')}.eml"
    name = _FORBIDDEN.sub(" ", said.replace("\\", "/").rpartition("/")[2])
    name = " ".join(name.split()).strip(" .")
    if not name:
        return f"attachment-{index + 1}{_ENDINGS.get(part.type, '.bin')}"
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= MAX_NAME else f"{(stem or ending)[: MAX_NAME - 20]}{dot}{ending[:19] if stem else ''}"


def said_name(headers: mime.Headers) -> str:
    """Return the file name that a part's headers give it, decoded, or an empty text."""
    for header, wanted in (("content-disposition", "filename"), ("content-type", "name")):
        pieces: dict[int, tuple[str, bool]] = {}
        for key, quoted, bare in _PARAMETER.findall(headers.get(header)):
            name, star, rest = key.lower().partition("*")
            number = rest.rstrip("*")
            if name == wanted and (not number or number.isdecimal()):
                coded = star == "*" and (not number or rest.endswith("*"))
                pieces.setdefault(int(number or 0), (quoted.replace('\\"', '"') if quoted else bare, coded))
        if pieces:
            return _decoded([pieces[each] for each in sorted(pieces)])
    return ""


def _decoded(pieces: list[tuple[str, bool]]) -> str:
    """Put the pieces of a name together (RFC 2231), or decode its encoded words as most senders write them."""
    if not any(coded for _, coded in pieces):
        return mime.words("".join(text for text, _ in pieces))
    first, coded = pieces[0]
    charset = ""
    if coded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        pieces = [(first, True), *pieces[1:]]
    written = b"".join(unquote_to_bytes(text) if coded else text.encode("utf-8", "replace") for text, coded in pieces)
    return mime.as_text(written, charset)[:998]
