"""Document checks: what happens to a file between its arrival and the moment somebody may open it."""

import asyncio
import subprocess
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog

from domain.commitments import document_cases, documents
from domain.commitments.dispute_events import DocumentHeldBack
from domain.commitments.models import Document
from domain.kernel import orphans, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.jobs import TryLater
from domain.kernel.ports import CheckUnavailable, FileMissing, StoreUnavailable, VirusCheck
from domain.ledger.models import Invoice

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=1)
"""When a file is looked at again whose check or store did not answer."""

SECONDS = 20.0
"""For drawing one picture, by the clock; ordinary ones take a tenth of that."""

ORPHAN_AGE = orphans.AGE

_KNOWN = "SELECT id FROM document WHERE id = ANY(%s)"

_ROOT = str(Path(__file__).resolve().parents[2])
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from domain.commitments import picture_child; picture_child.serve()"
)
_SEATS = ThreadPoolExecutor(2, "pictures")


async def examine(core: Core, *, document_id: str, check: VirusCheck | None = None) -> None:
    """Look into a file, draw the picture that may be shown, and let it go out; a job, harmless when it runs twice.

    Raises:
        TryLater: The virus check or the store of files does not answer; the file waits.
    """
    document = await Document.get_or_none(id=UUID(document_id))
    if document is None or document.state != Document.MACHINE.start.value:
        return
    try:
        body = await core.files.get(documents.key_of(document.id))
        found = await check.found(body) if check is not None else None
        drawn = await picture_of(body) if found is None and document.content_type.startswith("image/") else None
        if drawn is not None:
            await core.files.put(documents.picture_key_of(document.id), drawn)
    except FileMissing:
        log.error("a document is recorded and not in the store", document=document_id)
        return
    except (CheckUnavailable, StoreUnavailable) as error:
        raise TryLater(AGAIN, f"a document cannot be examined ({type(error).__name__})") from error
    if found is None:
        async with core.transaction() as tx:
            document = await Document.locked(id=document.id)
            if document is not None and document.state == Document.MACHINE.start.value:
                await document.move("free", has_picture=drawn is not None)
                await core.jobs.defer(tx, "share_document", document_id=str(document.id))
        return
    await _hold(core, document.id, found)


async def tidy(core: Core) -> int:
    """Remove files that no document knows, such as those of a request that died midway; return how many. A job."""

    async def known(ids: Sequence[UUID]) -> Collection[UUID]:
        rows = await core.database.rows(_KNOWN, (list(ids),))
        return [row["id"] for row in rows]

    return await orphans.removed(core.files, documents.PREFIX, known=known, age=ORPHAN_AGE)


async def picture_of(body: bytes) -> bytes | None:
    """Draw an image anew as a small PNG without anything but its pixels; None where no picture can be made of it."""
    return await asyncio.get_running_loop().run_in_executor(_SEATS, _drawn, body)


def _drawn(body: bytes) -> bytes | None:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-I", "-c", _BOOT, _ROOT], input=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={}, timeout=SECONDS, start_new_session=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None


async def _hold(core: Core, document_id: UUID, found: str) -> None:
    async with core.transaction() as tx:
        document = await Document.locked(id=document_id)
        if document is None or document.state != Document.MACHINE.start.value:
            return
        await document.move("hold")
        about = await document_cases.invoice_of(core, document_id=document.id)
        invoice = await Invoice.get(id=about[0]) if about else None
        event = DocumentHeldBack(
            invoice_id=invoice.id if invoice else None,
            invoice_number=invoice.number if invoice else None,
            account_id=invoice.account_id if invoice else None,
            name=document.name,
            found=found[:100],
            **by(SYSTEM, core.clock.now()),
        )
        await timeline.record(core, tx, event)
