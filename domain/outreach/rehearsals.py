"""Rehearsals: what would become of a reminder that somebody asked for now; it is made, judged and never was.

Only so every guardrail is asked that would be asked, and nothing has to guess what they would say.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg.errors import LockNotAvailable

from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.refusals import InUse
from domain.kernel.transactions import Transaction
from domain.ledger.models import Invoice
from domain.outreach import nudges
from domain.outreach.refusals import NudgeRefused

LOCK_WAIT = "200ms"
"""Whoever looks at a case does not wait for whoever sends mail about it."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a reminder would meet now."""

    refused: str = ""
    """Why it would never leave, as a sentence; empty: nothing speaks against it for good."""
    waits: str = ""
    """Why it would wait, and until when; empty: it would leave at once."""
    sent_to: tuple[str, ...] = ()
    """Masked addresses."""


async def rehearse(core: Core, *, invoice_id: UUID, actor: Actor) -> Rehearsal | None:
    """Return what a reminder about an invoice would meet now; None while somebody else is at it."""
    try:
        async with core.transaction() as tx:
            await tx.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
            if await tx.row("SELECT id FROM invoice WHERE id = %s FOR UPDATE SKIP LOCKED", (invoice_id,)) is None:
                return None
            await tx.execute("SAVEPOINT rehearsal")
            told = await _told(core, tx, invoice=await Invoice.get(id=invoice_id), actor=actor)
            await tx.execute("ROLLBACK TO SAVEPOINT rehearsal")
            return told
    except (LockNotAvailable, InUse):  # a lock that somebody holds: the card says nothing of it
        return None


async def _told(core: Core, tx: Transaction, *, invoice: Invoice, actor: Actor) -> Rehearsal:
    try:
        made = await nudges.prepared(core, tx, invoice=invoice, actor=actor)
    except NudgeRefused as no:
        return Rehearsal(refused=str(no))
    return Rehearsal(waits=made.waits, sent_to=made.sent_to)
