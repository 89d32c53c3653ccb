"""The timeline: append-only history of everything, which is also the audit trail."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.kernel import acts, request_ids, watch
from domain.kernel.events import EVENTS, Event
from domain.kernel.jobs import Wanted
from domain.kernel.notices import Notice
from domain.kernel.transactions import Transaction

if TYPE_CHECKING:
    from domain.kernel.core import Core


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history, with the event that made it."""

    id: int
    request_id: str
    event: Event


async def record(core: "Core", tx: Transaction, event: Event) -> int:
    """Write the event down and defer everything that follows from it, in the caller's transaction."""
    assert type(event) in core.notices, f"{type(event).__name__} has no line in a notices table"
    row = await tx.row(
        "INSERT INTO timeline_entry (kind, invoice_id, account_id, actor, request_id, at, fact)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (
            event.kind,
            event.invoice_ref,
            event.account_ref,
            event.actor,
            request_ids.current(),
            event.at,
            _fact(event),
        ),
    )
    assert row is not None
    watch.recorded(event.kind)
    entry_id = int(row["id"])
    acts.note(entry_id, event)
    await core.jobs.defer_all(tx, [_job(notice, entry_id) for notice in core.notices[type(event)]])
    return entry_id


async def record_many(core: "Core", tx: Transaction, events: Sequence[Event]) -> None:
    """Write a page of events down in one statement, and defer what follows from them in another."""
    if not events:
        return
    assert all(type(event) in core.notices for event in events), "every event has a line in a notices table"
    rows = await tx.rows(
        "INSERT INTO timeline_entry (kind, invoice_id, account_id, actor, request_id, at, fact)"
        " SELECT kind, invoice_id, account_id, actor, %s, at, fact::jsonb"
        " FROM unnest(%s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[], %s::text[])"
        " WITH ORDINALITY AS each (kind, invoice_id, account_id, actor, at, fact, place) ORDER BY place"
        " RETURNING id, kind",
        (
            request_ids.current(),
            [event.kind for event in events],
            [event.invoice_ref for event in events],
            [event.account_ref for event in events],
            [event.actor for event in events],
            [event.at for event in events],
            [_fact(event) for event in events],
        ),
    )
    for event, row in zip(events, rows, strict=True):
        watch.recorded(event.kind)
        acts.note(int(row["id"]), event)
    follows = [_job(notice, int(row["id"])) for row in rows for notice in core.notices[EVENTS[row["kind"]]]]
    await core.jobs.defer_all(tx, follows)


def _job(notice: Notice, entry_id: int) -> Wanted:
    arguments: dict[str, Any] = {"entry_id": entry_id} | ({"word": notice.word} if notice.word else {})
    return Wanted(notice.job, arguments, notice.priority)


async def entry(core: "Core", entry_id: int) -> Entry:
    """Return one entry by its number; numbers come from jobs, so a missing one is a bug."""
    row = await core.database.row("SELECT id, kind, request_id, fact FROM timeline_entry WHERE id = %s", (entry_id,))
    assert row is not None, f"no timeline entry {entry_id}"
    return _read(row)


async def entries(core: "Core", ids: Sequence[int]) -> list[Entry]:
    """Return these entries, in the order of what happened; numbers that there are not are left out."""
    rows = await core.database.rows(
        "SELECT id, kind, request_id, fact FROM timeline_entry WHERE id = ANY(%s) ORDER BY id", (list(ids),)
    )
    return [_read(row) for row in rows]


async def of_invoice(core: "Core", invoice_id: UUID, *, limit: int = 50) -> list[Entry]:
    """Return the newest entries of an invoice, oldest first."""
    rows = await core.database.rows(
        "SELECT id, kind, request_id, fact FROM timeline_entry WHERE invoice_id = %s ORDER BY id DESC LIMIT %s",
        (invoice_id, limit),
    )
    return [_read(row) for row in reversed(rows)]


def _read(row: dict[str, object]) -> Entry:
    fact = row["fact"] if isinstance(row["fact"], dict) else json.loads(str(row["fact"]))
    event = EVENTS[str(row["kind"])].model_validate(fact)
    return Entry(id=int(str(row["id"])), request_id=str(row["request_id"]), event=event)


def _fact(event: Event) -> str:
    """Return the event as JSON; PostgreSQL's cannot hold U+0000, which texts from outside may bring along."""
    return event.model_dump_json().replace("\\u0000", "\\ufffd")
