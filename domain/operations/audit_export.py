"""Audit exports: a part of the log as a file for a spreadsheet, read page by page, and itself written down."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg.rows import dict_row

from domain.kernel import speech, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Row, Transaction
from domain.ledger.csv_import.rejects import harmless
from domain.operations import audit
from domain.operations.audit_events import AuditExported
from domain.operations.refusals import ExportTooLarge

HEADERS = (
    "entry", "at (UTC)", "who", "kind of actor", "what", "invoice", "customer", "in words", "request", "fact",
)  # fmt: skip

PAGE = 1_000
"""Entries that are in memory at a time."""

MOST_IN_CHAT = 20_000
"""Acts of a file that is sent in Slack; a longer one is written by the shell."""

_WHICH = """
    (%(person)s::text IS NULL OR t.fact->>'actor_id' = %(person)s) AND (%(who)s::text IS NULL OR t.actor = %(who)s)
    AND (%(since)s::timestamptz IS NULL OR t.at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR t.at < %(until)s)
"""

_COUNT = f"SELECT count(*) AS entries, coalesce(max(t.id), 0) AS through FROM timeline_entry t WHERE {_WHICH}"

_ENTRIES = f"""
    SELECT t.id, t.at, t.actor, t.kind, t.request_id, t.fact, i.number AS invoice, a.name AS customer
    FROM timeline_entry t LEFT JOIN invoice i ON i.id = t.invoice_id LEFT JOIN account a ON a.id = t.account_id
    WHERE {_WHICH} AND t.id <= %(through)s ORDER BY t.id
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of the log: whose acts, since when and until before when; nothing said means all."""

    person_id: UUID | None = None
    who: str = ""
    """The person's name; without a person's id, an actor as the timeline names it, such as ``command line``."""
    since: datetime | None = None
    until: datetime | None = None


async def begin(core: Core, *, span: Span, actor: Actor, to_chat: bool = False) -> AuditExported:
    """Write down that a part of the log is taken along; only then may it be written out.

    Raises:
        NotAllowed: The actor may not manage people.
        ExportTooLarge: It does not fit into a message.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    async with core.transaction() as tx:
        row = await tx.row(_COUNT, _values(span))
        assert row is not None, "a count always has a row"
        if to_chat and row["entries"] > MOST_IN_CHAT:
            raise ExportTooLarge(row["entries"], MOST_IN_CHAT)
        event = AuditExported(
            of=span.who,
            person_id=span.person_id,
            since=span.since,
            until=span.until,
            entries=row["entries"],
            through=row["through"],
            to_chat=to_chat,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


async def acted(core: Core, *, who: str) -> bool:
    """Tell whether an actor of that name did anything."""
    return await core.database.row("SELECT 1 FROM timeline_entry WHERE actor = %s LIMIT 1", (who,)) is not None


async def write(core: Core, *, export: AuditExported, sink: Callable[[str], object]) -> int:
    """Write out what was begun, as CSV that a spreadsheet runs no formula of; return the number of acts."""
    span = Span(export.person_id, export.of, export.since, export.until)
    count = 0
    async with core.transaction() as tx:
        sink("\ufeff" + _lines([HEADERS]))
        async for page in _pages(tx, span, export.through):
            sink(_lines([_cells(row) for row in page]))
            count += len(page)
    return count


async def _pages(tx: Transaction, span: Span, through: int) -> AsyncIterator[list[Row]]:
    """Yield the entries page by page from a cursor that stays at the server."""
    async with tx.connection.cursor(name="audit_export", row_factory=dict_row) as cursor:
        await cursor.execute(_ENTRIES, {**_values(span), "through": through})
        while page := await cursor.fetchmany(PAGE):
            yield page


def _values(span: Span) -> dict[str, object]:
    return {
        "person": str(span.person_id) if span.person_id else None,
        "who": span.who if span.who and not span.person_id else None,
        "since": span.since,
        "until": span.until,
    }


def _cells(row: Row) -> tuple[object, ...]:
    """Return one entry as a line of the file, in English, since programs and other people read it."""
    fact = row["fact"]
    with speech.spoken_to(speech.NOBODY):
        told = audit.told(row["kind"], fact)
    words = (
        row["actor"],
        str(fact.get("actor_kind", "")),
        row["kind"],
        row["invoice"] or str(fact.get("invoice_number") or ""),
        row["customer"] or "",
        told,
        row["request_id"],
        json.dumps(fact, ensure_ascii=False, sort_keys=True),
    )
    return (row["id"], f"{row['at'].astimezone(UTC):%Y-%m-%d %H:%M:%S}", *map(harmless, words))


def _lines(rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
