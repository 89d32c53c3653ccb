"""Payments: book what arrived and what went back, once each, and keep the balance the sum of its entries.

These are steps of other commands' transactions (a checkout is fulfilled, a file is imported); none opens one.
The caller holds the lock of the invoice row.
"""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.transactions import Transaction
from domain.ledger.events import InvoiceSettled, PaymentReceived, PaymentReversed, SurplusReceived
from domain.ledger.models import Allocation, Invoice, Payment
from domain.ledger.states import InvoiceState


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
        invoice=invoice,
        amount=amount,
        source=source,
        object_id=object_id,
        method=method,
        received_on=received_on,
        reverses=None,
    )
    if payment is None:
        return None
    applied = min(amount, invoice.balance)
    await _apply(core, invoice, payment, applied, received_on)
    return await _told(core, tx, invoice, payment, amount, applied, method=method, actor=actor, contact_id=contact_id)


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
    """Book money that went back (``refund``, ``chargeback``); takes from unapplied cash before it reopens the invoice.

    Returns None when it was booked before.
    """
    reversal = await _booked_once(
        core,
        kind=kind,
        invoice=invoice,
        amount=-amount,
        source=payment.source,
        object_id=object_id,
        method=payment.method,
        received_on=received_on,
        reverses=payment.id,
    )
    if reversal is None:
        return None
    applied = Money(await _applied_minor(tx, payment.id, invoice.id), invoice.currency)
    loose = Money(await _unapplied_minor(tx, payment.id), invoice.currency) + amount
    back = min(max(amount - loose, Money(0, amount.currency)), applied)
    if back:
        await _apply(core, invoice, reversal, -back, received_on)
    event = PaymentReversed(
        **_about(invoice),
        payment_id=payment.id,
        reversal=kind,
        amount=amount,
        balance=invoice.balance,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
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
    back = await _booked_once(
        core,
        kind="reinstated",
        invoice=invoice,
        amount=amount,
        source=payment.source,
        object_id=object_id,
        method=payment.method,
        received_on=received_on,
        reverses=payment.id,
    )
    if back is None:
        return None
    loose = Money(max(await _unapplied_minor(tx, payment.id), 0), invoice.currency)
    applied = min(amount, loose, invoice.balance)
    await _apply(core, invoice, back, applied, received_on)
    surplus = min(amount, loose) - applied
    method = f"{payment.method} (chargeback won)"
    return await _told(core, tx, invoice, back, amount, applied, method=method, actor=actor, surplus=surplus)


async def _told(
    core: Core,
    tx: Transaction,
    invoice: Invoice,
    payment: Payment,
    amount: Money,
    applied: Money,
    *,
    method: str,
    actor: Actor,
    contact_id: UUID | None = None,
    surplus: Money | None = None,
) -> PaymentReceived:
    """Record what arrived, that it settled the invoice if it did, and what of it is left over."""
    said = {**_about(invoice), **by(actor, core.clock.now())}
    event = PaymentReceived(
        **said,
        payment_id=payment.id,
        amount=amount,
        applied=applied,
        balance=invoice.balance,
        method=method,
        contact_id=contact_id,
    )
    await timeline.record(core, tx, event)
    if applied and not invoice.balance:
        await timeline.record(core, tx, InvoiceSettled(**said, total=invoice.total))
    left_over = amount - applied if surplus is None else surplus
    if left_over:
        await timeline.record(core, tx, SurplusReceived(**said, payment_id=payment.id, surplus=left_over))
    return event


async def _booked_once(
    core: Core,
    *,
    kind: str,
    invoice: Invoice,
    amount: Money,
    source: str,
    object_id: str,
    method: str,
    received_on: date,
    reverses: UUID | None,
) -> Payment | None:
    if await Payment.filter(object_id=object_id, kind=kind).exists():
        return None
    return await Payment.create(
        id=uuid4(),
        account_id=invoice.account_id,
        kind=kind,
        source=source,
        object_id=object_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        received_on=received_on,
        method=method,
        reverses_id=reverses,
        created_at=core.clock.now(),
    )


async def _apply(core: Core, invoice: Invoice, payment: Payment, amount: Money, on: date) -> None:
    if not amount:
        return
    await Allocation.create(
        id=uuid4(), payment_id=payment.id, invoice_id=invoice.id, amount_minor=amount.minor, created_at=core.clock.now()
    )
    if invoice.status in {InvoiceState.VOID, InvoiceState.WRITTEN_OFF}:
        return  # the claim was given up: money that goes back reopens nothing
    left = (invoice.balance - amount).minor
    if left == 0:
        await invoice.move("settle", open_minor=0, settled_on=on)
    elif invoice.open_minor == 0:
        await invoice.move("reopen", open_minor=left, settled_on=None)
    else:
        await Invoice.filter(id=invoice.id).update(open_minor=left)
        invoice.open_minor = left


async def _applied_minor(tx: Transaction, payment_id: UUID, invoice_id: UUID) -> int:
    row = await tx.row(
        "SELECT coalesce(sum(a.amount_minor), 0) AS minor FROM allocation a JOIN payment p ON p.id = a.payment_id"
        " WHERE (p.id = %(id)s OR p.reverses_id = %(id)s) AND a.invoice_id = %(invoice)s",
        {"id": payment_id, "invoice": invoice_id},
    )
    return int(row["minor"]) if row else 0


async def _unapplied_minor(tx: Transaction, payment_id: UUID) -> int:
    """Return what of the payment and its reversals is applied nowhere; negative right after a reversal is booked."""
    row = await tx.row(
        "SELECT coalesce(sum(p.amount_minor), 0) - coalesce(sum((SELECT sum(a.amount_minor) FROM allocation a"
        " WHERE a.payment_id = p.id)), 0) AS minor FROM payment p WHERE p.id = %(id)s OR p.reverses_id = %(id)s",
        {"id": payment_id},
    )
    return int(row["minor"]) if row else 0


def _about(invoice: Invoice) -> dict[str, Any]:
    return {"invoice_id": invoice.id, "invoice_number": invoice.number, "account_id": invoice.account_id}
