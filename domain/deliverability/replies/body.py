"""The readable text of a mail: its plain text, or else its page turned into text; whatever its charset claims."""

import re

from domain.deliverability.reading import mime
from domain.deliverability.replies import attachments, html_text

MAX_ENCODED = 512 * 1024
"""Encoded bytes of one part that are read."""
MAX_TEXT = 128 * 1024
"""Characters of the whole text; a longer one ends there, with a line that says so."""
CUT = "[… the text is longer; the whole mail is kept]"

_WINDOWS = {
    code: bytes((code,)).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
"""Letters that Windows programs write while they claim Latin-1."""
_UNSEEN = dict.fromkeys((
    *range(9), 0xB, 0xE, *range(0xF, 0x20), 0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xAD, 0x200B, 0x200E, 0x200F,
    *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF,
))  # fmt: skip
"""Characters without a shape; some turn text around so that it reads otherwise than it is."""
_BLANKS = dict.fromkeys((0xA0, 0x2007, 0x202F, 0x2009), " ")
_CLEAN: dict[int, str | None] = {**_UNSEEN, **_WINDOWS, **_BLANKS, 0xC: "\n", 0x85: "…", 0x2028: "\n", 0x2029: "\n"}
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u2007-\u200f\u2028-\u202f\u2060-\u2069\ufeff]")
_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body|div|p|meta|table)\b", re.IGNORECASE)
_MARKS = re.compile(r">+")


def readable(mail: mime.Mail) -> str:
    """Return the text that the sender wrote, of at most 128 K characters; empty when there is none."""
    texts: list[str] = []
    page_needed = _stub(mail)
    for part in mail.parts:
        if part.type in mime.EMBEDDED:
            break
        if part.type not in ("text/plain", "text/html") or part.attached or attachments.said_name(part.headers):
            continue
        if part.type == "text/html" and texts and not page_needed:
            continue  # the other form of the text that stands before it
        text = _text(part)
        if text.strip():
            texts = [text] if page_needed and part.type == "text/html" else [*texts, text]
    whole = "\n".join(texts)
    return whole if len(whole) <= MAX_TEXT else f"{whole[:MAX_TEXT]}\n{CUT}"


def _stub(mail: mime.Mail) -> bool:
    """Tell whether the plain form only says that there is a page."""
    plain = mail.first("text/plain")
    if plain is None or len(plain.body) > 400 or mail.first("text/html") is None:
        return False
    return "html" in plain.text().lower()


def _text(part: mime.Part) -> str:
    text = part.text(MAX_ENCODED)
    if part.type == "text/html" or _PAGE.match(text):
        text = html_text.text(text)
    elif part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text.translate(_CLEAN) if _ODD.search(text) else text


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Join the lines that a sender broke softly (RFC 3676); lines of quotes of another depth stay apart."""
    done: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks = found.end() if (found := _MARKS.match(line)) else 0
        said = line[marks:].removeprefix(" ")
        if pieces and (marks != depth or said == "-- "):
            done.append(_joined(pieces, depth))
            pieces = []
        depth = marks
        soft = said.endswith(" ") and said != "-- "
        pieces.append(said[:-1] if soft and delete_space else said)
        if not soft:
            done.append(_joined(pieces, depth))
            pieces = []
    if pieces:
        done.append(_joined(pieces, depth))
    return "\n".join(done)


def _joined(pieces: list[str], depth: int) -> str:
    text = "".join(pieces)
    return f"{'>' * depth} {text}" if depth else text
