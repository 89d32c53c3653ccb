"""Mail events: what is told of a page of mails, invoice by invoice, read in one statement."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from domain.kernel import addresses
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Row, Transaction

_TOLD = """
    SELECT m.id AS mailing_id, m.account_id, m.letter, m.address, i.id AS invoice_id, i.number AS invoice_number,
           CASE WHEN t.id IS NULL THEN m.step ELSE t.step END AS step, coalesce(t.reason, m.reason) AS reason
    FROM mailing m LEFT JOIN mailing_item t ON t.mailing_id = m.id AND t.state = 'included'
    JOIN invoice i ON i.id = coalesce(t.invoice_id, m.invoice_id)
    WHERE m.id = ANY(%s) ORDER BY m.id, i.id <> m.invoice_id, t.created_at, t.id
"""

_TOLD_OF_SENDING = _TOLD.replace("ORDER BY", "AND m.state = 'sending' ORDER BY") + " FOR UPDATE OF m"


async def told_of(
    core: Core, tx: Transaction, mailing_ids: Collection[UUID], *, on_the_wire: bool = False
) -> dict[UUID, list[tuple[dict[str, Any], Row]]]:
    """Return, of each mail, the fields of an event for each invoice in it, with that invoice's step and reason.

    Only of those that are on the wire, where that is asked for; those are held to the end of the transaction.
    """
    rows = await tx.rows(_TOLD_OF_SENDING if on_the_wire else _TOLD, (list(mailing_ids),))
    told: dict[UUID, list[tuple[dict[str, Any], Row]]] = {}
    stamp = by(SYSTEM, core.clock.now())
    for row in rows:
        fields = {name: row[name] for name in ("invoice_id", "invoice_number", "account_id", "mailing_id", "letter")}
        sent_to = addresses.masked(row["address"])
        told.setdefault(row["mailing_id"], []).append(({**fields, "sent_to": sent_to, **stamp}, row))
    return told
