"""Cards: what somebody needs beside the case to act on it now: who was heard of last, what a reminder would meet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.outreach import rehearsals
from domain.outreach.rehearsals import Rehearsal

_CONTACTED = """
    SELECT (SELECT max(g.sent_at) FROM mailing g WHERE g.state = 'sent' AND g.account_id = i.account_id) AS mailed_at,
           (SELECT max(n.received_at) FROM inbound_mail n
            WHERE n.account_id = i.account_id AND n.reading->>'kind' = 'human') AS wrote_at,
           call.at AS called_at, call.outcome
    FROM invoice i LEFT JOIN LATERAL (
        SELECT t.at, t.fact->>'outcome' AS outcome FROM timeline_entry t
        WHERE t.invoice_id = i.id AND t.kind = 'call.logged' ORDER BY t.id DESC LIMIT 1) call ON true
    WHERE i.id = %s
"""


@dataclass(frozen=True, slots=True)
class Contacted:
    """When the customer was heard of or written to last."""

    mailed_at: datetime | None = None
    wrote_at: datetime | None = None
    called_at: datetime | None = None
    outcome: str = ""
    """What came of that call."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What stands on a card beside its case."""

    contacted: Contacted
    reminder: Rehearsal | None = None
    """What a reminder would meet; None: nobody can tell at this moment, or the reader may not ask for one."""


async def facts(core: Core, *, invoice_id: UUID, actor: Actor) -> CardFacts:
    """Return the facts for somebody who is about to act on an invoice."""
    row = await core.database.row(_CONTACTED, (invoice_id,))
    assert row is not None, "an invoice is never removed"
    contacted = Contacted(row["mailed_at"], row["wrote_at"], row["called_at"], row["outcome"] or "")
    if Permission.NUDGE not in actor.may:
        return CardFacts(contacted)
    return CardFacts(contacted, await rehearsals.rehearse(core, invoice_id=invoice_id, actor=actor))
