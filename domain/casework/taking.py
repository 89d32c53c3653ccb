"""Taking: give a person the next case to work on, which nobody else gets meanwhile, and count the day's work."""

from dataclasses import dataclass
from datetime import datetime, time

from domain.casework import claims, queue, worklist
from domain.casework.queue import QueueLine
from domain.casework.refusals import NobodyToClaimFor
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.transactions import Rows
from domain.ledger.models import Invoice

LOOKED_AT = 20
"""So many lines are looked at before the next case is: the newest news may have stopped some of them."""

_DONE = """
    SELECT count(DISTINCT c.account_id) AS done FROM claim c JOIN person p ON p.id = c.person_id
    WHERE c.person_id = %(person)s AND c.created_at >= %(begins)s AND EXISTS (
        SELECT FROM (SELECT kind, actor, at FROM timeline_entry WHERE account_id = c.account_id
                     ORDER BY id DESC LIMIT 200) t
        WHERE t.actor = p.name AND t.at >= c.created_at
          AND t.kind NOT IN ('case.claimed', 'case.released', 'case.skipped'))
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person has come today."""

    done_today: int
    """Customers taken up today about whom the person did something."""
    left: int
    """Lines in the queue that nobody else has in hand."""
    more: bool = False
    """Whether there are more than *left*, which nobody counted."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The case that a person has in hand now."""

    line: QueueLine
    until: datetime
    progress: Progress


async def take_next(core: Core, *, actor: Actor, mine: bool = False) -> Taken | None:
    """Take up the customer of the top line that nobody else has in hand; None when the queue is empty.

    With *mine* only what is the actor's own, or a deputy's to do.

    Raises:
        NotAllowed: The actor may not work the queue.
        NobodyToClaimFor: The actor is no person.
    """
    actor.require(Permission.WORK_QUEUE)
    if actor.id is None:
        raise NobodyToClaimFor
    await worklist.refresh(core)
    async with core.transaction() as tx:
        await claims.one_at_a_time(tx)
        lines = await queue.free(core, tx, actor=actor, mine=mine, limit=LOOKED_AT)
        if not lines:
            return None
        invoice = await Invoice.get(id=lines[0].invoice_id)
        event = await claims.claimed(core, tx, invoice=invoice, actor=actor)
    return Taken(lines[0], event.until, await progress(core, actor=actor, mine=mine))


async def progress(core: Core, *, actor: Actor, mine: bool = False) -> Progress:
    """Return how many cases the actor has done today, and how many are left.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    await worklist.refresh(core)
    left, more = await queue.waiting(core, actor=actor, mine=mine)
    return Progress(await _done(core, core.database, actor), left, more)


async def _done(core: Core, rows: Rows, actor: Actor) -> int:
    zone = core.merchant.zone
    begins = datetime.combine(local_date(core.clock, zone), time(), zone)
    row = await rows.row(_DONE, {"person": actor.id, "begins": begins}) if actor.id else None
    return int(row["done"]) if row else 0
