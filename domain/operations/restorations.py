"""Restorations: after a restore, whatever may have left since the backup waits for a person, and nothing goes twice.

The database does not know what happened after its dump. So a gate keeps all mail back first; what was queued or on the
wire in the dump is put aside; and before the gate opens, everything that the restored queue and planner made anew in
the meantime is put aside as well. A mail that is put aside is ``unknown``, as one that was interrupted on the wire:
it is not repeated and the next step goes on, unless a person releases it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from domain.deliverability import operator_mails
from domain.deliverability.models import Mailing
from domain.deliverability.states import MailingState
from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.operations.refusals import NothingRestored, RestorationBusy
from domain.operations.restoration_events import (
    DatabaseRestored,
    LetterPutAside,
    LetterReleased,
    RestorationEnded,
)
from domain.outreach import gates, mail_events, planner
from domain.outreach.gates import Holds

GATE = "restored"
"""The gate that is closed from the restore until a person has looked."""

ASIDE = "restored"
"""What a mail that was put aside waits for, beside its state ``unknown``."""

PAGE = 500
"""Mails put aside or released in one transaction."""

MOST_SHOWN = 1_000
"""Mails in one list."""

_PENDING = "SELECT id, state FROM mailing WHERE state IN ('queued', 'sending') ORDER BY id LIMIT %s FOR UPDATE"

_BUSY = """
    SELECT count(*) AS jobs FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name <> 'chat'
      AND (id <= %(last)s AND task_name NOT IN ('send_mailing', 'mail_digest', 'send_incident_mail',
                                                  'send_address_code')
           OR task_name IN ('write_letter', 'mail_answer') AND (scheduled_at IS NULL OR scheduled_at <= %(now)s))
"""
"""Jobs that the backup brought back, and letters that they have called for since."""

_ASIDE = """
    SELECT m.id, m.letter, m.asks, m.address, m.queued_at, i.number AS invoice_number
    FROM mailing m JOIN invoice i ON i.id = m.invoice_id
    WHERE m.state = 'unknown' AND m.waits = %s ORDER BY m.queued_at, m.id LIMIT %s
"""

_RELEASABLE = """
    SELECT DISTINCT ON (CASE WHEN m.asks THEN m.contact_id ELSE m.id END) m.id
    FROM mailing m WHERE m.state = 'unknown' AND m.waits = %(aside)s AND (%(id)s::uuid IS NULL OR m.id = %(id)s)
      AND NOT (m.asks AND EXISTS (SELECT FROM mailing o WHERE o.contact_id = m.contact_id AND o.asks
                                  AND o.state IN ('drafted', 'queued')))
    ORDER BY CASE WHEN m.asks THEN m.contact_id ELSE m.id END, m.queued_at, m.id
"""
"""One reminder for each contact, and none for whom another one is pending."""


@dataclass(frozen=True, slots=True)
class MailAside:
    """A mail that may have left after the backup was made."""

    id: UUID
    letter: str
    asks: bool
    """Whether it asks for money."""
    invoice_number: str
    sent_to: str
    """Masked."""
    queued_at: datetime


async def begin(core: Core, *, reason: str, actor: Actor) -> DatabaseRestored:
    """Keep all mail back, and put aside what was under way in the backup; done again, it goes on where it stopped.

    The gate closes in a transaction of its own, first: whatever happens after it, nothing leaves.

    Raises:
        NotAllowed: The actor may not operate the product.
        ReasonMissing: Nobody could be told why.
    """
    actor.require(Permission.OPERATE)
    closed = await gates.close(core, name=GATE, holds=Holds.ALL_MAIL, reason=reason, actor=actor)
    async with core.transaction() as tx:
        await tx.execute(
            "INSERT INTO restoration (id, reason, made_by, begun_at, last_job)"
            " SELECT %s, %s, %s, %s, coalesce((SELECT max(id) FROM procrastinate_jobs), 0)"
            " WHERE NOT EXISTS (SELECT FROM restoration WHERE ended_at IS NULL)",
            (uuid4(), closed.reason, actor.name, core.clock.now()),
        )
    count = await _put_all_aside(core, actor)
    event = DatabaseRestored(reason=closed.reason, put_aside=count, **by(actor, core.clock.now()))
    async with core.transaction() as tx:
        await timeline.record(core, tx, event)
    return event


async def end(core: Core, *, reason: str, actor: Actor) -> RestorationEnded:
    """Let mail flow again, but for what the restored queue and planner have made anew: that is put aside first.

    Raises:
        NotAllowed: The actor may not operate the product.
        ReasonMissing: Nobody could be told why.
        NothingRestored: No restore is under way.
        RestorationBusy: Jobs that came back with the backup are not done yet.
        GateRefused: Somebody opened the gate already.
    """
    actor.require(Permission.OPERATE)
    row = await core.database.row("SELECT id, last_job FROM restoration WHERE ended_at IS NULL")
    if row is None:
        raise NothingRestored
    await planner.plan(core)
    busy = await core.database.row(_BUSY, {"last": row["last_job"], "now": core.clock.now()})
    if busy is not None and busy["jobs"]:
        raise RestorationBusy(busy["jobs"])
    count = await _put_all_aside(core, actor)
    opened = await gates.open(core, name=GATE, reason=reason, actor=actor)
    event = RestorationEnded(reason=opened.reason, put_aside=count, **by(actor, core.clock.now()))
    async with core.transaction() as tx:
        await tx.execute(
            "UPDATE restoration SET ended_at = %s, ended_by = %s WHERE ended_at IS NULL",
            (core.clock.now(), actor.name),
        )
        await timeline.record(core, tx, event)
    return event


async def aside(core: Core) -> tuple[MailAside, ...]:
    """Return the mails that wait for a person, the oldest first."""
    rows = await core.database.rows(_ASIDE, (ASIDE, MOST_SHOWN))
    return tuple(
        MailAside(
            id=row["id"],
            letter=row["letter"],
            asks=row["asks"],
            invoice_number=row["invoice_number"],
            sent_to=addresses.masked(row["address"]),
            queued_at=row["queued_at"],
        )
        for row in rows
    )


async def release(core: Core, *, actor: Actor, mailing_id: UUID | None = None) -> int:
    """Queue one mail that was put aside, or all of them; each is judged again before it leaves. Return how many.

    Of several reminders to one contact the oldest goes; the others stay until that one has left.

    Raises:
        NotAllowed: The actor may not operate the product.
    """
    actor.require(Permission.OPERATE)
    async with core.transaction() as tx:
        rows = await tx.rows(_RELEASABLE, {"aside": ASIDE, "id": mailing_id})
        held = await Mailing.all_locked([row["id"] for row in rows])
        ids = [each.id for each in held if each.status is MailingState.UNKNOWN and each.waits == ASIDE]
        if not ids:
            return 0
        await Mailing.move_all("release", ids=ids, before=MailingState.UNKNOWN, waits="", not_before=None)
        await core.jobs.defer_many(tx, "send_mailing", [{"mailing_id": str(each)} for each in ids])
        await _tell(core, tx, LetterReleased, ids, actor)
    return len(ids)


async def _put_all_aside(core: Core, actor: Actor) -> int:
    count, found = await operator_mails.put_aside(core), PAGE
    while found == PAGE:
        async with core.transaction() as tx:
            rows = await tx.rows(_PENDING, (PAGE,))
            found = len(rows)
            for before in (MailingState.QUEUED, MailingState.SENDING):
                ids = [row["id"] for row in rows if row["state"] == before.value]
                await Mailing.move_all("put aside", ids=ids, before=before, waits=ASIDE)
            if rows:
                await _tell(core, tx, LetterPutAside, [row["id"] for row in rows], actor)
        count += found
    return count


async def _tell(
    core: Core, tx: Transaction, event: type[LetterPutAside] | type[LetterReleased], ids: list[UUID], actor: Actor
) -> None:
    stamp = by(actor, core.clock.now())
    told = await mail_events.told_of(core, tx, ids)
    events = [event(**{**fields, **stamp}, step=part["step"]) for each in told.values() for fields, part in each]
    await timeline.record_many(core, tx, events)
