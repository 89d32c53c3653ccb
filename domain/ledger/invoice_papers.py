"""Invoice papers: each invoice as it was sent, as a PDF from the merchant's books, for payers to download."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import structlog

from domain.kernel import orphans, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.ports import FileMissing, StoreUnavailable
from domain.kernel.speech import say
from domain.ledger import invoices
from domain.ledger.events import InvoicePaperAdded
from domain.ledger.refusals import PaperUnkept, PaperUnusable

log = structlog.get_logger(__name__)

PREFIX = "invoices"
"""Where they lie in the store of files."""

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""

AT_ONCE = 50
"""Files of one transaction."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF and the number of the invoice that it is."""

    invoice_number: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of some papers; each number is in one of them."""

    added: tuple[str, ...]
    same: tuple[str, ...]
    """They were on file already."""
    unknown: tuple[str, ...]
    """No invoice has that number."""


_PRESENT = """
    SELECT i.id, i.number, i.number_key, i.account_id, p.file_id, p.sha256
    FROM invoice i LEFT JOIN invoice_paper p ON p.invoice_id = i.id
    WHERE i.number_key = ANY(%s) ORDER BY i.id FOR UPDATE OF i
"""

_PUT = """
    INSERT INTO invoice_paper (invoice_id, file_id, size_bytes, sha256, added_by, added_at)
    SELECT invoice_id, file_id, size_bytes, sha256, %(by)s, %(now)s
    FROM unnest(%(invoices)s::uuid[], %(files)s::uuid[], %(sizes)s::integer[], %(hashes)s::bytea[])
        AS each (invoice_id, file_id, size_bytes, sha256)
    ON CONFLICT (invoice_id) DO UPDATE SET file_id = excluded.file_id, size_bytes = excluded.size_bytes,
        sha256 = excluded.sha256, added_by = excluded.added_by, added_at = excluded.added_at
"""


def checked(name: str, body: bytes) -> bytes:
    """Return a file that may be kept as an invoice.

    Raises:
        PaperUnusable: It is empty, too large or no PDF.
    """
    if len(body) > LARGEST:
        raise PaperUnusable(name, say("a file may have {most} MB", most=LARGEST // 1024 // 1024))
    if not body.startswith(b"%PDF-"):
        raise PaperUnusable(name, say("it is no PDF"))
    return body


async def add(core: Core, *, papers: Sequence[Paper], actor: Actor) -> Added:
    """Keep at most ``AT_ONCE`` papers, each in the place of an earlier one of its invoice; all of them or none.

    Raises:
        NotAllowed: The actor may not import.
        PaperUnusable: A file is no PDF or too large.
        PaperUnkept: The store of files does not answer.
    """
    actor.require(Permission.IMPORT)
    assert len(papers) <= AT_ONCE, "whoever has more asks again"
    by_key = {invoices.number_key(each.invoice_number): each for each in papers}
    hashes = {key: hashlib.sha256(checked(each.invoice_number, each.body)).digest() for key, each in by_key.items()}
    files = {key: uuid4() for key in by_key}
    await _put(core, {files[key]: each.body for key, each in by_key.items()})
    async with core.transaction() as tx:
        rows = await tx.rows(_PRESENT, (list(by_key),))
        new = [row for row in rows if row["sha256"] is None or bytes(row["sha256"]) != hashes[row["number_key"]]]
        keys = [row["number_key"] for row in new]
        await tx.execute(
            _PUT,
            {
                "by": actor.name,
                "now": core.clock.now(),
                "invoices": [row["id"] for row in new],
                "files": [files[key] for key in keys],
                "sizes": [len(by_key[key].body) for key in keys],
                "hashes": [hashes[key] for key in keys],
            },
        )
        events = [
            InvoicePaperAdded(
                invoice_id=row["id"],
                invoice_number=row["number"],
                account_id=row["account_id"],
                size_bytes=len(by_key[row["number_key"]].body),
                replaced=row["file_id"] is not None,
                **by(actor, core.clock.now()),
            )
            for row in new
        ]
        await timeline.record_many(core, tx, events)
    gone = [row["file_id"] for row in new if row["file_id"] is not None]
    await _remove(core, [*gone, *(file for key, file in files.items() if key not in keys)])
    found = {row["number_key"] for row in rows}
    return Added(
        added=tuple(row["number"] for row in new),
        same=tuple(row["number"] for row in rows if row["number_key"] not in keys),
        unknown=tuple(each.invoice_number for key, each in by_key.items() if key not in found),
    )


async def found(core: Core, *, invoice_id: UUID) -> bytes | None:
    """Return the PDF of an invoice, or None where none is on file; whether the reader may have it, the caller knows.

    Raises:
        PaperUnkept: The store of files does not answer.
    """
    row = await core.database.row("SELECT file_id FROM invoice_paper WHERE invoice_id = %s", (invoice_id,))
    if row is None:
        return None
    try:
        return await core.files.get(key_of(row["file_id"]))
    except FileMissing:
        log.error("an invoice's PDF is recorded and not in the store")
        return None
    except StoreUnavailable as error:
        raise PaperUnkept from error


async def tidy(core: Core) -> int:
    """Remove files that no invoice knows, and return how many. A job."""

    async def known(ids: Sequence[UUID]) -> Collection[UUID]:
        rows = await core.database.rows("SELECT file_id FROM invoice_paper WHERE file_id = ANY(%s)", (list(ids),))
        return [row["file_id"] for row in rows]

    return await orphans.removed(core.files, PREFIX, known=known)


def key_of(file_id: UUID) -> str:
    """Return where a paper lies in the store."""
    return f"{PREFIX}/{file_id}.pdf"


async def _put(core: Core, bodies: dict[UUID, bytes]) -> None:
    try:
        for file_id, body in bodies.items():
            await core.files.put(key_of(file_id), body)
    except StoreUnavailable as error:
        log.error("invoices' PDFs were not kept", error=str(error))
        await _remove(core, list(bodies))
        raise PaperUnkept from error


async def _remove(core: Core, file_ids: Sequence[UUID]) -> None:
    try:
        await core.files.remove([key_of(each) for each in file_ids])
    except StoreUnavailable as error:
        log.warning("files are left for the nightly tidying", error=str(error), files=len(file_ids))
