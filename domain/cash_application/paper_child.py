"""The process that opens what strangers sent: takes one PDF or one mail from standard input, answers with JSON.

Whatever is wrong with the input costs this process its life and nobody else anything: memory, time, output and open
files are limited, and it holds no secret.
"""

import base64
import io
import json
import resource
import sys
from typing import Any

MEMORY_BYTES = 640 << 20
"""Address space; the largest real advice takes a tenth of it."""

CPU_SECONDS = 20

MAX_PAGES = 50
"""Pages that are read; an advice has one or two, a large one twenty."""

MAX_TEXT = 1 << 20
"""Characters of text that are returned."""

MAX_ATTACHMENTS = 10

MAX_ATTACHMENT_BYTES = 5 << 20


def serve() -> None:
    """Answer for the one input."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(limit, (most, most))
    body = sys.stdin.buffer.read()
    try:
        answer = attachments(body) if sys.argv[2:] == ["mail"] else text_of(body)
    except MemoryError:
        answer = {"error": "memory"}
    except Exception as error:  # the rim: whatever a file breaks here is told by its kind, and the file is kept
        answer = {"error": "broken", "kind": type(error).__name__}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


def text_of(body: bytes) -> dict[str, Any]:
    """Return the text of each page as it is laid out."""
    import logging

    from pypdf import PasswordType, PdfReader

    logging.disable(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(body), strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        return {"error": "locked"}
    pages: list[str] = []
    left = MAX_TEXT
    count = len(reader.pages)
    for place in range(min(count, MAX_PAGES)):
        page = reader.pages[place]
        text = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)[:left]
        if not text.strip():
            text = page.extract_text()[:left]
        pages.append(text)
        left -= len(text)
        if left <= 0:
            break
    return {"pages": pages, "count": count}


def attachments(body: bytes) -> dict[str, Any]:
    """Return the PDF and CSV files that a mail carries."""
    from domain.deliverability.reading import mime

    mail = mime.opened(body)
    found: list[dict[str, str]] = []
    for part in mail.parts:
        name = mime.words(part.parameters.get("name") or _file_name(part.headers.get("content-disposition")))
        kind = part.type
        lower = name.lower()
        wanted = kind in ("application/pdf", "text/csv", "application/csv") or lower.endswith((".pdf", ".csv"))
        if not wanted or (kind.startswith("text/") and not name and not part.attached):
            continue
        content = part.content(2 * MAX_ATTACHMENT_BYTES)
        if content and len(content) <= MAX_ATTACHMENT_BYTES and len(found) < MAX_ATTACHMENTS:
            found.append({"name": name[:200], "type": kind, "body": base64.b64encode(content).decode("ascii")})
    return {"attachments": found, "subject": mime.words(mail.headers.get("subject"))[:300]}


def _file_name(disposition: str) -> str:
    from domain.deliverability.reading import mime

    _, parameters = mime.content_type(mime.Headers((("content-type", f"a/b;{disposition.partition(';')[2]}"),)))
    return parameters.get("filename", "")
