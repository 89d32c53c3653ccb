"""Replays: stored mail is read again with today's rules, and what differs is shown before anything is done.

Each mail is judged alone, against the database as it is: that two mails of one replay together make a third bounce
day is seen only when it is done. A mail whose reading is the same is as before, whatever was decided about it since.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from domain.deliverability import acting, cases, evidence, inbound, suppression_proofs, triage
from domain.deliverability.cases import Case
from domain.deliverability.reading import Kind, Reading
from domain.deliverability.reading_room import Reader, Unreadable
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.states import InboundState
from domain.deliverability.suppressions import Why
from domain.deliverability.triage import Act, Decision
from domain.kernel import addresses
from domain.kernel.core import Core

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
        "SELECT id, state, reading, reason, envelope_from, sent_to, body, received_at FROM inbound_mail WHERE id = %s",
        (wanted,),
    )
    if row is None:
        raise MailNotFound(mail_id)
    stored = row["reading"]
    stored = json.loads(stored) if isinstance(stored, str) else stored
    before = Reading.from_json(stored) if stored and row["state"] == InboundState.READ else None
    told_before = _told(before, row["reason"])
    today = row["received_at"].astimezone(core.merchant.zone).date()
    try:
        opened = await reader.read(bytes(row["body"]), envelope_from=row["envelope_from"], today=today)
    except Unreadable as why:
        if before is None:
            return None
        after = Told(UNREADABLE, note=str(why))
        return Change(row["id"], row["received_at"], f"{before.kind.value} → {UNREADABLE}", told_before, after)
    if before is not None and inbound.same(before, opened.reading):
        return None
    case = await cases.gathered(
        core, core.database, reading=opened.reading, sent_to=row["sent_to"], arrived=row["received_at"]
    )
    decision = triage.decide(case)
    after = _told(opened.reading, decision.note)
    effects = await _effects(core, row["id"], case, decision)
    return Change(row["id"], row["received_at"], _what(told_before, after), told_before, after, **effects)


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
)


def _bounds(core: Core, day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, time(), core.merchant.zone), core.clock.now()


def _told(reading: Reading | None, note: str) -> Told:
    if reading is None:
        return Told(UNREADABLE, note=note)
    first = next(iter(reading.recipients), None) or reading.unnamed
    reason = first.reason.value if first and reading.hard is not None else ""
    named = tuple(addresses.masked(each.address) for each in reading.recipients[: evidence.MAX_FINDINGS])
    return Told(reading.kind.value, reading.rule, reading.feedback_type or reason, reading.hard, named, note)


def _what(before: Told, after: Told) -> str:
    if before.kind != after.kind:
        return f"{before.kind} → {after.kind}"
    if before.hard != after.hard:
        return "soft → hard" if after.hard else "hard → soft"
    return next((name for name in ("recipients", "reason", "note", "rule")
                 if getattr(before, name) != getattr(after, name)), "details")  # fmt: skip


async def _effects(core: Core, mail_id: UUID, case: Case, decision: Decision) -> dict[str, Any]:
    """Return what carrying out a decision would do, as ``acting`` does it."""
    mailed = decision.mailed
    active = await core.database.rows(
        "SELECT address_key, reason, mail_id FROM suppression"
        " WHERE state = 'active' AND (mail_id = %s OR address_key = %s)",
        (mail_id, mailed.address_key if mailed else None),
    )
    again = acting.leads_to(decision)
    rested = [(each["address_key"], each["reason"]) for each in active
              if each["mail_id"] == mail_id and (again is None or each["reason"] != again.value)]  # fmt: skip
    lifted = {(key, reason) for key, reason in rested if not await suppression_proofs.would_stand(
        core.database, address_key=key, reason=reason, but=mail_id)}  # fmt: skip
    suppressed, counted = set[tuple[str, str]](), set[str]()
    if mailed is not None:
        ours = {each["reason"] for each in active if each["address_key"] == mailed.address_key}
        if decision.act is Act.LIFT and decision.why and decision.why.value in ours:
            lifted.add((mailed.address_key, decision.why.value))
        elif decision.act is Act.SUPPRESS and decision.why and decision.why.value not in ours:
            suppressed.add((mailed.address_key, decision.why.value))
        elif decision.act is Act.COUNT:
            day = case.arrived.astimezone(core.merchant.zone).date()
            key, rows = mailed.address_key, core.database
            before = await evidence.bounce_days(core, rows, address_key=key)
            days = await evidence.bounce_days(core, rows, address_key=key, also=(mailed.id, day))
            counted |= {key} if days > before else set()
            if days >= evidence.BOUNCE_DAYS and Why.SOFT_BOUNCES.value not in ours:
                suppressed.add((key, Why.SOFT_BOUNCES.value))
    return {"suppressed": _named(suppressed), "lifted": _named(lifted),
            "counted": tuple(addresses.masked(each) for each in sorted(counted))}  # fmt: skip


def _named(which: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{addresses.masked(key)} ({reason})" for key, reason in sorted(which))
