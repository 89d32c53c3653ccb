"""Dispute uploads: files that operators handed in with an objection and that are still to be fetched, or cannot be had.

What was fetched is a document of the dispute and nothing else is kept of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.commitments import disputes, objections
from domain.commitments.dispute_events import EvidenceAdded, reference
from domain.commitments.dispute_reasons import BY_CODE, OTHER
from domain.commitments.documents import MOST, Upload
from domain.kernel import sentences
from domain.kernel.actor import Actor
from domain.kernel.core import Core

GIVEN_UP = timedelta(days=1)
"""A file that could not be fetched for so long is told to whoever handed it in."""

NAME_LENGTH = 120
PROBLEM_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Awaited:
    """A file that is to be fetched."""

    dispute_id: UUID
    reference: str
    invoice_number: str
    name: str
    chat_id: str
    """The account of whoever handed it in."""
    problem: str
    """Why it cannot be had; empty while it is being fetched."""
    asked_at: datetime


async def taken(core: Core, *, dispute_id: UUID, files: Mapping[str, str], chat_id: str, actor: Actor) -> int:
    """Take note of files, by the names of their uploads, and queue their fetching; return how many are new.

    Raises:
        NotAllowed: The actor may not work the queue.
    """
    objections.may_file(actor)
    names = {source: _printable(name) for source, name in list(files.items())[:MOST]}
    async with core.transaction() as tx:
        rows = await tx.rows(
            "INSERT INTO dispute_upload AS u (dispute_id, source, name, chat_id, created_at)"
            " SELECT %(dispute)s, source, name, %(chat)s, %(now)s"
            " FROM unnest(%(sources)s::text[], %(names)s::text[]) AS each (source, name)"
            " ON CONFLICT (dispute_id, source) DO UPDATE SET problem = '', created_at = %(now)s, chat_id = %(chat)s"
            " WHERE u.problem <> '' RETURNING u.source",
            {
                "dispute": dispute_id,
                "chat": chat_id,
                "now": core.clock.now(),
                "sources": list(names),
                "names": list(names.values()),
            },
        )
        for row in rows:
            await core.jobs.defer(tx, "fetch_dispute_file", dispute_id=str(dispute_id), source=row["source"])
    return len(rows)


async def awaited(core: Core, *, dispute_id: UUID, source: str) -> Awaited | None:
    """Return a file that is to be fetched or cannot be had; None once it is a document."""
    row = await core.database.row(
        "SELECT u.name, u.chat_id, u.problem, u.created_at, i.number FROM dispute_upload u"
        " JOIN dispute d ON d.id = u.dispute_id JOIN invoice i ON i.id = d.invoice_id"
        " WHERE u.dispute_id = %s AND u.source = %s",
        (dispute_id, source),
    )
    if row is None:
        return None
    return Awaited(
        dispute_id, reference(dispute_id), row["number"], row["name"], row["chat_id"], row["problem"], row["created_at"]
    )


async def fetched(core: Core, *, dispute_id: UUID, source: str, name: str, body: bytes, actor: Actor) -> EvidenceAdded:
    """Keep a file as a document of its dispute; harmless when it is done twice.

    A reason that asks for one kind of document gets it so; a person who decides sees what it is.

    Raises:
        NotAllowed: The actor may not work the queue.
        DisputeNotFound, DisputeClosed: There is no such dispute that is open.
        DocumentUnusable, DocumentsTooMany, FilesUnkept: The file cannot be taken.
    """
    row = await core.database.row("SELECT reason_code FROM dispute WHERE id = %s", (dispute_id,))
    requires: Sequence[str] = BY_CODE[row["reason_code"]].requires if row else ()
    kind = requires[0] if len(requires) == 1 else OTHER
    event = await disputes.add_documents(core, dispute_id=dispute_id, uploads=(Upload(name, body, kind),), actor=actor)
    async with core.transaction() as tx:
        await tx.execute("DELETE FROM dispute_upload WHERE dispute_id = %s AND source = %s", (dispute_id, source))
    return event


async def missed(core: Core, *, dispute_id: UUID, source: str, problem: str) -> None:
    """Note why a file cannot be had; the dispute's card shows it from then on."""
    async with core.transaction() as tx:
        await tx.execute(
            "UPDATE dispute_upload SET problem = %s WHERE dispute_id = %s AND source = %s AND problem = ''",
            (sentences.as_text(sentences.trimmed(problem, most=PROBLEM_LENGTH)), dispute_id, source),
        )


def _printable(name: str) -> str:
    return "".join(each for each in name if each.isprintable())[-NAME_LENGTH:].strip() or "file"
