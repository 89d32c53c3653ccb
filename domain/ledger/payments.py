"""Payments: book what arrived and what went back, once each, and keep the balance the sum of its entries.

These are steps of other commands' transactions (a checkout is fulfilled, a bank line is posted); none opens one.
The caller holds the locks of the invoice rows. What of a payment is applied nowhere is unapplied cash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Transaction
from domain.ledger import entries, payment_facts
from domain.ledger.events import PaymentReceived, PaymentReversed
from domain.ledger.models import Allocation, Invoice, Payment


@dataclass(frozen=True, slots=True)
class Split:
    """One payment over several invoices, as it was booked."""

    payment_id: UUID
    received: tuple[PaymentReceived, ...]
    """A fact for each invoice."""
    unapplied: Money
    """What is applied to none of them."""


async def receive(
    core: Core,
    tx: Transaction,
    *,
    invoice: Invoice,
    amount: Money,
    source: str,
    object_id: str,
    method: str,
    received_on: date,
    actor: Actor,
    contact_id: UUID | None = None,
) -> PaymentReceived | None:
    """Book a payment and apply it to the invoice; what exceeds the balance stays unapplied, with a task.

    Returns None when this movement of money was booked before.
    """
    payment = await _booked_once(
        core,
        kind="payment",
        account_id=invoice.account_id,
        amount=amount,
        source=source,
        object_id=object_id,
        method=method,
        received_on=received_on,
        reverses=None,
        made_for=invoice.id,
    )
    if payment is None:
        return None
    applied = min(amount, invoice.balance)
    await _apply(core, invoice, payment, applied, received_on)
    await entries.rest_kept(tx, payment.id, now=core.clock.now())
    return await payment_facts.told(
        core, tx, invoice, payment, amount, applied, method=method, actor=actor, contact_id=contact_id
    )


async def receive_split(
    core: Core,
    tx: Transaction,
    *,
    account_id: UUID,
    parts: Sequence[tuple[Invoice, Money]],
    amount: Money,
    source: str,
    object_id: str,
    method: str,
    received_on: date,
    actor: Actor,
    note: str = "",
) -> Split | None:
    """Book one payment of a customer over several invoices, or over none; what is left of it stays unapplied.

    The invoices may be another customer's, where one company pays for another. Returns None when this movement of
    money was booked before.

    Args:
        core: The core.
        tx: A transaction that holds the locks of the invoices, taken in the order of their ids.
        account_id: Whose money it is.
        parts: How much goes on which invoice: at most what is open of it, and in sum at most *amount*.
        amount: The whole payment.
        source: Where it is from, as in the column ``payment.source``.
        object_id: What it is called there, by which it is booked once.
        method: How it was paid, in words.
        received_on: The day of the money.
        actor: Who books it.
        note: What people should know about the rest.
    """
    loose = amount
    for invoice, part in parts:
        assert Money(0, amount.currency) < part <= invoice.balance, "a part is at most what is open"
        loose -= part
    assert loose.minor >= 0, "the parts are at most the payment"
    payment = await _booked_once(
        core, kind="payment", account_id=account_id, amount=amount, source=source, object_id=object_id, method=method,
        received_on=received_on, reverses=None, made_for=parts[0][0].id if len(parts) == 1 else None,
    )  # fmt: skip
    if payment is None:
        return None
    received = []
    whole = amount if len(parts) > 1 else None
    for invoice, part in parts:
        await _apply(core, invoice, payment, part, received_on)
        event = await payment_facts.told(
            core, tx, invoice, payment, part, part, method=method, actor=actor, whole=whole
        )
        received.append(event)
    await entries.rest_kept(tx, payment.id, now=core.clock.now())
    if loose:
        await payment_facts.left_over(core, tx, payment, loose, note=note, actor=actor)
    return Split(payment.id, tuple(received), loose)


async def reverse(
    core: Core,
    tx: Transaction,
    *,
    invoice: Invoice,
    payment: Payment,
    kind: str,
    amount: Money,
    object_id: str,
    received_on: date,
    actor: Actor,
) -> PaymentReversed | None:
    """Book money that went back (``refund``, ``chargeback``); takes from unapplied cash before it reopens an invoice.

    The invoice that it is told about gives first, then the others that the payment was placed on, the newest first.
    The caller holds all of them (see ``entries.family_held``). Returns None when it was booked before.
    """
    await entries.payment_held(tx, payment.id)
    loose = await entries.rest(tx, payment.id)
    applied = await entries.applied(tx, payment.id)
    involved = await entries.others_of_family(applied, but=invoice)
    reversal = await _booked_once(
        core,
        kind=kind,
        account_id=payment.account_id,
        amount=-amount,
        source=payment.source,
        object_id=object_id,
        method=payment.method,
        received_on=received_on,
        reverses=payment.id,
        made_for=payment.for_invoice_id or invoice.id,
    )
    if reversal is None:
        return None
    taken: dict[UUID, int] = {}
    missing = max(amount.minor - loose, 0)
    for invoice_id in sorted(applied, key=lambda each: each != invoice.id):
        taken[invoice_id] = min(missing, applied[invoice_id])
        missing -= taken[invoice_id]
        await _apply(core, involved[invoice_id], reversal, Money(-taken[invoice_id], amount.currency), received_on)
    await entries.rest_kept(tx, payment.id, now=core.clock.now())
    others = {each: minor for each, minor in taken.items() if minor and each != invoice.id}
    own = amount - Money(sum(others.values()), amount.currency)
    event = await payment_facts.told_back(core, tx, invoice, payment, kind, own, actor=actor)
    for invoice_id, minor in others.items():
        part = Money(minor, amount.currency)
        await payment_facts.told_back(core, tx, involved[invoice_id], payment, kind, part, actor=actor)
    return event


async def reinstate(
    core: Core,
    tx: Transaction,
    *,
    invoice: Invoice,
    payment: Payment,
    amount: Money,
    object_id: str,
    received_on: date,
    actor: Actor,
) -> PaymentReceived | None:
    """Book a chargeback that was won: the money is back, and first fills what went out beyond the payment.

    Returns None when it was booked before.
    """
    await entries.payment_held(tx, payment.id)
    back = await _booked_once(
        core,
        kind="reinstated",
        account_id=payment.account_id,
        amount=amount,
        source=payment.source,
        object_id=object_id,
        method=payment.method,
        received_on=received_on,
        reverses=payment.id,
        made_for=payment.for_invoice_id or invoice.id,
    )
    if back is None:
        return None
    loose = Money(max(await entries.rest(tx, payment.id), 0), invoice.currency)
    applied = min(amount, loose, invoice.balance)
    await _apply(core, invoice, back, applied, received_on)
    await entries.rest_kept(tx, payment.id, now=core.clock.now())
    surplus = min(amount, loose) - applied
    method = f"{payment.method} (chargeback won)"
    return await payment_facts.told(
        core, tx, invoice, back, amount, applied, method=method, actor=actor, surplus=surplus
    )


async def _booked_once(
    core: Core,
    *,
    kind: str,
    account_id: UUID,
    amount: Money,
    source: str,
    object_id: str,
    method: str,
    received_on: date,
    reverses: UUID | None,
    made_for: UUID | None,
) -> Payment | None:
    if await Payment.filter(object_id=object_id, kind=kind).exists():
        return None
    return await Payment.create(
        id=uuid4(),
        account_id=account_id,
        kind=kind,
        source=source,
        object_id=object_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        received_on=received_on,
        method=method,
        reverses_id=reverses,
        for_invoice_id=made_for,
        created_at=core.clock.now(),
    )


async def _apply(core: Core, invoice: Invoice, payment: Payment, amount: Money, on: date) -> None:
    if not amount:
        return
    await Allocation.create(
        id=uuid4(), payment_id=payment.id, invoice_id=invoice.id, amount_minor=amount.minor, created_at=core.clock.now()
    )
    await entries.lowered(invoice, amount, on=on)
