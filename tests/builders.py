"""Builders: rows that a test needs but is not about, with sensible values."""

from datetime import date, timedelta
from uuid import uuid4

from domain.kernel import addresses
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import invoices, payments
from domain.ledger.models import Account, Contact, Invoice
from tests.clocks import START


async def an_account(
    core: Core, name: str = "Acme Ltd", *, country: str | None = None, locale: str | None = None
) -> Account:
    """Store a customer."""
    return await Account.create(
        id=uuid4(),
        name=name,
        name_key=name.casefold(),
        state="active",
        country=country,
        locale=locale,
        created_at=core.clock.now(),
    )


async def a_contact(core: Core, account: Account, email: str = "anna@acme.example") -> Contact:
    """Store a contact of *account*."""
    return await Contact.create(
        id=uuid4(),
        account_id=account.id,
        name="Anna",
        email=email,
        email_key=addresses.key(email),
        state="active",
        created_at=core.clock.now(),
    )


async def an_invoice(
    core: Core,
    number: str = "INV-1042",
    *,
    account: Account | None = None,
    amount: Money | None = None,
    days_past_due: int = 7,
    email: str = "anna@acme.example",
) -> Invoice:
    """Store an open invoice; without an account it gets one of its own, with one contact."""
    if account is None:
        account = await an_account(core, f"Customer of {number}")
        await a_contact(core, account, email)
    amount = amount or Money(12500, "EUR")
    due: date = START.date() - timedelta(days=days_past_due)
    return await Invoice.create(
        id=uuid4(),
        number=number,
        number_key=invoices.number_key(number),
        account_id=account.id,
        currency=amount.currency,
        total_minor=amount.minor,
        open_minor=amount.minor,
        issued_on=due - timedelta(days=30),
        due_on=due,
        state="open",
        created_at=core.clock.now(),
    )


async def paid(core: Core, invoice: Invoice, *, object_id: str = "ch_1") -> None:
    """Book a card payment of all that is open."""
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        await payments.receive(
            core,
            tx,
            invoice=locked,
            amount=locked.balance,
            source="stripe",
            object_id=object_id,
            method="card",
            received_on=core.clock.now().date(),
            actor=SYSTEM,
        )
