"""Builders: bank lines and what surrounds them, with sensible values."""

from datetime import date
from uuid import UUID, uuid4

from domain.cash_application.models import BankLine
from domain.commitments import disputes
from domain.commitments.objections import Filing
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import ImportBatch, Invoice
from domain.people import roles
from domain.people.roles import Role
from tests.clocks import START

CLERK = Actor(
    ActorKind.PERSON, "Clara", roles.permissions((Role.AR_OPERATOR,)), id=UUID(int=7), roles=("A/R Operator",)
)
"""Somebody who may apply cash."""


async def disputed(core: Core, invoice: Invoice) -> None:
    """Store an objection to all of the invoice."""
    filing = Filing(reason_code="wrong_amount", description="The price was lower.")
    await disputes.file(core, invoice_number=invoice.number, filing=filing, actor=CLERK)


async def a_bank_line(
    core: Core,
    text: str = "",
    amount: Money | None = None,
    *,
    payer: str = "",
    payer_key: str = "",
    booked_on: date | None = None,
    remittance_id: UUID | None = None,
) -> BankLine:
    """Store a line of a bank statement that nobody has looked at."""
    batch = await ImportBatch.create(
        id=uuid4(), kind="bank", file_name="bank.csv", sha256="", counts={}, actor="test", created_at=core.clock.now()
    )
    money = amount or Money(12500, "EUR")
    return await BankLine.create(
        id=uuid4(),
        batch_id=batch.id,
        line=1,
        key=str(uuid4()),
        booked_on=booked_on or START.date(),
        currency=money.currency,
        amount_minor=money.minor,
        payer_name=payer,
        payer_key=payer_key,
        payer_hint=payer_key[-4:],
        reference=text,
        remittance_id=remittance_id,
        state="new",
        created_at=core.clock.now(),
    )
