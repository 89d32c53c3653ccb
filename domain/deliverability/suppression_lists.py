"""Lists of suppressions: all that keeps one address back and what was lifted, and the newest of all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.deliverability.covering import domain_key
from domain.kernel import addresses, sentences
from domain.kernel.core import Core
from domain.kernel.transactions import Row

MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """One suppression of an address, in force or lifted, with all that speaks for it."""

    id: UUID
    address: str
    """As it was written; a domain as ``@acme.example``. For the eyes of operators."""
    reason: str
    state: str
    rule: str
    diagnostic: str
    """The words of the refusing server; may hold the address."""
    note: str
    made_by: str
    mail_id: UUID | None
    """The stored mail that is the proof."""
    invoice_number: str | None
    since: datetime
    until: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None


_LINE = """
    SELECT s.id, s.address, s.reason, s.state, s.rule, s.diagnostic, s.note, s.made_by, s.mail_id,
           i.number AS invoice_number, s.created_at AS since, s.until, s.lifted_at, s.lifted_by, s.lift_reason
    FROM suppression s LEFT JOIN mailing m ON m.id = s.mailing_id LEFT JOIN invoice i ON i.id = m.invoice_id
"""


async def explain(core: Core, *, address: str, limit: int = 50) -> tuple[Evidence, ...]:
    """Return every suppression of an address and of its domain, those in force first, then the newest."""
    key = addresses.key(address)
    rows = await core.database.rows(
        f"{_LINE} WHERE s.address_key = ANY(%s) ORDER BY s.state, s.created_at DESC, s.id LIMIT %s",
        ([key, domain_key(key)], min(limit, MAX_LISTED)),
    )
    return tuple(map(_shown, rows))


async def in_force(core: Core, *, reason: str | None = None, text: str = "", limit: int = 50) -> tuple[Evidence, ...]:
    """Return suppressions in force, newest first: those for one reason, or whose address contains a text."""
    rows = await core.database.rows(
        f"{_LINE} WHERE s.state = 'active' AND (%(reason)s::text IS NULL OR s.reason = %(reason)s)"
        " AND (%(text)s = '' OR position(%(text)s IN s.address_key) > 0)"
        " ORDER BY s.created_at DESC, s.id LIMIT %(limit)s",
        {"reason": reason, "text": addresses.key(text), "limit": min(limit, MAX_LISTED)},
    )
    return tuple(map(_shown, rows))


def _shown(row: Row) -> Evidence:
    lift_reason = row["lift_reason"] and sentences.said(row["lift_reason"])
    return Evidence(**{**row, "note": sentences.said(row["note"]), "lift_reason": lift_reason})
