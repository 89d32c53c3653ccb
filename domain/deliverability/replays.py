"""Replays: stored mail is read again with today's rules, and what differs is shown before anything is done.

To show it, it is done and undone again, so that a preview says what a replay does. Each mail is judged alone, against
the database as it is: that two mails of one replay together make a third bounce day is seen only when it is done.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NoReturn
from uuid import UUID

from domain.deliverability import evidence, inbound, rereading
from domain.deliverability.contact_events import AbsenceWithdrawn
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.inbound import Outcome
from domain.deliverability.opening import Opened
from domain.deliverability.reading import Kind, Reading
from domain.deliverability.reading_room import Reader, Unreadable
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.replies import Reply
from domain.deliverability.states import InboundState
from domain.kernel import addresses, sentences, timeline
from domain.kernel.core import Core
from domain.kernel.transactions import Row, Transaction

PAGE = 200
"""Ids that are fetched at once; bodies are fetched one by one, since one may have megabytes."""

UNREADABLE = "unreadable"
"""Stands for the kind of a mail that no reading could be made of."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a reading of a mail says, as far as two of them are compared for people."""

    kind: str
    rule: str = ""
    reason: str = ""
    """Of the first recipient."""
    hard: bool | None = None
    recipients: tuple[str, ...] = ()
    """Masked."""
    note: str = ""
    """What was decided."""
    wishes: tuple[str, ...] = ()
    """What a person seems to want, in a word each."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mail that today's rules read otherwise."""

    mail_id: UUID
    received_at: datetime
    what: str
    """In which way, for the summary: ``bounce → human``, ``hard → soft``, ``recipients``, ``reason``, …"""
    before: Told
    after: Told
    suppressed: tuple[str, ...] = ()
    """Masked, with the reason."""
    lifted: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    """Addresses for which its day becomes a bounce day that it was not."""
    back: tuple[str, ...] = ()
    """Masked; contacts who are not away, so that their reminders go on."""


class _Undo(Exception):
    """Raised to undo what was done to show it."""

    def __init__(self, outcome: Outcome, effects: dict[str, tuple[str, ...]]) -> None:
        self.outcome, self.effects = outcome, effects


async def preview(core: Core, *, mail_id: str, reader: Reader) -> Change | None:
    """Tell what reading a mail again would change, and change nothing; None when it would be as before.

    Raises:
        MailNotFound: No stored mail has that id.
    """
    try:
        wanted = UUID(mail_id)
    except ValueError:
        raise MailNotFound(mail_id) from None
    row = await core.database.row(
        "SELECT id, state, reading, reply, reason, envelope_from, sent_to, body, received_at, seen_at, noted"
        " FROM inbound_mail"
        " WHERE id = %s",
        (wanted,),
    )
    if row is None:
        raise MailNotFound(mail_id)
    if not row["body"]:
        return None  # it was kept for its time, and nothing else can be read of it
    stored = row["reading"]
    stored = json.loads(stored) if isinstance(stored, str) else stored
    before = Reading.from_json(stored) if stored and row["state"] == InboundState.READ else None
    told_before = _told(before, sentences.said(row["reason"]), _wishes(row["reply"]))
    today = row["received_at"].astimezone(core.merchant.zone).date()
    try:
        opened = await reader.read(bytes(row["body"]), envelope_from=row["envelope_from"], today=today)
    except Unreadable as why:
        if before is None:
            return None
        after = Told(UNREADABLE, note=str(why))
        return Change(row["id"], row["received_at"], f"{before.kind.value} → {UNREADABLE}", told_before, after)
    try:
        async with core.transaction() as tx:
            await _tried(core, tx, row, opened)
    except _Undo as done:
        if not done.outcome.changed:
            return None
        settled = rereading.settled(row["seen_at"], row["noted"])
        wishes = _wishes(rereading.reply(row["reply"], opened, settled=settled))
        after = _told(opened.reading, done.outcome.note, wishes)
        return Change(row["id"], row["received_at"], _what(told_before, after), told_before, after, **done.effects)
    raise AssertionError("what was tried is undone")


async def _tried(core: Core, tx: Transaction, row: Row, opened: Opened) -> NoReturn:
    """Act upon a new reading, note what came of it, and have all of it undone."""
    record = await inbound.locked(row["id"])
    points = await _points(tx, row["id"])
    last = await tx.row("SELECT coalesce(max(id), 0) AS id FROM timeline_entry")
    outcome = await inbound.act_upon(core, tx, record, opened, tuple(row["sent_to"]), row["received_at"])
    effects = await _effects(core, tx, last["id"] if last else 0)
    counted = sorted(await _points(tx, row["id"]) - points)
    raise _Undo(outcome, {**effects, "counted": tuple(map(addresses.masked, counted))})


async def since(
    core: Core, *, day: date, reader: Reader, kind: Kind | None = None, dry_run: bool, page: int = PAGE
) -> AsyncIterator[tuple[int, Change | None]]:
    """Read again, oldest first, what came in since a day, and yield how many are done and what each one changed.

    With *kind* only what was read as that. Mail that waits for its first reading is left to it, as is what comes in
    meanwhile. With *dry_run* nothing is changed; without it, each mail is a transaction of its own, so that a replay
    which is broken off may be begun again.
    """
    bounds = _bounds(core, day)
    done, after = 0, (bounds[0], UUID(int=0))
    while True:
        rows = await core.database.rows(
            f"SELECT id, received_at FROM inbound_mail WHERE {_CHOSEN} AND (received_at, id) > (%s, %s)"
            " ORDER BY received_at, id LIMIT %s",
            (*bounds, kind, kind, *after, page),
        )
        for row in rows:
            change = await preview(core, mail_id=str(row["id"]), reader=reader)
            if change is not None and not dry_run:
                await inbound.replay(core, mail_id=str(row["id"]), reader=reader)
            done += 1
            yield done, change
        if len(rows) < page:
            return
        after = (rows[-1]["received_at"], rows[-1]["id"])


async def size(core: Core, *, day: date, kind: Kind | None = None) -> int:
    """Return how many mails such a replay reads."""
    row = await core.database.row(
        f"SELECT count(*) AS n FROM inbound_mail WHERE {_CHOSEN}", (*_bounds(core, day), kind, kind)
    )
    return int(row["n"]) if row else 0


_CHOSEN = (
    "received_at >= %s AND received_at <= %s AND state <> 'stored' AND (%s::text IS NULL OR reading->>'kind' = %s)"
    " AND body <> ''"  # it was kept for its time; what was read of it stays as it is
)


def _bounds(core: Core, day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, time(), core.merchant.zone), core.clock.now()


def _told(reading: Reading | None, note: str, wishes: tuple[str, ...] = ()) -> Told:
    if reading is None:
        return Told(UNREADABLE, note=note)
    first = next(iter(reading.recipients), None) or reading.unnamed
    reason = first.reason.value if first and reading.hard is not None else ""
    named = tuple(addresses.masked(each.address) for each in reading.recipients[: evidence.MAX_FINDINGS])
    return Told(reading.kind.value, reading.rule, reading.feedback_type or reason, reading.hard, named, note, wishes)


def _what(before: Told, after: Told) -> str:
    if before.kind != after.kind:
        return f"{before.kind} → {after.kind}"
    if before.hard != after.hard:
        return "soft → hard" if after.hard else "hard → soft"
    return next((name for name in ("recipients", "reason", "note", "rule", "wishes")
                 if getattr(before, name) != getattr(after, name)), "details")  # fmt: skip


async def _effects(core: Core, tx: Transaction, last: int) -> dict[str, tuple[str, ...]]:
    """Return what this transaction has told since that entry of the timeline, as a change tells it."""
    rows = await tx.rows(
        "SELECT id FROM timeline_entry WHERE id > %s AND xmin = pg_current_xact_id()::xid ORDER BY id", (last,)
    )
    happened = [(await timeline.entry(core, row["id"])).event for row in rows]
    return {
        "suppressed": tuple(
            f"{each.address} ({each.reason})" for each in happened if isinstance(each, AddressSuppressed)
        ),
        "lifted": tuple(f"{each.address} ({each.was})" for each in happened if isinstance(each, SuppressionLifted)),
        "back": tuple(each.address for each in happened if isinstance(each, AbsenceWithdrawn)),
    }


async def _points(tx: Transaction, mail_id: UUID) -> set[str]:
    """Return the addresses for which a mail alone makes its day a bounce day."""
    rows = await tx.rows(
        "SELECT e.address_key FROM delivery_evidence e WHERE e.mail_id = %s AND e.withdrawn_at IS NULL AND e.counts"
        " AND NOT EXISTS (SELECT FROM delivery_evidence o WHERE o.address_key = e.address_key AND o.day = e.day"
        " AND o.withdrawn_at IS NULL AND o.counts AND o.mail_id <> e.mail_id)",
        (mail_id,),
    )
    return {row["address_key"] for row in rows}


def _wishes(reply: Any) -> tuple[str, ...]:
    stored = json.loads(reply) if isinstance(reply, str) else reply
    return tuple(each.kind.value for each in Reply.from_json(stored).intents) if stored else ()
