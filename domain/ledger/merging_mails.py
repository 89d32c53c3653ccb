"""Merging mails: when two contacts become one, of two reminders that wait for them one is left, with all invoices.

Senders hold a mail before the invoices in it; whoever merges customers holds their mails first, too.
"""

from datetime import datetime
from uuid import UUID

from domain.kernel import sentences
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction

_HELD = """
    SELECT FROM mailing WHERE account_id = %(other)s OR account_id = %(kept)s AND state IN ('drafted', 'queued')
    ORDER BY id FOR UPDATE
"""
"""Whoever sends a mail holds it before its invoices; so do we."""

_PENDING = "asks AND state IN ('drafted', 'queued')"

MOST_IN_MAIL = 50
"""Invoices that one mail may ask for; what has no room in it is withheld with the mail that goes, and planned anew."""

_TWO_PENDING = """
    SELECT k.id AS stays, o.id AS goes, k.state = 'queued' AND o.state = 'drafted' AS held
    FROM mailing k JOIN mailing o ON o.contact_id = %(old)s AND o.asks AND o.state IN ('drafted', 'queued')
    WHERE k.contact_id = %(new)s AND k.asks AND k.state IN ('drafted', 'queued')
"""

_ITEMS_JOINED = f"""
    UPDATE mailing_item t SET mailing_id = %(stays)s, contact_id = %(new)s,
           unique_key = replace(t.unique_key, %(old)s::text, %(new)s::text)
    FROM (SELECT g.id, row_number() OVER (ORDER BY g.severity DESC, i.due_on, i.number) AS place
          FROM mailing_item g JOIN invoice i ON i.id = g.invoice_id
          WHERE g.mailing_id = %(goes)s AND g.state = 'included' AND NOT EXISTS (
              SELECT FROM mailing_item h WHERE h.state = 'included'
                AND (h.mailing_id = %(stays)s AND h.invoice_id = g.invoice_id
                     OR h.unique_key = replace(g.unique_key, %(old)s::text, %(new)s::text)))) each
    WHERE t.id = each.id AND each.place <= {MOST_IN_MAIL} - (
        SELECT count(*) FROM mailing_item s WHERE s.mailing_id = %(stays)s AND s.state = 'included')
"""
"""An invoice that both ask for stays where it is, and is dropped with the mail that goes."""

_ITEMS_LEFT = """
    UPDATE mailing_item SET state = 'dropped', reason = %(joined)s
    WHERE mailing_id = %(goes)s AND state = 'included'
"""

_STEPS_LEFT = """
    UPDATE enrolment e SET last_position = t.step_before, next_action_at = %(now)s
    FROM mailing_item t WHERE t.mailing_id = %(goes)s AND t.state = 'included' AND e.id = t.enrolment_id
      AND e.state = 'running' AND e.last_position = t.step AND t.step_before IS NOT NULL
      AND NOT EXISTS (SELECT FROM mailing_item h WHERE h.mailing_id = %(stays)s AND h.invoice_id = t.invoice_id
                      AND h.state = 'included')
"""
"""A step that found no room is due again."""

_NEEDS_JOINED = """
    UPDATE mailing k SET needs = ARRAY(SELECT DISTINCT each FROM unnest(k.needs || o.needs) each ORDER BY each),
           state = CASE WHEN %(held)s THEN 'drafted' ELSE k.state END
    FROM mailing o WHERE k.id = %(stays)s AND o.id = %(goes)s
"""
"""What a person had to see is still seen by one."""

_WITHHELD = """
    UPDATE mailing SET state = 'withheld', reason = %(withheld)s
    WHERE id = %(goes)s
"""

_CONTACT_MAILS = (
    f"""
    UPDATE mailing SET contact_id = %(new)s WHERE contact_id = %(old)s
      AND NOT ({_PENDING} AND EXISTS (SELECT FROM mailing WHERE contact_id = %(new)s AND {_PENDING}))
    """,
    """
    UPDATE mailing_item t SET contact_id = %(new)s, unique_key = replace(t.unique_key, %(old)s::text, %(new)s::text)
    FROM mailing m WHERE m.id = t.mailing_id AND m.contact_id = %(new)s AND t.contact_id = %(old)s
    """,
)


async def hold(tx: Transaction, *, kept_id: UUID, other_id: UUID) -> None:
    """Hold the mails of two customers that are merged, before anything else of theirs."""
    await tx.execute(_HELD, {"kept": kept_id, "other": other_id})


async def follow(tx: Transaction, *, old: UUID, new: UUID, now: datetime) -> None:
    """Let the mails of a contact become those of another; the caller holds both customers and their mails."""
    pair = {"old": old, "new": new}
    said = {
        "joined": sentences.as_text(say("its mail was joined with another of the same contact")),
        "withheld": sentences.as_text(say("its invoices are in another mail: two customers were one")),
    }
    for two in await tx.rows(_TWO_PENDING, pair):
        for statement in (_ITEMS_JOINED, _STEPS_LEFT, _ITEMS_LEFT, _NEEDS_JOINED, _WITHHELD):
            await tx.execute(statement, {**pair, **two, **said, "now": now})
    for statement in _CONTACT_MAILS:
        await tx.execute(statement, pair)
