"""Promises: a payer's word on an amount and a date, given, moved in time or taken back."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.commitments import judging, parties, pauses
from domain.commitments.events import PromiseMade, PromiseWithdrawn
from domain.commitments.models import Promise
from domain.commitments.parties import Source
from domain.commitments.refusals import (
    AmountNotPositive,
    OtherCurrency,
    PromiseDayOver,
    PromiseInPast,
    PromiseNotFound,
    PromiseRepeated,
    PromiseTooFar,
    PromiseTooLarge,
)
from domain.commitments.states import PromiseState
from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.refusals import MoveRefused
from domain.kernel.speech import phrase
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Invoice


async def make(
    core: Core,
    *,
    invoice_number: str,
    amount: Money,
    on: date,
    actor: Actor,
    source: Source,
    contact_id: UUID | None = None,
    note: str = "",
) -> PromiseMade:
    """Note a promise; from now to its grace just this part of the invoice is not asked for.

    Raises:
        NotAllowed, NotTheirs: The actor may not speak for this invoice's customer.
        InvoiceNotFound, NothingToPay: There is no such debt.
        PromiseInPast, PromiseTooFar: The day is not one that can be promised.
        PromiseTooLarge, AmountNotPositive, OtherCurrency: The amount is not one that can be promised.
        PromiseRepeated: The very same promise is on file, as after a double click.
    """
    async with core.transaction() as tx:
        invoice = await invoices.locked(invoice_number)
        contact = await parties.admitted(actor, invoice=invoice, contact_id=contact_id)
        parties.require_open(invoice)
        word = _Word(amount, on, source, parties.said(note, what=phrase("The note"), required=False), contact)
        running = Promise.filter(invoice_id=invoice.id, state=PromiseState.RUNNING.value)
        if await running.filter(promised_on=on, amount_minor=amount.minor).exists():
            raise PromiseRepeated(amount, on)
        return await _given(core, tx, invoice, word, actor)


async def replace(
    core: Core, *, promise_id: UUID, amount: Money, on: date, actor: Actor, source: Source, note: str = ""
) -> PromiseMade:
    """Move a promise to another day or amount.

    Up to its day that is a change of plan, and the old promise counts neither as kept nor as broken. Later the old
    one is judged by the money that is there, and the new one stands for itself.

    Raises:
        PromiseNotFound, MoveRefused: No promise has that id, or it does not run any more.
    """
    async with core.transaction() as tx:
        invoice, old = await _locked(promise_id)
        contact = await parties.admitted(actor, invoice=invoice, contact_id=None)
        parties.require_open(invoice)
        if old.status is not PromiseState.RUNNING:
            raise MoveRefused(Promise.MACHINE.name, old.state, "replace")
        if (old.amount, old.promised_on) == (amount, on):
            raise PromiseRepeated(amount, on)
        if _today(core) <= old.promised_on:
            await old.move("replace", judged_at=core.clock.now())
        else:
            await judging.judge_promises(core, tx, invoice=invoice, over=old.id)
        word = _Word(
            amount, on, source, parties.said(note, what=phrase("The note"), required=False), contact or old.contact_id
        )
        return await _given(core, tx, invoice, word, actor, replaces=old)


async def withdraw(core: Core, *, promise_id: UUID, reason: str, actor: Actor) -> PromiseWithdrawn:
    """Take a promise back before its day is over; reminders for its part go on.

    Raises:
        PromiseNotFound, MoveRefused: No promise has that id, or it does not run any more.
        PromiseDayOver: Its day is over, so money decides.
    """
    async with core.transaction() as tx:
        invoice, promise = await _locked(promise_id)
        await parties.admitted(actor, invoice=invoice, contact_id=None)
        kept = parties.said(reason, what=phrase("Withdrawing a promise"))
        if promise.status is PromiseState.RUNNING and _today(core) > promise.promised_on:
            raise PromiseDayOver(promise.promised_on, promise.promised_on + timedelta(days=promise.grace_days))
        await promise.move("withdraw", judged_at=core.clock.now())
        event = PromiseWithdrawn(
            **about(invoice),
            promise_id=promise.id,
            amount=promise.amount,
            promised_on=promise.promised_on,
            reason=kept,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise as a person sees it."""

    promise_id: UUID
    state: PromiseState
    amount: Money
    received: Money
    """What of the money since is this promise's own."""
    promised_on: date
    pauses_until: date
    source: str
    note: str
    made_by: str


async def of_invoice(core: Core, *, invoice_id: UUID, limit: int = 20) -> tuple[PromiseLine, ...]:
    """Return an invoice's promises, those that run first, then the newest."""
    rows = await core.database.rows(
        "SELECT p.*, coalesce(r.received_minor, p.received_minor, 0) AS got FROM promise p"
        f" LEFT JOIN {pauses.received('%(invoice)s')} r ON r.id = p.id"
        " WHERE p.invoice_id = %(invoice)s ORDER BY p.state = 'running' DESC, p.created_at DESC, p.id LIMIT %(limit)s",
        {"invoice": invoice_id, "limit": limit},
    )
    return tuple(
        PromiseLine(
            promise_id=row["id"],
            state=PromiseState(row["state"]),
            amount=Money(row["amount_minor"], row["currency"]),
            received=Money(row["got"], row["currency"]),
            promised_on=row["promised_on"],
            pauses_until=row["promised_on"] + timedelta(days=row["grace_days"]),
            source=row["source"],
            note=sentences.said(row["note"]),
            made_by=row["made_by"],
        )
        for row in rows
    )


def about(invoice: Invoice) -> dict[str, Any]:
    """Return the fields that say which invoice an event is about."""
    return {"invoice_id": invoice.id, "invoice_number": invoice.number, "account_id": invoice.account_id}


@dataclass(frozen=True, slots=True)
class _Word:
    """What was promised, and by whom it came."""

    amount: Money
    on: date
    source: Source
    note: str
    contact_id: UUID | None


async def _given(
    core: Core, tx: Transaction, invoice: Invoice, word: _Word, actor: Actor, *, replaces: Promise | None = None
) -> PromiseMade:
    await _require_sound(core, tx, invoice, word)
    now, grace = core.clock.now(), core.limits.promise_grace_days
    promise = await Promise.create(
        id=uuid4(),
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        contact_id=word.contact_id,
        currency=invoice.currency,
        amount_minor=word.amount.minor,
        promised_on=word.on,
        grace_days=grace,
        source=word.source.value,
        note=word.note,
        state=Promise.MACHINE.start.value,
        replaces_id=replaces.id if replaces else None,
        made_by=actor.name,
        made_by_id=actor.id,
        created_at=now,
    )
    event = PromiseMade(
        **about(invoice),
        promise_id=promise.id,
        contact_id=word.contact_id,
        amount=word.amount,
        promised_on=word.on,
        pauses_until=word.on + timedelta(days=grace),
        source=word.source.value,
        note=word.note,
        replaces_id=replaces.id if replaces else None,
        replaced_amount=replaces.amount if replaces else None,
        replaced_on=replaces.promised_on if replaces else None,
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event


async def _require_sound(core: Core, tx: Transaction, invoice: Invoice, word: _Word) -> None:
    today = _today(core)
    last = today + timedelta(days=core.limits.promise_max_days)
    if word.amount.currency != invoice.currency:
        raise OtherCurrency(word.amount.currency, invoice.currency)
    if word.amount.minor <= 0:
        raise AmountNotPositive(word.amount)
    if word.on < today:
        raise PromiseInPast(word.on, today)
    if word.on > last:
        raise PromiseTooFar(word.on, last)
    paused = await pauses.of(tx, invoice_id=invoice.id, today=today)
    if paused.chaseable < word.amount:
        raise PromiseTooLarge(word.amount, paused.chaseable, paused.why)


async def _locked(promise_id: UUID) -> tuple[Invoice, Promise]:
    """Return the promise and its invoice, both locked; the invoice first, as everywhere."""
    found = await Promise.get_or_none(id=promise_id)
    if found is None:
        raise PromiseNotFound
    invoice = await Invoice.locked(id=found.invoice_id)
    promise = await Promise.locked(id=promise_id)
    assert invoice is not None, "a promise's invoice cannot be removed"
    assert promise is not None, "a promise cannot be removed"
    return invoice, promise


def _today(core: Core) -> date:
    return local_date(core.clock, core.merchant.zone)
