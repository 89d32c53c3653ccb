"""Newcomers: open invoices that are in no cadence yet, or not any more, are put into their segment's.

Which ones to look at is noted in ``newcomer`` by whatever brings them: a new invoice, one that is open again, a
customer who was changed, reminders that ended, another policy. So a pass looks at what is new, however large the ledger
is. Once a night, and after an import of thousands, all open invoices are looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach import steps
from domain.outreach.enrolments import CORRESPONDING, parameters
from domain.policies import segments
from domain.policies.segments import Segment

LOOK = 20_000
"""Open invoices looked at in one transaction for those that are in no cadence yet."""

MANY = 1_000
"""So many new invoices at once came by an import. The server may know the tables as they were before, empty perhaps,
and would join them row by row; a look at a sample takes a second at a million invoices."""

NIGHT = time(3)
"""When all open invoices are looked at, in the merchant's zone: whatever no note was left about is found then."""

_ENROLLED = "SELECT FROM enrolment e WHERE e.invoice_id = i.id AND e.state IN ('running', 'finished')"

_NEW = f"""
    SELECT i.id FROM invoice i JOIN account a ON a.id = i.account_id AND a.state = 'active'
    WHERE i.state = 'open' AND NOT EXISTS ({_ENROLLED})
    LIMIT %(page)s
"""

_THESE = "SELECT i.id, i.due_on FROM invoice i WHERE i.id = ANY(%(ids)s)"

_WINDOW = """
    SELECT i.id, i.due_on FROM invoice i
    WHERE i.state = 'open' AND i.id > %(after)s
    ORDER BY i.id LIMIT %(page)s
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
        ON CONFLICT DO NOTHING RETURNING invoice_id
    )
    SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM page) AS looked,
           (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last_id,
           ARRAY(SELECT id FROM fresh EXCEPT SELECT invoice_id FROM added) AS untaken,
           -- NOT IN becomes a table of hashes; NOT EXISTS a join of each with each, since the server expects few rows.
           ARRAY(SELECT p.id FROM page p WHERE p.id NOT IN (SELECT f.id FROM fresh f) AND (
                     SELECT 1 FROM enrolment e WHERE e.invoice_id = p.id AND e.state IN ('running', 'finished') LIMIT 1
                 ) IS NULL) AS passed
"""

_WAIT = f"""
    INSERT INTO newcomer (invoice_id, look_at)
    SELECT i.id, left_over.look_at
    FROM (SELECT unnest(%(untaken)s::uuid[]) AS id, %(tomorrow)s::timestamptz AS look_at
          UNION ALL SELECT unnest(%(passed)s::uuid[]), %(now)s) left_over
    JOIN invoice i ON i.id = left_over.id AND i.state = 'open'
    JOIN account a ON a.id = i.account_id AND a.state = 'active'
    WHERE NOT EXISTS ({_ENROLLED})
      AND NOT EXISTS (SELECT FROM newcomer n WHERE n.invoice_id = i.id AND n.look_at <= left_over.look_at)
"""
"""Whoever no segment takes is looked at the next day; what somebody held, or changed at that moment, by the next pass.
Customers who are excluded leave their own note when they are included again."""

_OF_ACCOUNTS = f"""
    WITH taken AS (
        DELETE FROM newcomer WHERE id = ANY(ARRAY(
            SELECT n.id FROM newcomer n WHERE n.look_at <= %(now)s AND n.account_id IS NOT NULL
            ORDER BY n.look_at, n.id LIMIT %(page)s FOR UPDATE SKIP LOCKED))
        RETURNING account_id
    )
    INSERT INTO newcomer (invoice_id)
    SELECT i.id FROM invoice i WHERE i.account_id IN (SELECT account_id FROM taken) AND i.state = 'open'
    AND NOT EXISTS ({_ENROLLED})
"""

_ALL = """
    SELECT id FROM newcomer WHERE look_at <= %(now)s AND invoice_id IS NULL AND account_id IS NULL LIMIT %(page)s
"""

_NIGHTLY = """
    INSERT INTO newcomer (look_at) SELECT %(night)s WHERE NOT EXISTS (
        SELECT FROM newcomer WHERE look_at > %(now)s AND invoice_id IS NULL AND account_id IS NULL)
"""

_TAKE = """
    DELETE FROM newcomer WHERE id = ANY(ARRAY(
        SELECT n.id FROM newcomer n WHERE n.look_at <= %(now)s AND n.id <= %(newest)s AND n.invoice_id IS NOT NULL
        ORDER BY n.look_at, n.id LIMIT %(page)s FOR UPDATE SKIP LOCKED))
    RETURNING invoice_id
"""
"""Up to the newest note when the pass began: what it leaves for the next pass is not taken again."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What became of one page of open invoices."""

    added: int
    looked: int
    last_id: UUID


async def enrol(core: Core) -> int:
    """Put the open invoices that are in no cadence, and are noted, into their segment's; return how many.

    An invoice that was in one before, and is open again, goes on where it was. One that no segment takes is left out.
    Locked invoices are left to the next pass: somebody is booking money or sending a mail at this moment.
    """
    at = {"now": core.clock.now(), "page": LOOK}
    everything = [row["id"] for row in await core.database.rows(_ALL, at)]
    published = await segments.published(core)  # after the notes: a policy that is newer than this leaves one more
    added = 0
    if everything:
        added = await _enrol_all(core, published)
        await core.database.execute("DELETE FROM newcomer WHERE id = ANY(%s)", (everything,))
    await core.database.execute(_NIGHTLY, {**at, "night": _tomorrow(core, NIGHT)})
    return added + await _enrol_noted(core, published, at)


async def _enrol_noted(core: Core, published: Sequence[Segment], at: Mapping[str, Any]) -> int:
    await core.database.execute(_OF_ACCOUNTS, at)
    last = await core.database.row("SELECT max(id) AS newest FROM newcomer")
    newest = (last and last["newest"]) or 0
    added, looked = 0, LOOK
    while looked == LOOK:
        async with core.transaction() as tx:
            taken = [row["invoice_id"] for row in await tx.rows(_TAKE, {**at, "newest": newest})]
            if taken:
                added += (await _enrol_page(core, tx, published, _THESE, {"ids": taken})).added
        looked = len(taken)
    return added


async def _enrol_all(core: Core, published: Sequence[Segment]) -> int:
    new = await core.database.rows(_NEW, {"page": LOOK + 1})
    if len(new) >= MANY:
        await core.database.execute("ANALYZE account, invoice, enrolment")
    if len(new) <= LOOK:
        async with core.transaction() as tx:
            page = await _enrol_page(core, tx, published, _THESE, {"ids": [row["id"] for row in new]})
        return page.added
    added, looked, after = 0, LOOK, UUID(int=0)
    while looked == LOOK:
        async with core.transaction() as tx:
            page = await _enrol_page(core, tx, published, _WINDOW, {"after": after, "page": LOOK})
        added, looked, after = added + page.added, page.looked, page.last_id
    return added


async def _enrol_page(
    core: Core, tx: Transaction, published: Sequence[Segment], page: str, which: Mapping[str, Any]
) -> _Looked:
    choice, chosen_by = segments.choice(published)
    statement = _ENROL.format(
        page=page,
        choice=choice,
        due_at=steps.DUE_AT,
        corresponding=CORRESPONDING.format(to="c.id", of="old.cadence_id", position="old.last_position"),
    )
    row = await tx.row(statement, {**parameters(core), **chosen_by, **which})
    assert row is not None, "an aggregate has a row"
    if row["untaken"] or row["passed"]:
        left_over = {"untaken": row["untaken"], "passed": row["passed"]}
        await tx.execute(_WAIT, {**left_over, "now": core.clock.now(), "tomorrow": _tomorrow(core, time.min)})
    return _Looked(row["added"], row["looked"], row["last_id"] or UUID(int=0))


def _tomorrow(core: Core, hour: time) -> datetime:
    zone = core.merchant.zone
    return datetime.combine(local_date(core.clock, zone) + timedelta(days=1), hour, zone)
