"""Bookings: a paid checkout's money, and whatever of it went back, entered into the ledger once each."""

import logging
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.ports import Alert, CheckoutSnapshot, Reversal
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import entries, payments
from domain.ledger.events import PaymentReceived
from domain.ledger.models import Invoice, Payment
from domain.pay_links.models import Checkout, PayLink
from domain.pay_links.oddity_events import ChargeQuestioned, PaymentMismatched, RemainderOpen
from domain.pay_links.reasons import OTHER_CURRENCY

log = logging.getLogger(__name__)

SOURCE = "stripe"
"""The provider, as the ledger's column ``payment.source`` names it."""


async def held(tx: Transaction, *, invoice_id: UUID, snapshot: CheckoutSnapshot) -> Invoice:
    """Hold a checkout's invoice, and whatever else its money is on when some of it went back."""
    gone_back = Payment.filter(object_id=snapshot.charge_id, kind="payment") if snapshot.reversals else None
    payment = await gone_back.first() if gone_back is not None else None
    if payment is None:
        return (await entries.invoices_held([invoice_id]))[invoice_id]
    return (await entries.family_held(tx, payment.id, besides=[invoice_id]))[invoice_id]


def day_of(core: Core, at: datetime | None) -> date:
    """Return the merchant's day of what the provider dates, whenever we heard of it; today where it has no date.

    A provider's clock that is ahead of ours makes no day that is still to come.
    """
    today = local_date(core.clock, core.merchant.zone)
    return min(at.astimezone(core.merchant.zone).date(), today) if at is not None else today


async def book(
    core: Core, tx: Transaction, invoice: Invoice, checkout: Checkout, snapshot: CheckoutSnapshot, actor: Actor
) -> None:
    """Enter the payment and its reversals. A step of a transaction that holds the locks of invoice and checkout."""
    assert snapshot.charge_id, "the gateway reports a payment with its charge or not at all"
    link = await PayLink.get(id=checkout.link_id)
    received = await payments.receive(
        core,
        tx,
        invoice=invoice,
        amount=snapshot.amount,
        source=SOURCE,
        object_id=snapshot.charge_id,
        method=snapshot.method,
        received_on=day_of(core, snapshot.paid_at),
        actor=actor,
        contact_id=link.contact_id,
    )
    if received is not None and received.applied:
        await _ask_for_rest(core, tx, invoice, received, snapshot)
    payment = await Payment.get(object_id=snapshot.charge_id, kind="payment")
    for alert in snapshot.alerts:
        await tell_alert(core, tx, invoice, checkout, alert)
    for reversal in snapshot.reversals:
        if reversal.amount.currency != payment.currency:
            await tell_mismatch(
                core,
                tx,
                invoice,
                checkout,
                object_id=reversal.object_id,
                reported=reversal.amount,
                note=say(OTHER_CURRENCY[reversal.kind]),
            )
            continue
        await reverse(core, tx, invoice, payment, reversal)


async def reverse(core: Core, tx: Transaction, invoice: Invoice, payment: Payment, reversal: Reversal) -> None:
    """Enter money that went back, or that came back after all; once each. A step like ``book``."""
    entry: dict[str, Any] = {
        "invoice": invoice,
        "payment": payment,
        "amount": reversal.amount,
        "object_id": reversal.object_id,
        "received_on": day_of(core, reversal.happened_at),
        "actor": SYSTEM,
    }
    if reversal.kind != "reinstated":
        await payments.reverse(core, tx, kind=reversal.kind, **entry)
        return
    gone = await Payment.filter(object_id=reversal.object_id, kind__in=("refund", "chargeback")).exists()
    if gone:  # a refund that failed before we heard of it took nothing, so there is nothing to give back
        await payments.reinstate(core, tx, **entry)


_COMMITTED = """
    SELECT FROM plan WHERE invoice_id = %(invoice)s AND state IN ('requested', 'countered', 'running')
    UNION ALL SELECT FROM promise WHERE invoice_id = %(invoice)s AND state = 'running'
    UNION ALL SELECT FROM dispute WHERE invoice_id = %(invoice)s AND state = 'open' AND NOT is_test
"""
"""Whatever says when the rest comes, or why it does not."""


async def _ask_for_rest(
    core: Core, tx: Transaction, invoice: Invoice, received: PaymentReceived, snapshot: CheckoutSnapshot
) -> None:
    """Tell the operators of a part payment whose rest nobody has spoken of, unless it went back at once."""
    if not received.balance or snapshot.reversals:
        return
    if await tx.row(f"SELECT 1 AS one FROM ({_COMMITTED}) spoken LIMIT 1", {"invoice": invoice.id}):
        return
    event = RemainderOpen(
        invoice_id=invoice.id,
        invoice_number=invoice.number,
        account_id=invoice.account_id,
        payment_id=received.payment_id,
        paid=received.amount,
        rest=received.balance,
        **by(SYSTEM, core.clock.now()),
    )
    await timeline.record(core, tx, event)


async def tell_alert(core: Core, tx: Transaction, invoice: Invoice, checkout: Checkout, alert: Alert) -> None:
    """Record once that somebody asks about a payment without taking it back."""
    if await _told(tx, invoice, ChargeQuestioned.kind, alert.object_id):
        return
    event = ChargeQuestioned(
        invoice_id=invoice.id,
        invoice_number=invoice.number,
        account_id=invoice.account_id,
        checkout_id=checkout.id,
        object_id=alert.object_id,
        what=alert.kind,
        amount=alert.amount,
        reason=alert.reason,
        **by(SYSTEM, core.clock.now()),
    )
    await timeline.record(core, tx, event)


async def _told(tx: Transaction, invoice: Invoice, kind: str, object_id: str) -> bool:
    """Tell whether an event of that kind is about that object of the provider already."""
    row = await tx.row(
        "SELECT 1 FROM timeline_entry WHERE invoice_id = %s AND kind = %s AND fact->>'object_id' = %s",
        (invoice.id, kind, object_id),
    )
    return row is not None


async def tell_mismatch(
    core: Core, tx: Transaction, invoice: Invoice, checkout: Checkout, *, object_id: str, reported: Money, note: str
) -> None:
    """Record once that the provider reports money that is not what was ordered."""
    if await _told(tx, invoice, PaymentMismatched.kind, object_id):
        return
    log.error("payment does not fit its order: checkout %s, %s", checkout.id, note)
    event = PaymentMismatched(
        invoice_id=invoice.id,
        invoice_number=invoice.number,
        account_id=invoice.account_id,
        checkout_id=checkout.id,
        object_id=object_id,
        ordered=checkout.amount,
        reported=reported,
        note=note,
        **by(SYSTEM, core.clock.now()),
    )
    await timeline.record(core, tx, event)
