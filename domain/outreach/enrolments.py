"""Enrolments: which invoice is in which cadence, from its first step to the moment when nothing is owed any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.commitments import words
from domain.deliverability import covering
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.outreach import decisions, steps
from domain.outreach.events import CadenceClosed
from domain.outreach.models import Enrolment
from domain.outreach.states import EnrolmentState

LOOK = 20_000
"""Enrolments looked at in one transaction."""

CORRESPONDING = """
    coalesce((SELECT max(t.position) FROM cadence_step t WHERE t.cadence_id = {to}
              AND t.offset_days <= (SELECT max(f.offset_days) FROM cadence_step f
                                    WHERE f.cadence_id = {of} AND f.position <= {position})), 0)
"""
"""The position in one cadence of whoever has come to a position of another: the same day counts, not the number."""


def parameters(core: Core) -> dict[str, Any]:
    """Return what statements about steps and segments ask for: the moment, the merchant's day, zone and rest."""
    return {
        "now": core.clock.now(),
        "today": local_date(core.clock, core.merchant.zone),
        "zone": core.merchant.zone.key,
        "rest": decisions.rest(core),
    }


_NEXT = f"""
    WITH held AS MATERIALIZED (
        SELECT e.id FROM enrolment e JOIN invoice i ON i.id = e.invoice_id
        WHERE e.state = 'running' AND {{which}} ORDER BY e.id FOR UPDATE OF e
    )
    UPDATE enrolment e SET held = '', wants_contact = false, next_action_at = greatest(
        coalesce((SELECT min({steps.DUE_AT}) FROM cadence_step s
                  WHERE s.cadence_id = e.cadence_id AND s.position > e.last_position), e.next_action_at, %(now)s),
        (SELECT max(coalesce(m.sent_at, m.queued_at)) + %(rest)s
         FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id
         WHERE t.invoice_id = i.id AND t.state = 'included' AND m.asks
           AND m.state IN ('drafted', 'queued', 'sending', 'sent', 'unknown')))
    FROM held JOIN invoice i ON true
    WHERE e.id = held.id AND i.id = e.invoice_id
"""
"""Where the calendar puts the next step; what is due then is found due by the next pass, whatever had held it."""


async def redate(core: Core, *, entry_id: int) -> None:
    """Move the next step of the entry's invoice to where its present due date puts it (``redate_reminders``)."""
    entry = await timeline.entry(core, entry_id)
    async with core.transaction() as tx:
        await tx.execute(
            _NEXT.format(which="i.id = %(invoice)s"), {**parameters(core), "invoice": entry.event.invoice_ref}
        )


async def resume(core: Core, *, entry_id: int) -> None:
    """Look again at what was held: a pause of the entry's invoice, or of its customer, is over (``resume_reminders``).

    Safe to repeat: the moment of the next step follows from the calendar and from what has left.
    """
    event = (await timeline.entry(core, entry_id)).event
    which = "i.id = %(invoice)s"
    if event.account_ref is not None:
        which = "i.account_id = %(account)s AND (i.id = %(invoice)s OR e.held <> '')"
    async with core.transaction() as tx:
        await tx.execute(
            _NEXT.format(which=which),
            {**parameters(core), "invoice": event.invoice_ref, "account": event.account_ref},
        )


_REACHED = f"""
    WITH held AS MATERIALIZED (
        SELECT e.id FROM enrolment e JOIN invoice i ON i.id = e.invoice_id
        WHERE e.state = 'running' AND e.wants_contact AND e.next_action_at > %(now)s AND EXISTS (
            SELECT FROM contact c WHERE c.account_id = i.account_id AND c.state = 'active'
            AND {covering.free("c.email_key")}
            AND (c.created_at > %(since)s OR {covering.lifted_since("c.email_key", "%(since)s")}))
        ORDER BY e.id FOR UPDATE OF e SKIP LOCKED
    )
    UPDATE enrolment e SET next_action_at = %(now)s FROM held WHERE e.id = held.id
"""


_UNDATED = """
    WITH held AS MATERIALIZED (
        SELECT e.id FROM enrolment e WHERE e.state = 'running' AND e.next_action_at IS NULL
        ORDER BY e.next_action_at, e.id LIMIT %(page)s FOR UPDATE SKIP LOCKED
    )
    UPDATE enrolment e SET next_action_at = %(now)s FROM held WHERE e.id = held.id
"""


async def reach(core: Core) -> None:
    """Look at once at what was held for want of a contact, where one has come, and at what has no step left.

    A new policy may end before the place to which an invoice had come in the old one; a person takes over then.
    """
    now = core.clock.now()
    parts = {"now": now, "since": now - decisions.LOOK_AGAIN, "page": LOOK}
    async with core.transaction() as tx:
        await tx.execute(_REACHED, parts)
        await tx.execute(_UNDATED, parts)


@dataclass(frozen=True, slots=True)
class Ended:
    """An enrolment whose invoice is not open any more."""

    id: UUID
    invoice_id: UUID
    invoice_number: str
    account_id: UUID
    cadence: str
    reason: str


async def close(core: Core, *, entry_id: int) -> None:
    """End the reminders of the invoice that the timeline entry says is settled (the job ``close_cadence``)."""
    entry = await timeline.entry(core, entry_id)
    async with core.transaction() as tx:
        row = await tx.row(
            "SELECT e.id, i.id AS invoice_id, i.number AS invoice_number, i.account_id, c.name AS cadence, i.state"
            " FROM invoice i JOIN enrolment e ON e.invoice_id = i.id JOIN cadence c ON c.id = e.cadence_id"
            " WHERE i.id = %s AND i.state <> 'open' AND e.state = 'running' FOR UPDATE OF e",
            (entry.event.invoice_ref,),
        )
        if row is not None:  # else closed before, or opened again meanwhile
            reason = words.invoice_closed(row.pop("state"))
            await end(core, tx, ended=[Ended(**row, reason=reason)])


async def end(core: Core, tx: Transaction, *, ended: Sequence[Ended]) -> None:
    """Close enrolments that the caller holds locked, and say so."""
    await Enrolment.move_all(
        "close", ids=[each.id for each in ended], before=EnrolmentState.RUNNING, held="", wants_contact=False
    )
    said = by(SYSTEM, core.clock.now())
    await timeline.record_many(
        core,
        tx,
        [
            CadenceClosed(
                invoice_id=each.invoice_id,
                invoice_number=each.invoice_number,
                account_id=each.account_id,
                cadence=each.cadence,
                reason=each.reason,
                **said,
            )
            for each in ended
        ],
    )
