"""Tasks: what only a person can do for a customer, opened by events or by hand, closed with an outcome.

A search for another contact ends by itself as soon as the customer has a contact that may be mailed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from domain.casework.events import TaskClosed, TaskOpened
from domain.casework.models import Task
from domain.casework.refusals import TaskNotFound, WordsMissing
from domain.commitments.events import InstalmentMissed
from domain.deliverability.contact_events import ContactLeft
from domain.deliverability.events import AddressSuppressed
from domain.deliverability.suppressions import Why
from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.ledger import invoices, words
from domain.ledger.entry_events import CashUnapplied
from domain.ledger.events import SurplusReceived
from domain.ledger.models import Account
from domain.outreach.events import ContactMissing
from domain.pay_links.provider_news import EntryDoubted

MOST_WORDS = 500


class TaskKind(StrEnum):
    """What there is to do."""

    FIND_CONTACT = "find contact"
    REVIEW = "review"
    APPLY_CASH = "apply cash"
    COLLECT_MISSED_PLAN = "collect missed plan"
    CALL = "call"
    TAKE_OVER = "take over"


KINDS = (
    phrase("find contact"),
    phrase("review"),
    phrase("apply cash"),
    phrase("collect missed plan"),
    phrase("call"),
    phrase("take over"),
)
"""What there is to do, as it is said."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that an event calls for."""

    kind: TaskKind
    reason: str
    of_invoice: bool
    """Whether it is about that one invoice, as against the customer."""
    about_id: UUID | None = None
    """What each such task is about by itself; two doubts about one invoice are two tasks."""


OF_SUPPRESSION: Mapping[str, TaskKind] = {
    Why.HARD_BOUNCE: TaskKind.FIND_CONTACT,
    Why.SOFT_BOUNCES: TaskKind.FIND_CONTACT,
    Why.INVALID: TaskKind.FIND_CONTACT,
    Why.COMPLAINT: TaskKind.REVIEW,
    Why.OPTED_OUT: TaskKind.CALL,
    Why.LEGAL_HOLD: TaskKind.REVIEW,
    Why.MANUAL: TaskKind.FIND_CONTACT,
}
"""What a person is to do when an address must not be mailed any more."""


def _of_suppression(event: AddressSuppressed) -> Wanted:
    said = say("{address} must not be mailed ({reason})", address=event.address, reason=say(event.reason))
    return Wanted(OF_SUPPRESSION[event.reason], said, False)


def _of_surplus(event: SurplusReceived) -> Wanted:
    told: dict[str, object] = {"amount": event.surplus, "number": event.invoice_number}
    if event.given_up:
        state = words.invoice_state(event.given_up)
        said = say("{amount} arrived for {number}, which is {state}", **told, state=state)
    else:
        said = say("{amount} more than was open on {number}", **told)
    return Wanted(TaskKind.APPLY_CASH, said, True)


def _of_loose(event: CashUnapplied) -> Wanted:
    told: dict[str, object] = {"amount": event.unapplied, "method": words.method(event.method)}
    if event.note:
        said = say("{amount} by {method} fits no invoice: {note}", **told, note=event.note)
    else:
        said = say("{amount} by {method} fits no invoice", **told)
    return Wanted(TaskKind.APPLY_CASH, said, False)


def _of_doubt(event: EntryDoubted) -> Wanted:
    said = say(
        "{what} of {amount} ({id}) is in the ledger, and {note}",
        what=say(event.what),
        amount=event.amount,
        id=event.object_id[:40],
        note=event.note,
    )
    return Wanted(TaskKind.REVIEW, said, event.invoice_id is not None, event.stray_id)


def _of_missed(event: InstalmentMissed) -> Wanted:
    return Wanted(
        TaskKind.COLLECT_MISSED_PLAN,
        say(
            "{amount} of instalment {position} of {parts}, due on {day}, did not come",
            amount=event.unpaid,
            position=event.position,
            parts=event.of,
            day=event.due_on,
        ),
        True,
    )


def _of_missing(event: ContactMissing) -> Wanted:
    return Wanted(TaskKind.FIND_CONTACT, event.reason, False)


def _of_left(event: ContactLeft) -> Wanted:
    return Wanted(TaskKind.FIND_CONTACT, event.told(), False)


OPENED_BY: Mapping[type[Event], Callable[[Any], Wanted]] = {
    AddressSuppressed: _of_suppression,
    SurplusReceived: _of_surplus,
    CashUnapplied: _of_loose,
    EntryDoubted: _of_doubt,
    InstalmentMissed: _of_missed,
    ContactMissing: _of_missing,
    ContactLeft: _of_left,
}
"""Which event calls for which task. Any other event may name the kind in its notice's word."""


async def open_task(core: Core, *, entry_id: int, kind: str = "") -> None:
    """Open the task that an event calls for (the job ``open_task``); one that is open already is enough."""
    event = (await timeline.entry(core, entry_id)).event
    if event.account_ref is None:
        return
    told = OPENED_BY.get(type(event))
    wanted = told(event) if told else Wanted(TaskKind(kind), event.told(), False)
    accounts = [event.account_ref]
    async with core.transaction() as tx:
        if isinstance(event, AddressSuppressed):
            accounts += await _sharing(tx, event)
        for account_id in dict.fromkeys(accounts):
            await opened(
                core,
                tx,
                kind=wanted.kind,
                account_id=account_id,
                invoice_id=event.invoice_ref if wanted.of_invoice else None,
                reason=wanted.reason,
                actor=SYSTEM,
                about_id=wanted.about_id,
            )


async def add(core: Core, *, kind: TaskKind, invoice_number: str, reason: str, actor: Actor) -> TaskOpened | None:
    """Open a task by hand, about the customer of an invoice; None when the same one is open already.

    Raises:
        NotAllowed: The actor may not work the queue.
        WordsMissing: Nobody would know what to do.
        InvoiceNotFound: No invoice has that number.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        if not reason.strip():
            raise WordsMissing(phrase("Say what is to be done, in a few words."))
        invoice = await invoices.locked(invoice_number)
        return await opened(
            core,
            tx,
            kind=kind,
            account_id=invoice.account_id,
            invoice_id=None if kind is TaskKind.FIND_CONTACT else invoice.id,
            reason=sentences.trimmed(reason, most=MOST_WORDS),
            actor=actor,
        )


async def finish(core: Core, *, task_id: UUID, outcome: str, actor: Actor) -> TaskClosed:
    """Say that a task is done, and what came of it.

    Raises:
        NotAllowed: The actor may not work the queue, and it was not handed to them.
        WordsMissing: No outcome was given.
        TaskNotFound: It is not open.
    """
    return await _close(core, task_id=task_id, step="finish", outcome=outcome, actor=actor)


async def drop(core: Core, *, task_id: UUID, reason: str, actor: Actor) -> TaskClosed:
    """Give a task up, for a reason.

    Raises:
        NotAllowed: The actor may not work the queue, and it was not handed to them.
        WordsMissing: No reason was given.
        TaskNotFound: It is not open.
    """
    return await _close(core, task_id=task_id, step="drop", outcome=reason, actor=actor)


async def opened(
    core: Core,
    tx: Transaction,
    *,
    kind: TaskKind,
    account_id: UUID,
    invoice_id: UUID | None,
    reason: str,
    actor: Actor,
    about_id: UUID | None = None,
    for_id: UUID | None = None,
) -> TaskOpened | None:
    """Open a task inside the caller's transaction; None when the same one is open already."""
    now = core.clock.now()
    row = await tx.row(
        "INSERT INTO task (id, kind, account_id, invoice_id, about_id, for_id, state, reason, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (
            uuid4(),
            kind.value,
            account_id,
            invoice_id,
            about_id,
            for_id,
            Task.MACHINE.start.value,
            sentences.as_text(reason),
            now,
        ),
    )
    if row is None:
        return None
    account = await Account.get(id=account_id)
    event = TaskOpened(
        task_id=row["id"], task=kind.value, reason=reason, account_id=account_id, account_name=account.name,
        invoice_id=invoice_id, **by(actor, now),
    )  # fmt: skip
    await timeline.record(core, tx, event)
    return event


async def _close(core: Core, *, task_id: UUID, step: str, outcome: str, actor: Actor) -> TaskClosed:
    async with core.transaction() as tx:
        task = await Task.locked(id=task_id, state="open")
        if task is None or task.for_id is None or task.for_id != actor.id:  # whoever got it may always end it
            actor.require(Permission.WORK_QUEUE)
        if not outcome.strip():
            raise WordsMissing(phrase("Say what came of it, in a few words."))
        if task is None:
            raise TaskNotFound
        return await ended(core, tx, task, step=step, outcome=sentences.trimmed(outcome, most=MOST_WORDS), actor=actor)


async def ended(core: Core, tx: Transaction, task: Task, *, step: str, outcome: str, actor: Actor) -> TaskClosed:
    """End a task as a step of a transaction that holds its lock, and record it."""
    now = core.clock.now()
    await task.move(step, outcome=outcome, done_by=actor.name, done_at=now)
    account = await Account.get(id=task.account_id)
    event = TaskClosed(
        task_id=task.id, task=task.kind, ended=task.state, outcome=outcome, account_id=task.account_id,
        account_name=account.name, invoice_id=task.invoice_id, **by(actor, now),
    )  # fmt: skip
    await timeline.record(core, tx, event)
    return event


async def _sharing(tx: Transaction, event: AddressSuppressed) -> list[UUID]:
    """Return the customers of whom the suppressed address is a contact, too."""
    rows = await tx.rows(
        "SELECT DISTINCT c.account_id FROM suppression s JOIN contact c ON c.email_key = s.address_key"
        " WHERE s.id = %s AND c.state = 'active' LIMIT 100",
        (event.suppression_id,),
    )
    return [row["account_id"] for row in rows]
