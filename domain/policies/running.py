"""Running enrolments under a new policy: moved to the cadence that is theirs now, where they had come to.

An invoice continues after the last day that was done: nothing is sent a second time, and where the new cadence would
go on more than one level harsher, it goes back to the step that was left out in between. What is pending (a draft, a
queued mail) stays as it is and counts as done; should it be dropped, its step is found again in the new cadence.

Locks are taken in everybody's one order: policy, mailings by their ids, addresses, invoices by their ids, enrolments by
their ids. A sender holds its mailing before it touches the enrolments and items below it, and so does this. A planner
holds enrolments and never waits for a mailing; mails that it finished while the enrolments were waited for are taken
then without waiting, and where one is being sent at that moment, the caller begins again.
"""

from collections.abc import Sequence
from typing import Any

from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.policies import segments
from domain.policies.cadences import SEND_HOUR
from domain.policies.segments import Segment

_MAILINGS = """
    SELECT count(*) FROM (
        SELECT m.id FROM mailing m
        WHERE m.state IN ('drafted', 'queued', 'sending')
          AND EXISTS (SELECT FROM mailing_item k WHERE k.mailing_id = m.id AND k.enrolment_id IS NOT NULL)
        ORDER BY m.id FOR UPDATE {wait}) held
"""
"""Mails whose items name steps: senders and approvers wait, or are waited for."""

_LOCKED = "SELECT count(*) FROM (SELECT id FROM enrolment WHERE state = 'running' ORDER BY id FOR UPDATE) held"
"""Planners wait, or leave what is held alone; always in the order of ids, so that no two wait for each other."""

_MOVING = """
    CREATE TEMP TABLE policy_moving ON COMMIT DROP AS
    SELECT e.id, e.cadence_id AS old_cadence, c.id AS new_cadence, s.name AS segment, e.last_position,
           greatest(e.last_severity, pending.severity, 0) + 1 AS allowed, i.due_on, gone.at + %(rest)s AS rested
    FROM enrolment e
    JOIN invoice i ON i.id = e.invoice_id
    JOIN account a ON a.id = i.account_id
    LEFT JOIN (SELECT k.enrolment_id, max(k.severity) AS severity
               FROM mailing w JOIN mailing_item k ON k.mailing_id = w.id AND k.state = 'included'
               WHERE w.state IN ('drafted', 'queued', 'sending')
               GROUP BY k.enrolment_id) pending ON pending.enrolment_id = e.id
    LEFT JOIN (SELECT k.enrolment_id, max(w.sent_at) AS at
               FROM mailing w JOIN mailing_item k ON k.mailing_id = w.id AND k.state = 'included'
               WHERE w.asks AND w.sent_at > %(now)s - %(rest)s
               GROUP BY k.enrolment_id) gone ON gone.enrolment_id = e.id
    CROSS JOIN LATERAL (SELECT {choice} AS name OFFSET 0) chosen
    JOIN segment s ON s.name = chosen.name AND s.state = 'published'
    JOIN cadence c ON c.name = s.cadence AND c.state = 'published'
    WHERE e.state = 'running' AND (e.cadence_id <> c.id OR e.segment <> s.name)
"""
"""What no segment takes any more keeps its cadence to the end. Whoever got a letter a moment ago rests first."""

_PLACES = """
    CREATE TEMP TABLE policy_place ON COMMIT DROP AS
    SELECT pair.old_cadence, pair.new_cadence, old.position AS old_position,
           coalesce(max(new.position) FILTER (WHERE new.offset_days <= old.offset_days), 0) AS position
    FROM (SELECT DISTINCT old_cadence, new_cadence FROM policy_moving) pair
    JOIN cadence_step old ON old.cadence_id = pair.old_cadence
    JOIN cadence_step new ON new.cadence_id = pair.new_cadence
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT DISTINCT old_cadence, new_cadence, 0, 0 FROM policy_moving
"""
"""For each step of an old cadence the last one of the new that is not later."""

_STARTS = """
    CREATE TEMP TABLE policy_start ON COMMIT DROP AS
    SELECT p.old_cadence, p.new_cadence, p.old_position, level.allowed, place.position,
           (SELECT min(s.offset_days) FROM cadence_step s
            WHERE s.cadence_id = p.new_cadence AND s.position > place.position) AS next_day
    FROM policy_place p
    CROSS JOIN (SELECT DISTINCT allowed FROM policy_moving) level
    LEFT JOIN LATERAL (SELECT s.severity FROM cadence_step s
                       WHERE s.cadence_id = p.new_cadence AND s.position > p.position
                       ORDER BY s.position LIMIT 1) following ON true
    LEFT JOIN LATERAL (SELECT max(s.position) AS position FROM cadence_step s
                       WHERE s.cadence_id = p.new_cadence AND s.position <= p.position
                         AND s.severity = level.allowed AND s.letter IS NOT NULL) left_out ON true
    CROSS JOIN LATERAL (SELECT CASE WHEN p.old_cadence <> p.new_cadence AND following.severity > level.allowed
                                    THEN coalesce(left_out.position - 1, p.position)
                                    ELSE p.position END AS position) place
"""
"""Where to go on, given how hard the last letter pressed."""

_UNKNOWN = """
    DELETE FROM policy_moving m WHERE NOT EXISTS (
        SELECT FROM policy_start t WHERE t.old_cadence = m.old_cadence AND t.new_cadence = m.new_cadence
                                     AND t.old_position = m.last_position AND t.allowed = m.allowed)
"""
"""Whose position is no step of its cadence stays where it is."""

_MOVED = """
    UPDATE enrolment e
    SET cadence_id = m.new_cadence, segment = m.segment, last_position = t.position,
        next_action_at = CASE WHEN m.old_cadence = m.new_cadence THEN e.next_action_at
                              ELSE greatest(coalesce(
                                  ((m.due_on + t.next_day)::timestamp + make_interval(hours => %(hour)s))
                                  AT TIME ZONE %(zone)s, %(now)s), m.rested) END
    FROM policy_moving m
    JOIN policy_start t ON t.old_cadence = m.old_cadence AND t.new_cadence = m.new_cadence
     AND t.old_position = m.last_position AND t.allowed = m.allowed
    WHERE e.id = m.id
"""

_OTHER_CADENCE = "DELETE FROM policy_moving WHERE old_cadence = new_cadence"

_ARCHIVED = """
    UPDATE mailing_item k SET unique_key = k.unique_key || '@' || m.old_cadence
    FROM policy_moving m, mailing w
    WHERE k.enrolment_id = m.id AND k.state = 'included' AND w.id = k.mailing_id
      AND w.state NOT IN ('drafted', 'queued', 'sending') AND k.unique_key NOT LIKE '%@%'
"""
"""Keys name a step by its position, and a position is another step in another cadence."""

_PENDING = """
    UPDATE mailing_item k
    SET step = at.position, step_before = before.position,
        unique_key = 'step:' || k.enrolment_id || ':' || at.position || ':' || k.contact_id
    FROM policy_moving m
    JOIN policy_place at ON at.old_cadence = m.old_cadence AND at.new_cadence = m.new_cadence
    JOIN policy_place before ON before.old_cadence = m.old_cadence AND before.new_cadence = m.new_cadence,
         mailing w
    WHERE k.enrolment_id = m.id AND k.state = 'included' AND w.id = k.mailing_id
      AND w.state IN ('drafted', 'queued', 'sending')
      AND at.old_position = k.step AND before.old_position = coalesce(k.step_before, 0)
"""

_STRUCK_OUT = """
    CREATE TEMP TABLE policy_veto ON COMMIT DROP AS
    SELECT DISTINCT ON (v.enrolment_id, later.position) v.id, v.enrolment_id, later.position AS step, v.reason,
           v.made_by, v.created_at
    FROM policy_moving m
    JOIN veto v ON v.enrolment_id = m.id AND v.step > m.last_position
    JOIN cadence_step old ON old.cadence_id = m.old_cadence AND old.position = v.step
    CROSS JOIN LATERAL (SELECT min(s.position) AS position FROM cadence_step s
                        WHERE s.cadence_id = m.new_cadence AND s.offset_days >= old.offset_days
                          AND s.letter IS NOT NULL) later
    WHERE later.position IS NOT NULL
    ORDER BY v.enrolment_id, later.position, v.created_at
"""
"""A step that somebody struck out stays struck out: the first of the new cadence that does not come earlier."""

_VETOES = (
    _STRUCK_OUT,
    "DELETE FROM veto v USING policy_moving m WHERE v.enrolment_id = m.id",
    """
    INSERT INTO veto (id, enrolment_id, step, reason, made_by, created_at)
    SELECT id, enrolment_id, step, reason, made_by, created_at FROM policy_veto
    """,
)


async def move(core: Core, tx: Transaction, chosen: Sequence[Segment]) -> int:
    """Move what runs to the cadences in force, in the caller's transaction; return how many were moved.

    Raises ``LockNotAvailable`` where a mail came up meanwhile that is being sent; the caller begins again then.
    """
    choice, values = segments.choice(chosen)
    parameters: dict[str, Any] = {
        **values,
        "today": local_date(core.clock, core.merchant.zone),
        "zone": core.merchant.zone.key,
        "hour": SEND_HOUR,
        "now": core.clock.now(),
        "rest": core.limits.contact_rest,
    }
    await tx.execute(_MAILINGS.format(wait=""))
    await tx.execute(_LOCKED)
    await tx.execute(_MAILINGS.format(wait="NOWAIT"))
    await tx.execute(_MOVING.format(choice=choice), parameters)
    await tx.execute("ANALYZE policy_moving")
    for statement in (_PLACES, _STARTS, _UNKNOWN):
        await tx.execute(statement)
    moved = await tx.execute(_MOVED, parameters)
    for statement in (_OTHER_CADENCE, _ARCHIVED, _PENDING, *_VETOES):
        await tx.execute(statement)
    return moved
