"""Support: calls for help of payers and operators, with the trail of the request that went wrong."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.commitments import documents, parties
from domain.commitments.documents import DocumentLine, Of, Upload
from domain.commitments.states import DocumentState
from domain.kernel import addresses, card_numbers, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase
from domain.operations import trails
from domain.operations.models import SupportRequest
from domain.operations.refusals import SupportNotFound
from domain.operations.support_events import SupportAsked, SupportClosed
from domain.operations.trails import Person, TrailLine

_REQUEST_ID = re.compile(r"[a-z0-9]{10}", re.ASCII)

LOCK = 7_154_270
"""Advisory lock of the words of one call, so that a double click makes one; any number that nothing else uses."""

SAME_WITHIN = timedelta(minutes=10)
"""The same words of the same person again within this time are a double click."""

MAILS_OF = timedelta(days=30)

MOST = 50
"""Calls of one list."""


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody asks for help with."""

    text: str
    request_id: str = ""
    """Of the page that went wrong; what is none is left out."""
    reply_to: str = ""
    """Where a stranger wants to be answered; who came through a link is known."""
    files: tuple[Upload, ...] = ()
    invoice_id: UUID | None = None
    account_id: UUID | None = None
    invoice_number: str | None = None
    contact_id: UUID | None = None
    source: str = "portal"


@dataclass(frozen=True, slots=True)
class SupportLine:
    """A call for help in a list."""

    support_id: UUID
    at: datetime
    who: str
    invoice_number: str | None
    begins: str
    """The first words."""


@dataclass(frozen=True, slots=True)
class SupportCard:
    """A call for help with all that is known about it."""

    support_id: UUID
    at: datetime
    who: str
    source: str
    state: str
    text: str
    reply_to: str = field(repr=False)
    """Masked for whoever came through a link."""
    request_id: str
    invoice_number: str | None
    trail: tuple[TrailLine, ...]
    """Oldest first."""
    documents: tuple[DocumentLine, ...]


async def ask(core: Core, *, call: Call, actor: Actor) -> SupportAsked:
    """Keep a call for help and tell the operators; the same call twice is one.

    Raises:
        ReasonMissing, TextTooLong: Nothing is said, or a book.
        AddressMalformed: The address for the answer is none.
        DocumentUnusable, DocumentsTooMany, FilesUnkept: A file cannot be taken.
    """
    said = card_numbers.masked(parties.said(call.text, what=phrase("A call for help")))
    reply_to = addresses.parsed(call.reply_to) if call.reply_to.strip() else ""
    request_id = call.request_id.strip().casefold()
    request_id = request_id if _REQUEST_ID.fullmatch(request_id) else ""
    files = await documents.accepted(call.files)
    digest = _digest(
        said, reply_to, request_id, str(call.contact_id), actor.name, *(each.sha256.hex() for each in files)
    )
    async with documents.stored(core, files), core.transaction() as tx:
        now = core.clock.now()
        await tx.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (LOCK, digest.hex()))
        before = await SupportRequest.filter(digest=digest, created_at__gt=now - SAME_WITHIN).first()
        if before is None:
            made = await SupportRequest.create(
                id=uuid4(),
                invoice_id=call.invoice_id,
                account_id=call.account_id,
                contact_id=call.contact_id,
                text=said,
                request_id=request_id,
                reply_to=reply_to,
                source=call.source,
                state=SupportRequest.MACHINE.start.value,
                made_by=actor.name,
                digest=digest,
                created_at=now,
            )
            await documents.keep(core, tx, files, of=Of.SUPPORT, case_id=made.id)
        event = SupportAsked(
            support_id=(before or made).id,
            invoice_id=call.invoice_id,
            invoice_number=call.invoice_number,
            account_id=call.account_id,
            source=call.source,
            files=len(files),
            request=request_id,
            **by(actor, now),
        )
        if before is None:
            await timeline.record(core, tx, event)
    return event


async def close(core: Core, *, support_id: UUID, outcome: str, actor: Actor) -> SupportClosed:
    """Say what came of a call for help.

    Raises:
        NotAllowed: The actor may not work the queue.
        SupportNotFound: There is no such call.
        MoveRefused: Somebody closed it first.
        ReasonMissing, TextTooLong: Nothing is said, or a book.
    """
    actor.require(Permission.WORK_QUEUE)
    said = parties.said(outcome, what=phrase("The end of a call for help"))
    async with core.transaction() as tx:
        request = await SupportRequest.locked(id=support_id)
        if request is None:
            raise SupportNotFound
        await request.move("close", closed_at=core.clock.now(), closed_by=actor.name, outcome=said)
        event = SupportClosed(
            support_id=request.id,
            invoice_id=request.invoice_id,
            account_id=request.account_id,
            outcome=said,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


_LIST = """
    SELECT s.id, s.created_at, s.made_by, i.number, left(s.text, 120) AS begins
    FROM support_request s LEFT JOIN invoice i ON i.id = s.invoice_id
    WHERE s.state = 'open' ORDER BY s.created_at LIMIT %s
"""

_CARD = """
    SELECT s.*, i.number,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'kind', f.kind, 'name', f.name,
                'content_type', f.content_type, 'size', f.size_bytes, 'sha256', encode(f.sha256, 'hex'),
                'at', f.created_at, 'state', f.state) ORDER BY f.created_at, f.id), '[]') FROM document f
            WHERE f.support_request_id = s.id) AS files
    FROM support_request s LEFT JOIN invoice i ON i.id = s.invoice_id WHERE s.id = %s
"""


async def waiting(core: Core, *, actor: Actor) -> tuple[SupportLine, ...]:
    """Return the open calls for help, the oldest first.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(_LIST, (MOST,))
    return tuple(
        SupportLine(row["id"], row["created_at"], row["made_by"], row["number"], row["begins"]) for row in rows
    )


async def card(core: Core, *, support_id: UUID, actor: Actor) -> SupportCard:
    """Return one call for help with the trail of its request, and what was mailed about its invoice of late.

    Raises:
        NotAllowed: The actor may not look at the ledger.
        SupportNotFound: There is no such call.
    """
    actor.require(Permission.VIEW)
    row = await core.database.row(_CARD, (support_id,))
    if row is None:
        raise SupportNotFound
    trail = await trails.of_request(core, request_id=row["request_id"])
    who = await trails.person(core, request_id=row["request_id"])
    if row["invoice_id"] is not None and row["contact_id"] is not None:
        who = Person(row["invoice_id"], row["contact_id"])
    if who is not None:
        trail += await trails.of_person(core, who=who, request_id=row["request_id"], at=row["created_at"])
    invoice_id = row["invoice_id"] or (who.invoice_id if who else None)
    if invoice_id is not None:
        trail += await trails.of_mails(core, invoice_id=invoice_id, since=row["created_at"] - MAILS_OF)
    return SupportCard(
        support_id=row["id"],
        at=row["created_at"],
        who=row["made_by"],
        source=row["source"],
        state=row["state"],
        text=row["text"],
        reply_to=row["reply_to"],
        request_id=row["request_id"],
        invoice_number=row["number"],
        trail=tuple(sorted(trail, key=lambda line: line.at)),
        documents=tuple(
            DocumentLine(
                document_id=UUID(each["id"]),
                kind=each["kind"],
                name=each["name"],
                content_type=each["content_type"],
                size_bytes=each["size"],
                sha256=each["sha256"],
                added_at=datetime.fromisoformat(each["at"]),
                state=DocumentState(each["state"]),
            )
            for each in row["files"]
        ),
    )


def _digest(*said: str) -> bytes:
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).digest()
