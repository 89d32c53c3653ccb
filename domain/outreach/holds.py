"""Holds: reminders to a customer, about one invoice or to one contact stop, for a reason and perhaps until a day.

A legal hold may be put by anybody who works the queue and by Legal; only Legal and Controllers lift it, since whoever
put it may not know what else depends on it. That a hold ran out is arithmetic: nobody has to lift it then.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID, uuid4

from domain.kernel import addresses, sentences, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import accounts, invoices
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.refusals import ContactNotFound, InvoiceNotFound
from domain.outreach.models import Hold
from domain.outreach.refusals import HoldNotFound, HoldUnclear, LegalHoldKept, ReasonMissing
from domain.outreach.stop_events import AccountExcluded, AccountIncluded, HoldLifted, HoldPut

E = TypeVar("E", AccountExcluded, AccountIncluded)

LONGEST_REASON = 300
MOST_LISTED = 100


class HoldKind(StrEnum):
    """Why reminders stop."""

    PAUSE = "pause"
    LEGAL = "legal"
    REVIEW = "review"
    AWAY = "away"
    CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True)
class HoldShown:
    """A hold in force."""

    id: UUID
    account_id: UUID
    account_name: str
    invoice_number: str | None
    contact: str | None
    """Masked."""
    kind: str
    reason: str
    until: datetime | None
    made_by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    account: Account
    invoice: Invoice | None
    contact: Contact | None


async def put(
    core: Core,
    *,
    kind: HoldKind,
    reason: str,
    actor: Actor,
    account: str | None = None,
    invoice_number: str | None = None,
    email: str | None = None,
    until: datetime | None = None,
) -> HoldPut:
    """Stop reminders about an invoice, to a customer (its number or name), or to one contact of either.

    A hold of the same kind in the same place is replaced.

    Raises:
        NotAllowed: The actor neither works the queue nor, for a legal hold, is of Legal.
        ReasonMissing: Nobody could be told why.
        HoldUnclear: Neither or both of customer and invoice were named, or the end lies in the past.
        InvoiceNotFound, AccountNotFound, AccountUnclear, ContactNotFound: There is no such place.
    """
    if kind is not HoldKind.LEGAL or Permission.APPROVE_CREDITS not in actor.may:
        actor.require(Permission.WORK_QUEUE)
    why, now = _reason(reason), core.clock.now()
    if until is not None and until <= now:
        raise HoldUnclear(say("A hold ends in the future; that moment has passed."))
    async with core.transaction() as tx:
        place = await _place(tx, account, invoice_number, email)
        return await _put(core, tx, place, kind=kind, reason=why, until=until, actor=actor)


async def put_by_itself(
    core: Core,
    tx: Transaction,
    *,
    kind: HoldKind,
    reason: str,
    account_id: UUID,
    contact_id: UUID | None = None,
    until: datetime | None = None,
) -> HoldPut | None:
    """Stop reminders to a customer, or to one of its contacts, since something that arrived says so.

    In the caller's transaction. None where such a hold is in force that lasts as long, or the contact was removed.
    """
    customer = await Account.locked(id=account_id)
    assert customer is not None, "a customer is never removed"
    contact = await Contact.get_or_none(id=contact_id, state="active") if contact_id else None
    if contact_id is not None and contact is None:
        return None
    place = _Place(customer, None, contact)
    for each in await _in_force(place, kind, core.clock.now()):
        if each.until is None or (until is not None and each.until >= until):
            return None
    return await _put(core, tx, place, kind=kind, reason=_reason(reason), until=until, actor=SYSTEM)


async def end_by_itself(
    core: Core, tx: Transaction, *, kind: HoldKind, contact_id: UUID, beyond: datetime, reason: str
) -> int:
    """Lift what Plixo itself had put on a contact and lasts beyond a moment, in the caller's transaction; how many."""
    found = await Hold.filter(
        contact_id=contact_id, kind=kind.value, state=Hold.MACHINE.start.value, made_by=SYSTEM.name, until__gt=beyond
    ).select_for_update()
    for each in found:
        await _lifted(core, tx, each, reason=reason, actor=SYSTEM)
    return len(found)


async def lift(core: Core, *, hold_id: UUID, reason: str, actor: Actor) -> HoldLifted:
    """Let the reminders go on that a hold stopped; what fell due meanwhile is caught up once.

    Raises:
        NotAllowed: The actor may not work the queue.
        LegalHoldKept: It is a legal hold, and the actor is neither of Legal nor a Controller.
        ReasonMissing: Nobody could be told why.
        HoldNotFound: It is not in force.
    """
    async with core.transaction() as tx:
        hold = await Hold.locked(id=hold_id)
        legal = hold is not None and hold.kind == HoldKind.LEGAL.value
        if not legal:
            actor.require(Permission.WORK_QUEUE)
        elif Permission.APPROVE_CREDITS not in actor.may:  # the right that Legal and Controllers share
            raise LegalHoldKept
        why = _reason(reason)
        if hold is None or hold.state != Hold.MACHINE.start.value:
            raise HoldNotFound
        return await _lifted(core, tx, hold, reason=why, actor=actor)


async def in_force(
    core: Core, *, account_id: UUID | None = None, invoice_id: UUID | None = None
) -> tuple[HoldShown, ...]:
    """Return the holds in force, newest first: of one customer, those that stop one invoice, or all."""
    rows = await core.database.rows(
        "SELECT h.id, h.account_id, a.name AS account_name, i.number AS invoice_number, c.email AS contact, h.kind,"
        " h.reason, h.until, h.made_by, h.created_at AS since FROM hold h JOIN account a ON a.id = h.account_id"
        " LEFT JOIN invoice i ON i.id = h.invoice_id LEFT JOIN contact c ON c.id = h.contact_id"
        " WHERE h.state = 'active' AND (h.until IS NULL OR h.until > %(now)s)"
        " AND (%(account)s::uuid IS NULL OR h.account_id = %(account)s)"
        " AND (%(invoice)s::uuid IS NULL"
        "      OR h.account_id = (SELECT x.account_id FROM invoice x WHERE x.id = %(invoice)s)"
        "      AND (h.invoice_id IS NULL OR h.invoice_id = %(invoice)s))"
        " ORDER BY h.created_at DESC, h.id LIMIT %(most)s",
        {"now": core.clock.now(), "account": account_id, "invoice": invoice_id, "most": MOST_LISTED},
    )
    return tuple(
        HoldShown(**{**row, "contact": row["contact"] and addresses.masked(row["contact"]),
                     "reason": sentences.said(row["reason"])})
        for row in rows
    )  # fmt: skip


async def exclude(core: Core, *, account: str, reason: str, actor: Actor) -> AccountExcluded:
    """Send a customer no reminders at all; receipts and other answers go on.

    Raises:
        NotAllowed: The actor may not work the queue.
        ReasonMissing: Nobody could be told why.
        AccountNotFound, AccountUnclear: There is no one such customer.
        MoveRefused: It is excluded already.
    """
    return await _set_apart(core, account=account, reason=reason, actor=actor, step="exclude", event=AccountExcluded)


async def include(core: Core, *, account: str, reason: str, actor: Actor) -> AccountIncluded:
    """Send a customer reminders again; what fell due meanwhile is caught up once.

    Raises:
        NotAllowed: The actor may not work the queue.
        ReasonMissing: Nobody could be told why.
        AccountNotFound, AccountUnclear: There is no one such customer.
        MoveRefused: It is not excluded.
    """
    return await _set_apart(core, account=account, reason=reason, actor=actor, step="include", event=AccountIncluded)


async def _set_apart(core: Core, *, account: str, reason: str, actor: Actor, step: str, event: type[E]) -> E:
    actor.require(Permission.WORK_QUEUE)
    why = _reason(reason)
    async with core.transaction() as tx:
        named = await accounts.find(tx, text=account)
        customer = await Account.locked(id=named.id)
        assert customer is not None, "a customer is never removed"
        await customer.move(step)
        told = event(**_about(_Place(customer, None, None)), reason=why, **by(actor, core.clock.now()))
        await timeline.record(core, tx, told)
    return told


async def _put(
    core: Core, tx: Transaction, place: _Place, *, kind: HoldKind, reason: str, until: datetime | None, actor: Actor
) -> HoldPut:
    now, hold_id = core.clock.now(), uuid4()
    for earlier in await _in_force(place, kind, now):
        await earlier.move("lift", lifted_by=actor.name, lifted_at=now)
    await Hold.create(
        id=hold_id,
        account_id=place.account.id,
        invoice_id=place.invoice.id if place.invoice else None,
        contact_id=place.contact.id if place.contact else None,
        kind=kind.value,
        reason=reason,
        until=until,
        state=Hold.MACHINE.start.value,
        made_by=actor.name,
        created_at=now,
    )
    event = HoldPut(**_about(place), reason=reason, hold_id=hold_id, of=kind.value, until=until, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


async def _lifted(core: Core, tx: Transaction, hold: Hold, *, reason: str, actor: Actor) -> HoldLifted:
    now = core.clock.now()
    await hold.move("lift", lifted_by=actor.name, lifted_at=now)
    place = _Place(
        await Account.get(id=hold.account_id),
        await Invoice.get_or_none(id=hold.invoice_id) if hold.invoice_id else None,
        await Contact.get_or_none(id=hold.contact_id) if hold.contact_id else None,
    )
    event = HoldLifted(**_about(place), reason=reason, hold_id=hold.id, of=hold.kind, **by(actor, now))
    await timeline.record(core, tx, event)
    return event


async def _place(tx: Transaction, account: str | None, invoice_number: str | None, email: str | None) -> _Place:
    if (account is None) is (invoice_number is None):
        raise HoldUnclear(say("Name either an invoice or a customer; a contact's address may be added to either."))
    invoice = None
    if invoice_number is not None:
        invoice = await Invoice.get_or_none(number_key=invoices.number_key(invoice_number))
        if invoice is None:
            raise InvoiceNotFound(invoice_number)
    account_id = invoice.account_id if invoice else (await accounts.find(tx, text=account or "")).id
    customer = await Account.locked(id=account_id)
    assert customer is not None, "an invoice has a customer"
    if email is None:
        return _Place(customer, invoice, None)
    contact = await Contact.get_or_none(account_id=account_id, email_key=addresses.key(email), state="active")
    if contact is None:
        raise ContactNotFound(customer.name, addresses.masked(email))
    return _Place(customer, None, contact)


async def _in_force(place: _Place, kind: HoldKind, now: datetime) -> list[Hold]:
    found = await Hold.filter(
        account_id=place.account.id,
        invoice_id=place.invoice.id if place.invoice else None,
        contact_id=place.contact.id if place.contact else None,
        kind=kind.value,
        state=Hold.MACHINE.start.value,
    ).select_for_update()
    return [each for each in found if each.until is None or each.until > now]


def _about(place: _Place) -> dict[str, Any]:
    return {
        "account_id": place.account.id,
        "account_name": place.account.name,
        "invoice_id": place.invoice.id if place.invoice else None,
        "invoice_number": place.invoice.number if place.invoice else None,
        "contact_id": place.contact.id if place.contact else None,
        "sent_to": addresses.masked(place.contact.email) if place.contact else None,
    }


def _reason(text: str) -> str:
    why = sentences.trimmed(text, most=LONGEST_REASON)
    if not why:
        raise ReasonMissing(say("Say why: whoever asks later wants to know it."))
    return why
