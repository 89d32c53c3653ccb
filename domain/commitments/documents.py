"""Documents: files that payers and operators hand in, known by their content, kept byte for byte.

What a file is says its beginning, never its name or what a browser claims. Whoever shows one hands it out as a
download only.
"""

import asyncio
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from domain.commitments.dispute_reasons import DOCUMENTS, OTHER
from domain.commitments.dispute_refusals import DocumentNotFound, DocumentsTooMany, DocumentUnusable
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction

MOST = 5
"""Files in one message."""

MOST_IN_ALL = 20
"""Files of one dispute or plan, however many messages they came in."""

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""

NAME_LENGTH = 120

TABLE = "text/csv"
"""What a table is that we have read ourselves; nobody who hands in a file can say so."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    body: bytes = field(repr=False)
    kind: str = OTHER
    """Which of the documents of ``dispute_reasons`` it is."""
    is_table: bool = False
    """Whether it was read as a table before, such as a remittance advice; a table has no beginning to be known by."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept."""

    name: str
    kind: str
    content_type: str
    sha256: bytes
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document without its content."""

    document_id: UUID
    kind: str
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    """In hexadecimal."""
    added_at: datetime

    @property
    def called(self) -> str:
        """What the document is, in words."""
        return DOCUMENTS.get(self.kind, DOCUMENTS[OTHER])


@dataclass(frozen=True, slots=True)
class Content:
    """A document with its content, to be downloaded."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


async def accepted(uploads: tuple[Upload, ...]) -> tuple[Accepted, ...]:
    """Check files outside any transaction; hashing fifty megabytes must not hold up anybody else.

    Raises:
        DocumentsTooMany: More than one message may bring.
        DocumentUnusable: Empty, too large, or neither PDF nor PNG nor JPEG.
    """
    if len(uploads) > MOST:
        raise DocumentsTooMany(f"At most {MOST} files come in one message; {len(uploads)} came.")
    for upload in uploads:
        _check_size(upload)
    return await asyncio.to_thread(lambda: tuple(_accepted(upload) for upload in uploads))


async def keep(
    core: Core,
    tx: Transaction,
    files: tuple[Accepted, ...],
    *,
    dispute_id: UUID | None = None,
    plan_id: UUID | None = None,
) -> tuple[str, ...]:
    """Keep files of a dispute or a plan, as a step of a transaction that holds its lock; return the names of new ones.

    A file that is there already is not kept twice.

    Raises:
        DocumentsTooMany: The dispute or plan has as many as it may have.
    """
    if not files:
        return ()
    counted = await tx.row(
        "SELECT count(*) AS files FROM document WHERE dispute_id = %(dispute)s OR plan_id = %(plan)s",
        {"dispute": dispute_id, "plan": plan_id},
    )
    if int(counted["files"] if counted else 0) + len(files) > MOST_IN_ALL:
        raise DocumentsTooMany(f"At most {MOST_IN_ALL} files are kept with one case. Send the rest to us by mail.")
    rows = await tx.rows(
        "INSERT INTO document (id, dispute_id, plan_id, kind, name, content_type, size_bytes, sha256, body, created_at)"
        " SELECT id, %(dispute)s, %(plan)s, kind, name, content_type, length(body), sha256, body, %(now)s"
        " FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(names)s::text[], %(types)s::text[], %(hashes)s::bytea[],"
        " %(bodies)s::bytea[]) AS each (id, kind, name, content_type, sha256, body)"
        " ON CONFLICT DO NOTHING RETURNING name",
        {
            "dispute": dispute_id,
            "plan": plan_id,
            "now": core.clock.now(),
            "ids": [uuid4() for _ in files],
            "kinds": [each.kind for each in files],
            "names": [each.name for each in files],
            "types": [each.content_type for each in files],
            "hashes": [each.sha256 for each in files],
            "bodies": [each.body for each in files],
        },
    )
    return tuple(row["name"] for row in rows)


async def kinds_of(tx: Transaction, dispute_id: UUID) -> tuple[str, ...]:
    """Return the kinds of documents that a dispute has."""
    rows = await tx.rows("SELECT DISTINCT kind FROM document WHERE dispute_id = %s", (dispute_id,))
    return tuple(row["kind"] for row in rows)


async def content(core: Core, *, document_id: UUID) -> Content:
    """Return a document to be downloaded; whether the reader may see it is for the caller to know.

    Raises:
        DocumentNotFound: There is none.
    """
    row = await core.database.row("SELECT name, content_type, body FROM document WHERE id = %s", (document_id,))
    if row is None:
        raise DocumentNotFound
    return Content(name=row["name"], content_type=row["content_type"], body=bytes(row["body"]))


def _check_size(upload: Upload) -> None:
    name = _name(upload.name)
    if not upload.body:
        raise DocumentUnusable(name, "the file is empty")
    if len(upload.body) > LARGEST:
        raise DocumentUnusable(name, f"a file may have {LARGEST // 1024 // 1024} MB")


def _accepted(upload: Upload) -> Accepted:
    kind = upload.kind if upload.kind in DOCUMENTS else OTHER
    found = (name for begins, name in _SIGNATURES if upload.body.startswith(begins))
    content_type = next(found, TABLE if upload.is_table else None)
    name = _name(upload.name)
    if content_type is None:
        raise DocumentUnusable(name, "only PDF, PNG and JPEG files are taken")
    return Accepted(name, kind, content_type, hashlib.sha256(upload.body).digest(), upload.body)


def _name(claimed: str) -> str:
    """Return the last part of a file's name without anything that a file system or a terminal would act on."""
    last = re.split(r"[/\\]", claimed)[-1]
    printable = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    kept = " ".join(printable.split()).strip(". ")
    return kept[-NAME_LENGTH:] or "document"
