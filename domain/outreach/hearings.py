"""Hearings: what mail that came back does to reminders: a contact who is away, a customer who complained."""

from datetime import datetime, time, timedelta
from uuid import UUID

from domain.deliverability.contact_events import AbsenceWithdrawn, ContactAway
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.suppressions import Why
from domain.deliverability.triage import LONGEST_ABSENCE
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.kernel.transactions import Rows
from domain.outreach import holds
from domain.outreach.holds import HoldKind
from domain.outreach.models import Hold

A_YEAR = timedelta(days=365)

_WAITED = """
    SELECT coalesce(sum(each.ended - each.began) FILTER (WHERE each.ended > each.began), interval '0') AS so_far
    FROM (SELECT least(h.lifted_at, h.until, %(now)s) AS ended,
                 greatest(h.created_at, %(since)s::timestamptz) AS began
          FROM hold h WHERE h.contact_id = %(contact)s AND h.kind = 'away' AND h.made_by = %(plixo)s) each
"""

_STILL_AWAY = """
    SELECT max((b.reading->>'back_on')::date) AS back_on FROM contact c
    JOIN delivery_evidence e ON e.address_key = c.email_key AND e.kind = 'away' AND e.proof = 'proven'
                            AND e.withdrawn_at IS NULL
    JOIN inbound_mail b ON b.id = e.mail_id AND b.decided LIKE 'away|%%' WHERE c.id = %(contact)s
"""


async def wait_for_contact(core: Core, *, entry_id: int) -> None:
    """Hold the reminders to a contact who is away until the day of return (the job ``wait_for_contact``).

    A machine may say so again and again: in a year reminders wait for ``LONGEST_ABSENCE`` at most by such words.
    """
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, ContactAway)
    async with core.transaction() as tx:
        left = LONGEST_ABSENCE - await _waited(core, tx, event.contact_id)
        until = min(datetime.combine(event.until, time(), core.merchant.zone), core.clock.now() + left)
        if until <= core.clock.now():
            return
        await holds.put_by_itself(
            core, tx, kind=HoldKind.AWAY, account_id=event.account_id, contact_id=event.contact_id, until=until,
            reason=say("{address} is away, says an automatic answer", address=event.address))  # fmt: skip


async def end_absence(core: Core, *, entry_id: int) -> None:
    """Let reminders to a contact go on who is not away after all (the job ``end_absence``).

    What other mails say of an absence holds them, and so does a hold that a person put.
    """
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, AbsenceWithdrawn)
    now = core.clock.now()
    async with core.transaction() as tx:
        row = await tx.row(_STILL_AWAY, {"contact": event.contact_id})
        back_on = row["back_on"] if row else None
        until = datetime.combine(back_on, time(), core.merchant.zone) if back_on else now
        ended = await holds.end_by_itself(
            core, tx, kind=HoldKind.AWAY, contact_id=event.contact_id, beyond=max(until, now),
            reason=say("the mail was read again, and says of no such absence"))  # fmt: skip
        if ended and until > now:
            await holds.put_by_itself(
                core, tx, kind=HoldKind.AWAY, account_id=event.account_id, contact_id=event.contact_id, until=until,
                reason=say("{address} is away, says an automatic answer", address=event.address))  # fmt: skip


async def _waited(core: Core, rows: Rows, contact_id: UUID) -> timedelta:
    """Return how long reminders to a contact have waited in a year because of automatic answers."""
    now = core.clock.now()
    row = await rows.row(_WAITED, {"now": now, "since": now - A_YEAR, "contact": contact_id, "plixo": SYSTEM.name})
    assert row is not None, "an aggregate has a row"
    so_far: timedelta = row["so_far"]
    return so_far


async def review_customer(core: Core, *, entry_id: int) -> None:
    """Hold the reminders to a customer who complained until a person has looked (the job ``review_customer``)."""
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, AddressSuppressed)
    if event.reason != Why.COMPLAINT or event.account_id is None:
        return
    async with core.transaction() as tx:
        await holds.put_by_itself(
            core, tx, kind=HoldKind.REVIEW, account_id=event.account_id,
            reason=say("{address} complained about a reminder; look at it, and choose a softer tone",
                       address=event.address))  # fmt: skip


async def end_review(core: Core, *, entry_id: int) -> None:
    """End the review of a customer who took the complaint back (the job ``end_review``)."""
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, SuppressionLifted)
    by_itself = event.actor_kind == SYSTEM.kind.value
    if not by_itself or event.account_id is None or Why.COMPLAINT.value not in event.was.split(", "):
        return
    rows = await core.database.rows(
        "SELECT h.id FROM hold h WHERE h.account_id = %(account)s AND h.kind = 'review' AND h.state = 'active'"
        " AND h.made_by = %(plixo)s AND NOT EXISTS (SELECT FROM suppression s JOIN contact c ON c.email_key ="
        " s.address_key AND c.account_id = h.account_id WHERE s.state = 'active' AND s.reason = 'complaint')",
        {"account": event.account_id, "plixo": SYSTEM.name},
    )
    for row in rows:
        if await Hold.exists(id=row["id"], state=Hold.MACHINE.start.value):
            await holds.lift(core, hold_id=row["id"], reason=say("the complaint was taken back"), actor=SYSTEM)
