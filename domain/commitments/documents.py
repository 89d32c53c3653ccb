"""Documents: files that payers and operators hand in, known by their content, kept byte for byte.

What a file is says its beginning, never its name or what a browser claims. Whoever shows one hands it out as a
download only; what may be shown is a picture drawn anew from it. The bytes lie in the store of files and are put there
before the transaction that records them; what no transaction records is removed.
"""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import structlog

from domain.commitments import dispute_reasons
from domain.commitments.dispute_refusals import (
    DocumentHeld,
    DocumentNotFound,
    DocumentsTooMany,
    DocumentUnusable,
    DocumentWaits,
    FilesUnkept,
)
from domain.commitments.states import DocumentState
from domain.kernel.core import Core
from domain.kernel.ports import FileMissing, StoreUnavailable
from domain.kernel.refusals import Refusal
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction

log = structlog.get_logger(__name__)

PREFIX = "documents"
"""Where documents lie in the store of files."""

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
    kind: str = dispute_reasons.OTHER
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
    document_id: UUID = field(default_factory=uuid4)


class Of(StrEnum):
    """What a document belongs to; the value is the column of its table."""

    DISPUTE = "dispute_id"
    PLAN = "plan_id"
    SUPPORT = "support_request_id"
    QUESTION = "question_id"


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
    state: DocumentState = DocumentState.FREE

    @property
    def called(self) -> str:
        """What the document is, in words."""
        return dispute_reasons.document(self.kind)


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
        came = len(uploads)
        raise DocumentsTooMany(say("At most {most} files come in one message; {count} came.", most=MOST, count=came))
    for upload in uploads:
        _check_size(upload)
    return await asyncio.to_thread(lambda: tuple(_accepted(upload) for upload in uploads))


@asynccontextmanager
async def stored(core: Core, files: tuple[Accepted, ...]) -> AsyncIterator[None]:
    """Put files into the store before the transaction that keeps them; remove them when it refuses, or keeps others.

    After a failure that is no refusal nobody knows what was committed; then the nightly tidying looks.

    Raises:
        FilesUnkept: The store does not answer or is full.
    """
    try:
        for each in files:
            await core.files.put(key_of(each.document_id), each.body)
    except StoreUnavailable as error:
        log.error("files were not kept", error=str(error))
        await _remove(core, [each.document_id for each in files])
        raise FilesUnkept from error
    try:
        yield
    except Refusal:
        await _remove(core, [each.document_id for each in files])
        raise
    if files:
        ids = [each.document_id for each in files]
        rows = await core.database.rows("SELECT id FROM document WHERE id = ANY(%s)", (ids,))
        kept = {row["id"] for row in rows}
        await _remove(core, [each for each in ids if each not in kept])


async def keep(core: Core, tx: Transaction, files: tuple[Accepted, ...], *, of: Of, case_id: UUID) -> tuple[str, ...]:
    """Record files that are ``stored``, as a step of a transaction that holds the lock of what they belong to.

    A file that is there already is not kept twice.

    Returns:
        The names of those that are new.

    Raises:
        DocumentsTooMany: The case has as many as it may have.
    """
    if not files:
        return ()
    counted = await tx.row(f"SELECT count(*) AS files FROM document WHERE {of.value} = %s", (case_id,))
    if int(counted["files"] if counted else 0) + len(files) > MOST_IN_ALL:
        raise DocumentsTooMany(
            say("At most {most} files are kept with one case. Send the rest to us by mail.", most=MOST_IN_ALL)
        )
    rows = await tx.rows(
        f"INSERT INTO document (id, {of.value}, kind, name, content_type, size_bytes, sha256, state, created_at)"
        " SELECT id, %(case)s, kind, name, content_type, size, sha256, %(state)s, %(now)s"
        " FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(names)s::text[], %(types)s::text[], %(hashes)s::bytea[],"
        " %(sizes)s::integer[]) AS each (id, kind, name, content_type, sha256, size)"
        " ON CONFLICT DO NOTHING RETURNING id, name",
        {
            "case": case_id,
            "state": DocumentState.WAITING.value,
            "now": core.clock.now(),
            "ids": [each.document_id for each in files],
            "kinds": [each.kind for each in files],
            "names": [each.name for each in files],
            "types": [each.content_type for each in files],
            "hashes": [each.sha256 for each in files],
            "sizes": [len(each.body) for each in files],
        },
    )
    for row in rows:
        await core.jobs.defer(tx, "examine_document", document_id=str(row["id"]))
    return tuple(row["name"] for row in rows)


def key_of(document_id: UUID) -> str:
    """Return where a document's bytes lie in the store."""
    return f"{PREFIX}/{document_id}"


def picture_key_of(document_id: UUID) -> str:
    """Return where the picture drawn from a document lies."""
    return f"{PREFIX}/{document_id}.png"


async def _remove(core: Core, document_ids: Sequence[UUID]) -> None:
    try:
        await core.files.remove([key_of(each) for each in document_ids])
    except StoreUnavailable as error:
        log.warning("files are left for the nightly tidying", error=str(error), files=len(document_ids))


async def kinds_of(tx: Transaction, dispute_id: UUID) -> tuple[str, ...]:
    """Return the kinds of documents that a dispute has."""
    rows = await tx.rows("SELECT DISTINCT kind FROM document WHERE dispute_id = %s", (dispute_id,))
    return tuple(row["kind"] for row in rows)


async def content(core: Core, *, document_id: UUID) -> Content:
    """Return a document to be downloaded; whether the reader may see it is for the caller to know.

    Raises:
        DocumentNotFound: There is none.
        DocumentWaits: It was not examined yet.
        DocumentHeld: The virus check found something in it.
        FilesUnkept: The store does not answer.
    """
    row = await core.database.row("SELECT name, content_type, state FROM document WHERE id = %s", (document_id,))
    if row is None:
        raise DocumentNotFound
    match DocumentState(row["state"]):
        case DocumentState.WAITING:
            raise DocumentWaits(row["name"])
        case DocumentState.HELD:
            raise DocumentHeld(row["name"])
        case DocumentState.FREE:
            return Content(row["name"], row["content_type"], await _fetched(core, key_of(document_id)))


async def picture(core: Core, *, document_id: UUID) -> bytes | None:
    """Return a small PNG drawn anew from an image, which may be shown; None for what is no image.

    Raises:
        DocumentNotFound: There is no such document.
        FilesUnkept: The store does not answer.
    """
    row = await core.database.row("SELECT has_picture FROM document WHERE id = %s", (document_id,))
    if row is None:
        raise DocumentNotFound
    return await _fetched(core, picture_key_of(document_id)) if row["has_picture"] else None


async def _fetched(core: Core, key: str) -> bytes:
    try:
        return await core.files.get(key)
    except FileMissing:
        log.error("a file is recorded and not in the store")
        raise DocumentNotFound from None
    except StoreUnavailable as error:
        log.error("files cannot be read", error=str(error))
        raise FilesUnkept from error


def _check_size(upload: Upload) -> None:
    name = _name(upload.name)
    if not upload.body:
        raise DocumentUnusable(name, say("the file is empty"))
    if len(upload.body) > LARGEST:
        raise DocumentUnusable(name, say("a file may have {size} MB", size=LARGEST // 1024 // 1024))


def _accepted(upload: Upload) -> Accepted:
    kind = upload.kind if upload.kind in dispute_reasons.DOCUMENTS else dispute_reasons.OTHER
    found = (name for begins, name in _SIGNATURES if upload.body.startswith(begins))
    content_type = next(found, TABLE if upload.is_table else None)
    name = _name(upload.name)
    if content_type is None:
        raise DocumentUnusable(name, say("only PDF, PNG and JPEG files are taken"))
    return Accepted(name, kind, content_type, hashlib.sha256(upload.body).digest(), upload.body)


def _name(claimed: str) -> str:
    """Return the last part of a file's name without anything that a file system or a terminal would act on."""
    last = re.split(r"[/\\]", claimed)[-1]
    printable = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    kept = " ".join(printable.split()).strip(". ")
    return kept[-NAME_LENGTH:] or "document"
