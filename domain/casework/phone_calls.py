"""Phone calls: what came of one, and when to follow it up; until then the case is put off."""

from datetime import date, datetime
from enum import StrEnum

from domain.casework import snoozes, tasks
from domain.casework.events import CallLogged
from domain.casework.models import Task
from domain.casework.refusals import FollowUpImpossible
from domain.casework.tasks import TaskKind
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.ledger.models import Invoice

MOST_WORDS = 500


class CallOutcome(StrEnum):
    """What came of a call."""

    SPOKE = "spoke with them"
    MESSAGE = "left a message"
    NOBODY = "nobody answered"
    WRONG_NUMBER = "wrong number"


OUTCOMES = (phrase("spoke with them"), phrase("left a message"), phrase("nobody answered"), phrase("wrong number"))
"""What came of a call, as it is said."""


async def log(
    core: Core,
    *,
    invoice_number: str,
    outcome: CallOutcome,
    actor: Actor,
    note: str = "",
    follow_up: date | None = None,
) -> CallLogged:
    """Note a call; with a day to follow up the invoice is put off until the office opens then.

    Whoever spoke with them has done what tasks to call asked for.

    Raises:
        NotAllowed: The actor may not work the queue.
        FollowUpImpossible: The day is today, past, or too far away.
        InvoiceNotFound: No invoice has that number.
        NothingToPay: The invoice is not open.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        now, today = core.clock.now(), local_date(core.clock, core.merchant.zone)
        if follow_up is not None and not today < follow_up < today + snoozes.LONGEST:
            raise FollowUpImpossible(snoozes.LONGEST.days - 1)
        invoice = await snoozes.still_open(invoice_number)
        said = " ".join(note.split())[:MOST_WORDS]
        if follow_up is not None:
            await snoozes.put_off(
                invoice,
                until=_opening(core, follow_up),
                reason=say("called, {outcome}: {words}", outcome=say(outcome.value), words=said)
                if said
                else say("called, {outcome}", outcome=say(outcome.value)),
                actor=actor,
                now=now,
            )
        event = CallLogged(
            invoice_id=invoice.id, invoice_number=invoice.number, account_id=invoice.account_id,
            outcome=outcome.value, note=said, follow_up_on=follow_up, **by(actor, now),
        )  # fmt: skip
        await timeline.record(core, tx, event)
        if outcome is CallOutcome.SPOKE:
            await _end_tasks(core, tx, invoice=invoice, outcome=said or say(outcome.value), actor=actor)
    return event


async def _end_tasks(core: Core, tx: Transaction, *, invoice: Invoice, outcome: str, actor: Actor) -> None:
    """End what asked for a call about this invoice or its customer."""
    found = await Task.filter(account_id=invoice.account_id, kind=TaskKind.CALL.value, state="open").select_for_update()
    for task in found:
        if task.invoice_id in (None, invoice.id):
            await tasks.ended(core, tx, task, step="finish", outcome=outcome, actor=actor)


def _opening(core: Core, day: date) -> datetime:
    return datetime.combine(day, core.limits.office_opens, core.merchant.zone)
