"""Disputes as payers and operators file them, and steps that tests about them share."""

from typing import Any
from uuid import UUID

from domain.commitments import dispute_endings, disputes, pauses
from domain.commitments.dispute_events import DisputeExtended, DisputeFiled, DisputeTested
from domain.commitments.documents import Upload
from domain.commitments.objections import Filing
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.domain.commitments.commitments_made import TODAY
from tests.domain.commitments.people import BEN

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
JPEG = b"\xff\xd8\xff\xe0" + bytes(32)


def euros(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor, "EUR")


async def file(
    core: Core, minor: int | None = None, *, by: Actor = BEN, number: str = "INV-1", **how: Any
) -> DisputeFiled | DisputeExtended | DisputeTested:
    """File a dispute over so many cents, or over all that is open."""
    filing = Filing(
        reason_code=how.pop("reason", "other"),
        description=how.pop("text", "The pallet was empty."),
        amount=None if minor is None else euros(minor),
        **how,
    )
    return await disputes.file(core, invoice_number=number, filing=filing, actor=by)


def upload(body: bytes = PDF, name: str = "note.pdf", kind: str = "delivery_note") -> Upload:
    """Return a file."""
    return Upload(name=name, body=body, kind=kind)


async def chaseable(core: Core, invoice_id: UUID) -> int:
    """Return how many cents reminders ask for today."""
    return (await pauses.of(core.database, invoice_id=invoice_id, today=TODAY)).chaseable.minor


async def conclude(core: Core) -> None:
    """Run the job of every credit that was approved."""
    for row in await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'credit.approved' ORDER BY id"):
        await dispute_endings.conclude(core, entry_id=row["id"])


async def jobs(core: Core) -> set[tuple[str, str | None]]:
    """Return every job that waits, with its word."""
    rows = await core.database.rows("SELECT task_name, args->>'word' AS word FROM procrastinate_jobs")
    return {(row["task_name"], row["word"]) for row in rows}
