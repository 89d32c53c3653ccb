"""The planner: find which invoices are due for which step, and queue one mail for each contact, as sets in SQL.

A missed step is caught up once, with the latest letter that is due by today, and never past it. Any number of
planners may run at once and as often as they like: one step to one contact is one row by a unique key.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.outreach.events import CadenceClosed, InvoiceEscalated
from domain.outreach.models import Enrolment

PAGE = 500
"""Enrolments planned in one transaction: small enough to be killed anywhere, large enough to be quick."""

SEND_HOUR = 9
"""Reminders fall due at nine in the morning in the merchant's zone, a working hour of those who answer questions."""

REST = timedelta(days=3)
"""After a step that was caught up, the next one waits at least this long, so that a backlog is no burst."""

_START = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before every enrolment in the order of the pages."""

_DUE_AT = "((i.due_on + s.offset_days)::timestamp + make_interval(hours => %(hour)s)) AT TIME ZONE %(zone)s"

_ENROL = f"""
    INSERT INTO enrolment (id, invoice_id, cadence_id, state, last_position, next_action_at, created_at)
    SELECT gen_random_uuid(), i.id, c.id, 'running', coalesce(old.last_position, 0),
           (SELECT min({_DUE_AT}) FROM cadence_step s
            WHERE s.cadence_id = c.id AND s.position > coalesce(old.last_position, 0)),
           %(now)s
    FROM invoice i
    JOIN account a ON a.id = i.account_id AND a.state = 'active'
    JOIN cadence c ON c.name = 'default' AND c.state = 'published'
    LEFT JOIN LATERAL (SELECT max(last_position) AS last_position FROM enrolment e
                       WHERE e.invoice_id = i.id) old ON true
    WHERE i.state = 'open'
      AND NOT EXISTS (SELECT FROM enrolment e WHERE e.invoice_id = i.id AND e.state IN ('running', 'finished'))
    ON CONFLICT DO NOTHING
"""

_PLAN = f"""
    WITH due AS (
        SELECT e.id, e.invoice_id, e.cadence_id, e.last_position, e.next_action_at FROM enrolment e
        WHERE e.state = 'running' AND e.next_action_at <= %(now)s
          AND (e.next_action_at, e.id) > (%(after_at)s, %(after_id)s)
        ORDER BY e.next_action_at, e.id LIMIT %(page)s FOR UPDATE SKIP LOCKED
    ), chosen AS (
        SELECT due.id AS enrolment_id, i.id AS invoice_id, i.number, i.account_id, i.due_on, k.name AS cadence,
               k.version, step.position, step.letter,
               (SELECT min({_DUE_AT}) FROM cadence_step s
                WHERE s.cadence_id = due.cadence_id AND s.position > step.position) AS following_at
        FROM due
        JOIN invoice i ON i.id = due.invoice_id AND i.state = 'open'
        JOIN account a ON a.id = i.account_id AND a.state = 'active'
        JOIN cadence k ON k.id = due.cadence_id
        CROSS JOIN LATERAL (
            SELECT s.position, s.letter FROM cadence_step s
            WHERE s.cadence_id = due.cadence_id AND s.position > due.last_position AND {_DUE_AT} <= %(now)s
            ORDER BY (s.letter IS NULL), s.position DESC LIMIT 1) step
        WHERE NOT EXISTS (SELECT FROM checkout c WHERE c.invoice_id = i.id AND c.state = 'processing')
    ), written AS (
        INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,
                             message_id, enrolment_id, step, state, reason, queued_at)
        SELECT fresh.id, 'reminder:' || chosen.enrolment_id || ':' || chosen.position || ':' || c.id, chosen.letter,
               chosen.invoice_id, chosen.account_id, c.id, c.email, c.email_key,
               '<' || fresh.id || '@' || %(domain)s || '>', chosen.enrolment_id, chosen.position, 'queued',
               format('step %%s of cadence %%s v%%s, %%s', chosen.position, chosen.cadence, chosen.version,
                      CASE WHEN %(today)s::date > chosen.due_on
                           THEN (%(today)s::date - chosen.due_on) || ' days past due'
                           WHEN %(today)s::date = chosen.due_on THEN 'due today'
                           ELSE 'due in ' || (chosen.due_on - %(today)s::date) || ' days' END),
               %(now)s
        FROM chosen
        JOIN contact c ON c.account_id = chosen.account_id AND c.state = 'active'
        CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id, c.id AS for_contact) fresh
        WHERE chosen.letter IS NOT NULL
          AND NOT EXISTS (SELECT FROM suppression p WHERE p.address_key = c.email_key AND p.state = 'active')
        ON CONFLICT (unique_key) DO NOTHING
        RETURNING id, enrolment_id
    ), bumped AS (
        UPDATE enrolment e SET last_position = chosen.position,
               next_action_at = CASE WHEN chosen.following_at IS NOT NULL
                                     THEN greatest(chosen.following_at, %(rested)s) END
        FROM chosen WHERE e.id = chosen.enrolment_id AND EXISTS (SELECT FROM written w WHERE w.enrolment_id = e.id)
        RETURNING e.id
    )
    SELECT ARRAY(SELECT id FROM written) AS mailings, (SELECT count(*) FROM due) AS looked,
           (SELECT max(next_action_at) FROM due) AS last_at,
           (SELECT id FROM due ORDER BY next_action_at DESC, id DESC LIMIT 1) AS last_id,
           (SELECT coalesce(json_agg(json_build_object('enrolment_id', enrolment_id, 'invoice_id', invoice_id,
                    'number', number, 'account_id', account_id, 'cadence', cadence, 'position', position,
                    'days', %(today)s::date - due_on)), '[]') FROM chosen WHERE letter IS NULL) AS escalations
"""


_WALK_INDEXES = "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_bitmapscan', 'enable_seqscan']) AS name"
"""For the page only: right after an import there are no statistics yet, and each page would sort everything."""


async def plan(core: Core) -> int:
    """Enrol what is new, queue what is due; return how many mails were queued."""
    async with core.transaction() as tx:
        await tx.execute(_ENROL, _parameters(core))
    queued, looked, after = 0, PAGE, _START
    while looked == PAGE:
        mailings, looked, after = await _plan_page(core, after)
        queued += mailings
    return queued


async def _plan_page(core: Core, after: tuple[datetime, UUID]) -> tuple[int, int, tuple[datetime, UUID]]:
    async with core.transaction() as tx:
        await tx.execute(_WALK_INDEXES)
        row = await tx.row(_PLAN, {**_parameters(core), "after_at": after[0], "after_id": after[1], "page": PAGE})
        assert row is not None
        await core.jobs.defer_many(tx, "send_mailing", [{"mailing_id": str(each)} for each in row["mailings"]])
        for each in _list(row["escalations"]):
            await _escalate(core, tx, each)
    last = after if row["last_id"] is None else (row["last_at"], row["last_id"])
    return len(row["mailings"]), int(row["looked"]), last


async def _escalate(core: Core, tx: Transaction, chosen: dict[str, Any]) -> None:
    enrolment = await Enrolment.get(id=chosen["enrolment_id"])
    await enrolment.move("finish", last_position=chosen["position"])
    await timeline.record(
        core,
        tx,
        InvoiceEscalated(
            invoice_id=chosen["invoice_id"],
            invoice_number=chosen["number"],
            account_id=chosen["account_id"],
            cadence=chosen["cadence"],
            days_past_due=chosen["days"],
            **by(SYSTEM, core.clock.now()),
        ),
    )


def _parameters(core: Core) -> dict[str, Any]:
    now = core.clock.now()
    return {
        "now": now,
        "today": local_date(core.clock, core.merchant.zone),
        "zone": core.merchant.zone.key,
        "hour": SEND_HOUR,
        "rested": now + REST,
        "domain": core.merchant.mail_domain,
    }


def _list(value: Any) -> list[Any]:
    decoded = json.loads(value) if isinstance(value, str) else value
    assert isinstance(decoded, list)
    return decoded


_REDATE = f"""
    UPDATE enrolment e
    SET next_action_at = greatest(
        (SELECT min({_DUE_AT}) FROM cadence_step s WHERE s.cadence_id = e.cadence_id AND s.position > e.last_position),
        (SELECT max(m.queued_at) + %(rest)s FROM mailing m WHERE m.enrolment_id = e.id))
    FROM invoice i
    WHERE i.id = e.invoice_id AND i.id = %(invoice)s AND e.state = 'running' AND e.next_action_at IS NOT NULL
"""


async def redate(core: Core, *, entry_id: int) -> None:
    """Move the next step of the entry's invoice to where its present due date puts it (``redate_reminders``)."""
    entry = await timeline.entry(core, entry_id)
    async with core.transaction() as tx:
        await tx.execute(_REDATE, {**_parameters(core), "rest": REST, "invoice": entry.event.invoice_ref})


async def close(core: Core, *, entry_id: int) -> None:
    """End the reminders of the invoice that the timeline entry says is settled (the job ``close_cadence``)."""
    entry = await timeline.entry(core, entry_id)
    async with core.transaction() as tx:
        row = await tx.row(
            "SELECT i.number, i.account_id, i.state, e.id, c.name FROM invoice i"
            " JOIN enrolment e ON e.invoice_id = i.id JOIN cadence c ON c.id = e.cadence_id"
            " WHERE i.id = %s AND e.state = 'running' FOR UPDATE OF e",
            (entry.event.invoice_ref,),
        )
        if row is None or row["state"] == "open":  # closed before, or opened again meanwhile
            return
        await (await Enrolment.get(id=row["id"])).move("close")
        await timeline.record(
            core,
            tx,
            CadenceClosed(
                invoice_id=entry.event.invoice_ref,
                invoice_number=row["number"],
                account_id=row["account_id"],
                cadence=row["name"],
                reason=f"the invoice is {str(row['state']).replace('_', ' ')}",
                **by(SYSTEM, core.clock.now()),
            ),
        )
