"""Payment facts: what is told of money that arrived, went back or fits no invoice."""

from uuid import UUID

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.events import Event, by
from domain.kernel.money import Money
from domain.kernel.transactions import Transaction
from domain.ledger import entries
from domain.ledger.entry_events import CashUnapplied
from domain.ledger.events import InvoiceSettled, PaymentReceived, PaymentReversed, SurplusReceived
from domain.ledger.models import Account, Invoice, Payment
from domain.ledger.states import InvoiceState

GIVEN_UP = frozenset({InvoiceState.VOID, InvoiceState.WRITTEN_OFF})
"""Nothing is owed on such an invoice, so money that names it waits for a person."""


async def told(
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
    whole: Money | None = None,
) -> PaymentReceived:
    """Record what arrived, that it settled the invoice if it did, and what of it is left over."""
    said = {**entries.about(invoice), **by(actor, core.clock.now())}
    event = PaymentReceived(
        **said,
        payment_id=payment.id,
        amount=amount,
        applied=applied,
        balance=invoice.balance,
        method=method,
        contact_id=contact_id,
        whole=whole,
    )
    facts: list[Event] = [event]
    if applied and not invoice.balance:
        facts.append(InvoiceSettled(**said, total=invoice.total))
    left_over = amount - applied if surplus is None else surplus
    if left_over:
        given_up = invoice.state.replace("_", " ") if invoice.status in GIVEN_UP else ""
        facts.append(SurplusReceived(**said, payment_id=payment.id, surplus=left_over, given_up=given_up))
    await timeline.record_many(core, tx, facts)
    return event


async def told_back(
    core: Core, tx: Transaction, invoice: Invoice, payment: Payment, kind: str, amount: Money, *, actor: Actor
) -> PaymentReversed:
    """Record what went back, as far as it concerns one invoice."""
    event = PaymentReversed(
        **entries.about(invoice),
        payment_id=payment.id,
        reversal=kind,
        amount=amount,
        balance=invoice.balance,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def left_over(core: Core, tx: Transaction, payment: Payment, loose: Money, *, note: str, actor: Actor) -> None:
    """Record what of a payment found no invoice, and note why."""
    account = await Account.get(id=payment.account_id)
    if note:
        await tx.execute(
            "UPDATE unapplied_cash SET note = %s WHERE payment_id = %s", (sentences.as_text(note), payment.id)
        )
    event = CashUnapplied(
        account_id=account.id,
        account_name=account.name,
        payment_id=payment.id,
        amount=payment.amount,
        unapplied=loose,
        method=payment.method,
        note=note,
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
