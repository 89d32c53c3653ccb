"""A made-up world outside for readiness, with a memory, and ledgers at the limits of its checks."""

from dataclasses import dataclass, field
from uuid import uuid4

from domain.deliverability.sender_records import Finding
from domain.kernel import addresses
from domain.kernel.core import Core
from domain.ledger.models import Account, Contact, Invoice
from domain.operations.readiness_ports import DomainAnswer, PaymentSetup, Unsaid
from tests import builders

FINE = DomainAnswer(
    (Finding("SPF", "pass", "one record"), Finding("DKIM", "pass", "our key"), Finding("DMARC", "pass", "aligned"))
)


@dataclass
class FakeWorld:
    """Name servers and a payment provider that say what a test wants."""

    domain: DomainAnswer = FINE
    setup: PaymentSetup = field(default_factory=lambda: PaymentSetup(configured=False))
    chat: bool = True
    asked: list[str] = field(default_factory=list)

    async def sending_domain(self) -> DomainAnswer:
        """Answer as name servers would."""
        self.asked.append("domain")
        return self.domain

    async def payments(self, *, ask: bool) -> PaymentSetup:
        """Answer as the provider would."""
        if ask:
            self.asked.append("payments")
        return self.setup


NOBODY_ANSWERS = DomainAnswer(unsaid=Unsaid.UNANSWERED)


async def a_book(core: Core, *, reachable: int, unreachable: int = 0) -> None:
    """Store so many customers with one open invoice each, some of them without a contact."""
    now = core.clock.now()
    for each in range(reachable + unreachable):
        account = await builders.an_account(core, f"Customer {each}")
        await builders.an_invoice(core, f"R-{each}", account=account)
        if each < reachable:
            await builders.a_contact(core, account, f"ap{each}@customer.example")
    assert now == core.clock.now()


async def a_contact_for(core: Core, number: str) -> Contact:
    """Give the customer of that invoice a contact."""
    invoice = await Invoice.get(number=number)
    account = await Account.get(id=invoice.account_id)
    email = f"new-{uuid4().hex[:6]}@customer.example"
    return await Contact.create(
        id=uuid4(),
        account_id=account.id,
        name="New",
        email=email,
        email_key=addresses.key(email),
        state="active",
        created_at=core.clock.now(),
    )
