"""Sorting: an invoice that has come under another segment goes on in that one's cadence, where it had come to.

The segment may change because the invoice does: it grows old, is partly paid, its customer gets another risk. What a
new policy changes is moved, or left to finish, by whoever publishes it; so a cadence or a segment that is no longer
published is left alone here, and so is an invoice that no segment takes any more.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Row, Transaction
from domain.outreach import steps
from domain.outreach.enrolments import CORRESPONDING, parameters
from domain.outreach.events import EnrolmentMoved
from domain.policies import segments

LOOK = 5_000
"""Enrolments looked at in one transaction."""

_PAGE = """
    SELECT e.id FROM enrolment e WHERE e.id > %(after)s AND e.state = 'running' ORDER BY e.id LIMIT %(page)s
"""

_MOVING = """
    SELECT e.id, e.invoice_id, i.number, i.account_id, e.segment AS was_segment, g.name AS segment,
           old.id AS was_cadence_id, old.name AS was_cadence, new.id AS cadence_id, new.name AS cadence, e.last_position
    FROM enrolment e
    JOIN invoice i ON i.id = e.invoice_id AND i.state = 'open'
    JOIN account a ON a.id = i.account_id
    JOIN cadence old ON old.id = e.cadence_id AND old.state = 'published'
    JOIN segment was ON was.name = e.segment AND was.state = 'published'
    CROSS JOIN LATERAL (SELECT {choice} AS name OFFSET 0) chosen
    JOIN segment g ON g.name = chosen.name AND g.state = 'published'
    JOIN cadence new ON new.name = g.cadence AND new.state = 'published'
    WHERE e.id = ANY(%(ids)s) AND e.state = 'running' AND g.name <> e.segment
    ORDER BY e.id FOR UPDATE OF e SKIP LOCKED
"""

_PENDING = """
    SELECT DISTINCT t.enrolment_id AS id FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id
    WHERE t.enrolment_id = ANY(%s) AND t.state = 'included' AND m.state IN ('drafted', 'queued', 'sending')
"""
"""What has a mail pending moves when that has left: its item names a step of the cadence that it came from. Asked when
the enrolments are held: a planner may have put them into a mail while the statement above looked for them."""

_ARCHIVE = """
    UPDATE mailing_item t SET unique_key = t.unique_key || '@' || n.cadence_id
    FROM unnest(%(ids)s::uuid[], %(of)s::uuid[]) AS n (id, cadence_id)
    WHERE t.enrolment_id = n.id AND t.unique_key NOT LIKE '%%@%%'
"""
"""A key names a step by its position, and the position is another step in another cadence."""

_VETOES = """
    WITH struck AS (
        DELETE FROM veto v USING unnest(%(ids)s::uuid[], %(of)s::uuid[], %(to)s::uuid[]) AS n (id, of, to_cadence)
        WHERE v.enrolment_id = n.id RETURNING v.*, n.of, n.to_cadence
    )
    INSERT INTO veto (id, enrolment_id, step, reason, made_by, created_at)
    SELECT DISTINCT ON (k.enrolment_id, later.position) k.id, k.enrolment_id, later.position, k.reason, k.made_by,
           k.created_at
    FROM struck k
    JOIN cadence_step f ON f.cadence_id = k.of AND f.position = k.step
    JOIN LATERAL (SELECT s.position FROM cadence_step s
                  WHERE s.cadence_id = k.to_cadence AND s.offset_days >= f.offset_days AND s.letter IS NOT NULL
                  ORDER BY s.position LIMIT 1) later ON true
    ORDER BY k.enrolment_id, later.position, k.created_at
"""
"""A step that somebody struck out stays struck out: the first of the new cadence that does not come earlier."""

_MOVE = f"""
    UPDATE enrolment e SET segment = n.segment, cadence_id = n.to_cadence, last_position = done.position,
           next_action_at = greatest(coalesce(
               (SELECT min({steps.DUE_AT}) FROM cadence_step s
                WHERE s.cadence_id = n.to_cadence AND s.position > done.position), e.next_action_at, %(now)s),
               (SELECT max(coalesce(m.sent_at, m.queued_at)) + %(rest)s
                FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id
                WHERE t.invoice_id = i.id AND t.state = 'included' AND m.state IN ('sent', 'unknown')))
    FROM unnest(%(ids)s::uuid[], %(segments)s::text[], %(of)s::uuid[], %(to)s::uuid[], %(positions)s::int[])
         AS n (id, segment, of_cadence, to_cadence, last_position)
    CROSS JOIN LATERAL (SELECT CASE WHEN n.last_position > 0 THEN
        {CORRESPONDING.format(to="n.to_cadence", of="n.of_cadence", position="n.last_position")} ELSE 0 END AS position
    ) done, invoice i
    WHERE e.id = n.id AND i.id = e.invoice_id
"""


async def sort(core: Core) -> int:
    """Move every running enrolment whose segment is another one now (``sort_enrolments``); return how many moved.

    A page a transaction, so it can be stopped anywhere; what somebody else holds is left to the next time.
    """
    choice, chosen_by = segments.choice(await segments.published(core))
    statement = _MOVING.format(choice=choice)
    moved, after = 0, UUID(int=0)
    while True:
        async with core.transaction() as tx:
            page = await tx.rows(_PAGE, {"after": after, "page": LOOK})
            ids = [row["id"] for row in page]
            changed = await tx.rows(statement, {**parameters(core), **chosen_by, "ids": ids}) if ids else []
            pending = {row["id"] for row in await tx.rows(_PENDING, ([row["id"] for row in changed],))}
            moving = [row for row in changed if row["id"] not in pending]
            await _move(core, tx, moving)
        moved += len(moving)
        if len(page) < LOOK:
            return moved
        after = ids[-1]


async def _move(core: Core, tx: Transaction, moving: Sequence[Row]) -> None:
    if not moving:
        return
    other = [row for row in moving if row["was_cadence_id"] != row["cadence_id"]]
    changing = {
        "ids": [row["id"] for row in other],
        "of": [row["was_cadence_id"] for row in other],
        "to": [row["cadence_id"] for row in other],
        "segments": [row["segment"] for row in other],
        "positions": [row["last_position"] for row in other],
    }
    await tx.execute(
        "UPDATE enrolment e SET segment = n.segment FROM unnest(%s::uuid[], %s::text[]) AS n (id, segment)"
        " WHERE e.id = n.id",
        ([row["id"] for row in moving], [row["segment"] for row in moving]),
    )
    await tx.execute(_ARCHIVE, changing)
    await tx.execute(_VETOES, changing)
    await tx.execute(_MOVE, {**parameters(core), **changing})
    said = by(SYSTEM, core.clock.now())
    await timeline.record_many(
        core,
        tx,
        [
            EnrolmentMoved(
                invoice_id=row["invoice_id"],
                invoice_number=row["number"],
                account_id=row["account_id"],
                was_segment=row["was_segment"],
                segment=row["segment"],
                was_cadence=row["was_cadence"],
                cadence=row["cadence"],
                **said,
            )
            for row in moving
        ],
    )
