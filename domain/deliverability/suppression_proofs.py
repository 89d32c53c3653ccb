"""Suppression proofs: what a suppression rests on when it is asked for once more, and when its mail is read again."""

from collections.abc import Mapping
from uuid import UUID

from domain.deliverability import evidence
from domain.deliverability.models import Suppression
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.transactions import Row, Transaction

SOFT = "soft bounces"
"""The reason that rests on several mails, not on one."""

_BY_ITSELF = """
    UPDATE suppression
    SET mail_id = NULL, rule = %(rule)s, diagnostic = %(diagnostic)s, note = %(note)s, made_by = %(made_by)s
    WHERE address_key = %(key)s AND reason = %(reason)s AND state = 'active' AND mail_id IS NOT NULL
      AND %(mail)s::uuid IS NULL
"""
"""What was asked for once more, and not by a mail, stands whatever becomes of the mail that had led to it. What that
mail said is kept as evidence of the address."""

_FOR_GOOD = """
    UPDATE suppression
    SET until = NULL, rule = %(rule)s, diagnostic = %(diagnostic)s, note = %(note)s, made_by = %(made_by)s,
        mailing_id = coalesce(%(mailing)s, mailing_id)
    WHERE address_key = %(key)s AND reason = %(reason)s AND state = 'active' AND until IS NOT NULL RETURNING id
"""
"""What would end on a day has no end any more. It stays when a mail that says so is read again: it had begun before."""

_PROVE: Mapping[str, tuple[str, ...]] = {
    "hard bounce": ("dead address",),
    "complaint": ("complaint",),
    "opted out": ("opted out", "complaint"),
}
"""Sorts of evidence of which one mail leads to a suppression for that reason."""

_TAKEN_BACK = """
    EXISTS (SELECT FROM delivery_evidence w WHERE e.kind = 'complaint' AND w.address_key = e.address_key
            AND w.kind = 'complaint withdrawn' AND w.proof = 'proven' AND w.withdrawn_at IS NULL
            AND w.mailing_id = e.mailing_id AND w.heard_at >= e.heard_at)
"""
"""Whoever says that a message is no spam takes back what they complained of in that very message."""

_BY_ANOTHER = f"""
    UPDATE suppression s SET mail_id = other.mail_id, mailing_id = coalesce(other.mailing_id, s.mailing_id)
    FROM (SELECT e.mail_id, e.mailing_id FROM delivery_evidence e JOIN inbound_mail m ON m.id = %(mail)s
          WHERE e.address_key = %(key)s AND e.kind = ANY(%(kinds)s) AND e.proof = 'proven' AND e.withdrawn_at IS NULL
            AND e.mail_id <> m.id AND e.heard_at >= m.received_at AND NOT {_TAKEN_BACK}
          ORDER BY e.heard_at, e.id LIMIT 1) other
    WHERE s.id = %(id)s RETURNING s.id
"""

_BY_A_COMPLAINT = f"""
    UPDATE suppression s SET mail_id = other.mail_id, mailing_id = coalesce(other.mailing_id, s.mailing_id)
    FROM (SELECT e.mail_id, e.mailing_id FROM delivery_evidence e
          WHERE e.address_key = %(key)s AND e.kind = 'complaint' AND e.proof = 'proven' AND e.withdrawn_at IS NULL
            AND NOT {_TAKEN_BACK}
          ORDER BY e.heard_at, e.id LIMIT 1) other
    WHERE s.id = %(id)s RETURNING s.id
"""

_BY_THE_LAST_DAY = """
    UPDATE suppression s SET mail_id = last.mail_id
    FROM (SELECT e.mail_id FROM delivery_evidence e
          WHERE e.address_key = %(key)s AND e.counts AND e.withdrawn_at IS NULL
          ORDER BY e.heard_at DESC, e.id LIMIT 1) last
    WHERE s.id = %(id)s
"""


async def said_again(
    tx: Transaction,
    *,
    key: str,
    reason: str,
    rule: str,
    diagnostic: str,
    note: str,
    made_by: str,
    mailing_id: UUID | None,
    mail_id: UUID | None,
) -> Row | None:
    """Note that what is in force was asked for once more, and for good; return its id when it was to end on a day."""
    values = {
        "key": key, "reason": reason, "rule": rule, "diagnostic": diagnostic, "note": sentences.as_text(note),
        "made_by": made_by,
        "mailing": mailing_id, "mail": mail_id,
    }  # fmt: skip
    await tx.execute(_BY_ITSELF, values)
    return await tx.row(_FOR_GOOD, values)


async def stands(core: Core, tx: Transaction, suppression: Suppression, *, but: UUID) -> bool:
    """Tell whether a later mail than that one proves a suppression, too; it is the proof from now on."""
    if suppression.reason == SOFT:
        return await _enough_days(core, tx, suppression)
    kinds = list(_PROVE.get(suppression.reason, ()))
    values = {"id": suppression.id, "mail": but, "key": suppression.address_key, "kinds": kinds}
    return await tx.row(_BY_ANOTHER, values) is not None


async def complained(tx: Transaction, suppression: Suppression) -> bool:
    """Tell whether a complaint stands that was not taken back; it is the proof from now on."""
    values = {"id": suppression.id, "key": suppression.address_key}
    return await tx.row(_BY_A_COMPLAINT, values) is not None


async def _enough_days(core: Core, tx: Transaction, suppression: Suppression) -> bool:
    """Tell whether the bounce days that are left suppress, on the day when they did or by now."""
    key, made_at = suppression.address_key, suppression.created_at
    days = [await evidence.bounce_days(core, tx, address_key=key, at=at) for at in (made_at, None)]
    if max(days) < evidence.BOUNCE_DAYS:
        return False
    await tx.execute(_BY_THE_LAST_DAY, {"id": suppression.id, "key": key})
    return True
