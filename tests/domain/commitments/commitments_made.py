"""Promises, plans, disputes and money, as rows, for tests that are about what follows from them."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from domain.commitments.models import Plan, PlanInstalment, Promise
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import payments
from domain.ledger.events import PaymentReceived
from domain.ledger.models import Invoice, Payment
from tests.clocks import START

TODAY = START.date()


async def a_promise(
    core: Core, invoice: Invoice, minor: int, *, days: int = 0, grace: int = 2, at: datetime | None = None
) -> Promise:
    """Store a running promise that is due so many days from the test's first day."""
    return await Promise.create(
        id=uuid4(),
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        currency=invoice.currency,
        amount_minor=minor,
        promised_on=TODAY + timedelta(days=days),
        grace_days=grace,
        source="operator",
        state="running",
        made_by="Ben",
        created_at=at or core.clock.now(),
    )


async def a_plan(
    core: Core,
    invoice: Invoice,
    minors: tuple[int, ...],
    *,
    first: int = 0,
    every: int = 7,
    grace: int = 2,
    state: str = "running",
) -> Plan:
    """Store a plan whose instalments are due every so many days from day *first* on."""
    plan = await Plan.create(
        id=uuid4(),
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        currency=invoice.currency,
        covers_minor=sum(minors),
        frequency="weekly",
        grace_days=grace,
        reason="a slow season",
        source="operator",
        state=state,
        made_by="Ben",
        created_at=core.clock.now(),
    )
    for place, minor in enumerate(minors):
        due: date = TODAY + timedelta(days=first + place * every)
        await PlanInstalment.create(id=uuid4(), plan_id=plan.id, position=place + 1, due_on=due, amount_minor=minor)
    return plan


async def a_dispute(core: Core, invoice: Invoice, minor: int, *, is_test: bool = False) -> None:
    """Store an open dispute over a part of the invoice."""
    now = core.clock.now()
    await core.database.execute(
        "INSERT INTO dispute (id, invoice_id, account_id, currency, amount_minor, reason_code, description, state,"
        " is_test, sla_due_at, sla_risk_at, source, filed_by, created_at)"
        " VALUES (%s, %s, %s, %s, %s, 'other', 'broken', 'open', %s, %s, %s, 'operator', 'Ben', %s)",
        (uuid4(), invoice.id, invoice.account_id, invoice.currency, minor, is_test, now, now, now),
    )


async def a_payment(core: Core, invoice: Invoice, minor: int, *, object_id: str | None = None) -> PaymentReceived:
    """Book money for the invoice."""
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        event = await payments.receive(
            core,
            tx,
            invoice=locked,
            amount=Money(minor, invoice.currency),
            source="stripe",
            object_id=object_id or f"ch_{uuid4().hex}",
            method="card",
            received_on=core.clock.now().date(),
            actor=SYSTEM,
        )
    assert event is not None
    return event


async def a_refund(core: Core, invoice: Invoice, payment_id: UUID, minor: int) -> None:
    """Book money of a payment that went back."""
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        await payments.reverse(
            core,
            tx,
            invoice=locked,
            payment=await Payment.get(id=payment_id),
            kind="refund",
            amount=Money(minor, invoice.currency),
            object_id=f"re_{uuid4().hex}",
            received_on=core.clock.now().date(),
            actor=SYSTEM,
        )
