"""Taking: give a person the next case to work on, which nobody else gets meanwhile, and count the day's work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.casework import claims, queue, worked_today, worklist
from domain.casework.queue import QueueLine
from domain.casework.refusals import NobodyToClaimFor
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.ledger.refusals import InvoiceNotFound

LOOKED_AT = 20
"""So many lines are looked at before the next case is: the newest news may have stopped some of them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person has come today."""

    done_today: int
    """Invoices about which the person did something today."""
    left: int
    """Lines in the queue that nobody else has in hand."""
    more: bool = False
    """Whether there are more than *left*, which nobody counted."""
    touched: str = ""
    """What was open on the ones done, as people read it."""


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


async def again(core: Core, *, invoice_id: UUID, until: datetime, actor: Actor) -> Taken:
    """Return the case of an invoice that the actor has in hand until then.

    Raises:
        NotAllowed: The actor may not look.
        InvoiceNotFound: There is no such invoice.
    """
    line = await queue.line(core, core.database, invoice_id=invoice_id)
    if line is None:
        raise InvoiceNotFound(str(invoice_id))
    return Taken(line, until, await progress(core, actor=actor))


async def progress(
    core: Core,
    *,
    actor: Actor,
    mine: bool = False,
    people: Collection[UUID] | None = None,
    fresh: bool = False,
) -> Progress:
    """Return how many cases the actor has done today, and how many are left.

    Args:
        core: The core.
        actor: Who looks.
        mine: Whether only the actor's.
        people: Whose work the actor does, where that was looked up a moment ago.
        fresh: Whether the list was brought up to date a moment ago.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    if not fresh:
        await worklist.refresh(core)
    left, more = await queue.waiting(core, actor=actor, mine=mine, people=people)
    worked = await worked_today.total(core, actor=actor)
    return Progress(worked.invoices, left, more, worked.told)
