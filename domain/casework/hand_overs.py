"""Hand-overs: pass one case on to somebody, who has a task about it and is told; it is nobody else's meanwhile."""

from domain.casework import claims, tasks
from domain.casework.events import CaseHandedOver
from domain.casework.refusals import HandedOverAlready, HandedToSelf, WithoutRole, WordsMissing
from domain.casework.tasks import TaskKind
from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Invoice
from domain.ledger.refusals import NothingToPay
from domain.ledger.states import InvoiceState
from domain.people.models import Person

_ROLE = (
    "SELECT FROM role_grant WHERE person_id = %(person)s AND state = 'active' AND (until IS NULL OR until > %(now)s)"
)

MOST_LISTED = 2_000
"""Cases in others' hands that are left out of somebody's session."""

TO_OTHERS = f"""
    SELECT invoice_id FROM task WHERE state = 'open' AND for_id IS NOT NULL AND for_id <> ALL(%(people)s)
      AND invoice_id IS NOT NULL ORDER BY created_at DESC LIMIT {MOST_LISTED}
"""
"""The invoices that were handed to others than these people: somebody, and for whom they stand in."""


async def hand_over(core: Core, *, invoice_number: str, slack_id: str, words: str, actor: Actor) -> CaseHandedOver:
    """Give an invoice's case to the person of that Slack account, with what there is to do.

    Whoever has the customer in hand gives it back thereby.

    Raises:
        NotAllowed: The actor may not work the queue.
        WordsMissing: Nobody would know what to do.
        InvoiceNotFound, NothingToPay: There is no such debt.
        WithoutRole: Whoever has that Slack account may do nothing here, or not any more.
        HandedToSelf: It is the actor's own.
        HandedOverAlready: The person has the case already.
        ClaimedByAnother: Somebody else has the customer in hand.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        said = words.strip()[: tasks.MOST_WORDS]
        if not said:
            raise WordsMissing(phrase("Say what is to be done, in a few words."))
        invoice = await invoices.locked(invoice_number)
        if invoice.status is not InvoiceState.OPEN:
            raise NothingToPay(invoice.number, invoice.state)
        taker = await _taker(core, tx, slack_id, actor)
        await claims.one_at_a_time(tx)
        event = await _handed(core, tx, invoice=invoice, taker=taker, said=said, actor=actor)
        await claims.given_back(core, tx, invoice=invoice, actor=actor)
    return event


async def _taker(core: Core, tx: Transaction, slack_id: str, actor: Actor) -> Person:
    taker = await Person.get_or_none(slack_id=slack_id)
    if taker is None or await tx.row(_ROLE, {"person": taker.id, "now": core.clock.now()}) is None:
        raise WithoutRole
    if taker.id == actor.id:
        raise HandedToSelf
    return taker


async def _handed(
    core: Core, tx: Transaction, *, invoice: Invoice, taker: Person, said: str, actor: Actor
) -> CaseHandedOver:
    opened = await tasks.opened(
        core, tx, kind=TaskKind.TAKE_OVER, account_id=invoice.account_id, invoice_id=invoice.id, reason=said,
        actor=actor, for_id=taker.id,
    )  # fmt: skip
    if opened is None:
        raise HandedOverAlready(taker.name)
    event = CaseHandedOver(
        invoice_id=invoice.id, invoice_number=invoice.number, account_id=invoice.account_id, task_id=opened.task_id,
        to_id=taker.id, to_name=taker.name, words=said, **by(actor, core.clock.now()),
    )  # fmt: skip
    await timeline.record(core, tx, event)
    return event
