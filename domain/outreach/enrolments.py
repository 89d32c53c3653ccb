"""Enrolments: which invoice is in which cadence, from its first step to the moment when nothing is owed any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

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
from domain.policies import segments
from domain.policies.segments import Segment

LOOK = 20_000
"""Open invoices looked at in one transaction for those that are in no cadence yet."""

MANY = 1_000
"""So many new invoices at once came by an import. The server may know the tables as they were before, empty perhaps,
and would join them row by row; a look at a sample takes a second at a million invoices."""

CORRESPONDING = """
    coalesce((SELECT max(t.position) FROM cadence_step t WHERE t.cadence_id = {to}
              AND t.offset_days <= (SELECT max(f.offset_days) FROM cadence_step f
                                    WHERE f.cadence_id = {of} AND f.position <= {position})), 0)
"""
"""The position in one cadence of whoever has come to a position of another: the same day counts, not the number."""

_NEW = """
    SELECT i.id FROM invoice i JOIN account a ON a.id = i.account_id AND a.state = 'active'
    WHERE i.state = 'open' AND NOT EXISTS (
        SELECT FROM enrolment e WHERE e.invoice_id = i.id AND e.state IN ('running', 'finished'))
    LIMIT %(page)s
"""

_THESE = "SELECT i.id, i.due_on FROM invoice i WHERE i.id = ANY(%(ids)s)"

_WINDOW = """
    SELECT i.id, i.due_on FROM invoice i
    WHERE i.state = 'open' AND (i.due_on, i.id) > (%(after_on)s, %(after_id)s)
    ORDER BY i.due_on, i.id LIMIT %(page)s
"""

_ENROL = """
    WITH page AS MATERIALIZED ({page}), fresh AS MATERIALIZED (
        SELECT i.id, i.due_on, {choice} AS segment
        FROM page p JOIN invoice i ON i.id = p.id JOIN account a ON a.id = i.account_id
        -- A subquery that is never made a join: a look into the index for each, and not the whole table for each page.
        WHERE i.state = 'open' AND a.state = 'active' AND (
            SELECT 1 FROM enrolment e WHERE e.invoice_id = p.id AND e.state IN ('running', 'finished') LIMIT 1) IS NULL
        FOR KEY SHARE OF i SKIP LOCKED
    ), added AS (
        INSERT INTO enrolment (id, invoice_id, cadence_id, segment, state, last_position, last_severity, next_action_at,
                               created_at)
        SELECT gen_random_uuid(), i.id, c.id, i.segment, 'running', done.position, coalesce(old.last_severity, -1),
               coalesce((SELECT min({due_at}) FROM cadence_step s
                         WHERE s.cadence_id = c.id AND s.position > done.position), %(now)s), %(now)s
        FROM fresh i
        JOIN segment g ON g.name = i.segment AND g.state = 'published'
        JOIN cadence c ON c.name = g.cadence AND c.state = 'published'
        LEFT JOIN LATERAL (SELECT e.cadence_id, e.last_position, e.last_severity FROM enrolment e
                           WHERE e.invoice_id = i.id ORDER BY e.created_at DESC, e.id LIMIT 1) old ON true
        CROSS JOIN LATERAL (SELECT CASE WHEN old.last_position > 0 THEN {corresponding} ELSE 0 END AS position) done
        ORDER BY i.due_on, i.id
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM page) AS looked,
           (SELECT max(due_on) FROM page) AS last_on,
           (SELECT id FROM page ORDER BY due_on DESC, id DESC LIMIT 1) AS last_id
"""


async def enrol(core: Core) -> int:
    """Put every open invoice that is in no cadence into its segment's; return how many.

    An invoice that was in one before, and is open again, goes on where it was. One that no segment takes is left out.
    Locked invoices are left to the next pass: somebody is booking money or sending a mail at this moment.
    """
    published = await segments.published(core)
    new = await core.database.rows(_NEW, {"page": LOOK + 1})
    if len(new) >= MANY:
        await core.database.execute("ANALYZE account, invoice, enrolment")
    if len(new) <= LOOK:
        return (await _enrol_page(core, published, _THESE, {"ids": [row["id"] for row in new]}))[0] if new else 0
    added, looked, after = 0, LOOK, (date.min, UUID(int=0))
    while looked == LOOK:
        window = {"after_on": after[0], "after_id": after[1], "page": LOOK}
        more, looked, after = await _enrol_page(core, published, _WINDOW, window)
        added += more
    return added


async def _enrol_page(
    core: Core, published: Sequence[Segment], page: str, which: Mapping[str, Any]
) -> tuple[int, int, tuple[date, UUID]]:
    choice, chosen_by = segments.choice(published)
    statement = _ENROL.format(
        page=page,
        choice=choice,
        due_at=steps.DUE_AT,
        corresponding=CORRESPONDING.format(to="c.id", of="old.cadence_id", position="old.last_position"),
    )
    async with core.transaction() as tx:
        row = await tx.row(statement, {**parameters(core), **chosen_by, **which})
    assert row is not None, "an aggregate has a row"
    return int(row["added"]), int(row["looked"]), (row["last_on"] or date.max, row["last_id"] or UUID(int=0))


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
    UPDATE enrolment e SET held = '', next_action_at = greatest(
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


_REACHED = """
    WITH held AS MATERIALIZED (
        SELECT e.id FROM enrolment e JOIN invoice i ON i.id = e.invoice_id
        WHERE e.state = 'running' AND e.held = ANY(%(unreachable)s) AND e.next_action_at > %(now)s AND EXISTS (
            SELECT FROM contact c WHERE c.account_id = i.account_id AND c.state = 'active'
            AND NOT EXISTS (SELECT FROM suppression s WHERE s.address_key = c.email_key AND s.state = 'active')
            AND (c.created_at > %(since)s OR EXISTS (
                SELECT FROM suppression s WHERE s.address_key = c.email_key AND s.lifted_at > %(since)s)))
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
    parts = {"unreachable": list(decisions.UNREACHABLE), "now": now, "since": now - decisions.LOOK_AGAIN, "page": LOOK}
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
            "SELECT e.id, i.id AS invoice_id, i.number AS invoice_number, i.account_id, c.name AS cadence,"
            " 'the invoice is ' || replace(i.state, '_', ' ') AS reason"
            " FROM invoice i JOIN enrolment e ON e.invoice_id = i.id JOIN cadence c ON c.id = e.cadence_id"
            " WHERE i.id = %s AND i.state <> 'open' AND e.state = 'running' FOR UPDATE OF e",
            (entry.event.invoice_ref,),
        )
        if row is not None:  # else closed before, or opened again meanwhile
            await end(core, tx, ended=[Ended(**row)])


async def end(core: Core, tx: Transaction, *, ended: Sequence[Ended]) -> None:
    """Close enrolments that the caller holds locked, and say so."""
    await Enrolment.move_all("close", ids=[each.id for each in ended], before=EnrolmentState.RUNNING, held="")
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
