"""Suppression proofs: what a suppression rests on when it is asked for once more, and when its mail is read again."""

from collections.abc import Mapping
from uuid import UUID

from domain.deliverability.models import Suppression
from domain.kernel.transactions import Row, Rows, Transaction

_BY_ITSELF = """
    UPDATE suppression SET mail_id = NULL
    WHERE address_key = %(key)s AND reason = %(reason)s AND state = 'active' AND mail_id IS NOT NULL
      AND %(mail)s::uuid IS NULL
"""
"""What was asked for once more, and not by a mail, stands whatever becomes of the mail that had led to it."""

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

_BY_ANOTHER = """
    UPDATE suppression s SET mail_id = other.mail_id, mailing_id = coalesce(other.mailing_id, s.mailing_id)
    FROM (SELECT e.mail_id, e.mailing_id FROM delivery_evidence e JOIN inbound_mail m ON m.id = %(mail)s
          WHERE e.address_key = %(key)s AND e.kind = ANY(%(kinds)s) AND e.proof = 'proven' AND e.withdrawn_at IS NULL
            AND e.mail_id <> m.id AND e.heard_at >= m.received_at
          ORDER BY e.heard_at, e.id LIMIT 1) other
    WHERE s.id = %(id)s RETURNING s.id
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
    await tx.execute(_BY_ITSELF, {"key": key, "reason": reason, "mail": mail_id})
    return await tx.row(_FOR_GOOD, {
        "key": key, "reason": reason, "rule": rule, "diagnostic": diagnostic, "note": note, "made_by": made_by,
        "mailing": mailing_id,
    })  # fmt: skip


async def stands(tx: Transaction, suppression: Suppression, *, but: UUID) -> bool:
    """Tell whether a later mail than that one proves a suppression, too; it is the proof from now on."""
    kinds = list(_PROVE.get(suppression.reason, ()))
    values = {"id": suppression.id, "mail": but, "key": suppression.address_key, "kinds": kinds}
    return await tx.row(_BY_ANOTHER, values) is not None


async def would_stand(rows: Rows, *, address_key: str, reason: str, but: UUID) -> bool:
    """Tell the same of an address and a reason, and change nothing."""
    found = await rows.row(
        "SELECT 1 FROM delivery_evidence e JOIN inbound_mail m ON m.id = %s WHERE e.address_key = %s"
        " AND e.kind = ANY(%s) AND e.proof = 'proven' AND e.withdrawn_at IS NULL AND e.mail_id <> m.id"
        " AND e.heard_at >= m.received_at LIMIT 1",
        (but, address_key, list(_PROVE.get(reason, ()))),
    )
    return found is not None
