"""Confirmations: whom the mail reaches that tells a customer what was noted for them, as `writing` sends it."""

from dataclasses import dataclass
from uuid import UUID

from domain.deliverability import covering
from domain.kernel import addresses
from domain.kernel.core import Core
from domain.outreach.writing import MOST_READERS

_READERS = f"""
    WITH known AS (SELECT * FROM contact WHERE account_id = %(account)s AND state = 'active'
                   ORDER BY created_at, id LIMIT {MOST_READERS})
    SELECT c.email, coalesce({covering.reason("c.email_key")}, 'opted out') <> 'opted out' AS kept FROM known c
    WHERE c.role = 'billing' OR NOT EXISTS (SELECT FROM known WHERE role = 'billing')
    ORDER BY c.created_at, c.id
"""
"""The billing contacts, or else whoever there is; that somebody opted out of reminders stops no answer."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whom a confirmation goes to, by masked addresses."""

    reached: tuple[str, ...]
    kept: tuple[str, ...]
    """Those that no mail may go to."""


async def of_account(core: Core, *, account_id: UUID) -> Confirmation:
    """Return whom a customer's confirmation goes to while nobody of them is named."""
    rows = await core.database.rows(_READERS, {"account": account_id})
    return Confirmation(
        reached=tuple(addresses.masked(row["email"]) for row in rows if not row["kept"]),
        kept=tuple(addresses.masked(row["email"]) for row in rows if row["kept"]),
    )
