"""What payers do, for tests that are about what follows: hold a link, enter, stand before an open payment page."""

from dataclasses import dataclass
from uuid import UUID

from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Contact, Invoice
from domain.pay_links import checkouts, links, orders, sessions, tokens
from domain.pay_links.models import PayLink
from tests.builders import an_invoice
from tests.portal.fake_gateway import FakeGateway, Page

BROWSER = "a browser's own random word"


async def a_link(core: Core, invoice: Invoice, contact: Contact | None = None) -> PayLink:
    """Issue the link that a reminder would carry."""
    contact = contact or await Contact.filter(account_id=invoice.account_id).order_by("created_at").first()
    assert contact is not None
    async with core.transaction() as tx:
        return await links.for_mailing(core, tx, invoice=invoice, contact_id=contact.id)


async def entered(core: Core, link: PayLink, browser: str = BROWSER) -> str:
    """Press the button behind the link; return the session's secret."""
    return (await sessions.enter(core, token=tokens.issue(core.keys, link.id), browser=browser)).secret


@dataclass
class Visit:
    """A payer who entered, and the gateway that the payment goes through."""

    core: Core
    gateway: FakeGateway
    invoice_id: UUID
    link: PayLink
    secret: str

    async def go_to_pay(self, *, bank_debit: bool = False) -> Page:
        """Press Pay until the provider's page is open."""
        begun = await orders.start(self.core, secret=self.secret, bank_debit=bank_debit)
        assert isinstance(begun, orders.ToPlace)
        await checkouts.update(self.core, snapshot=await self.gateway.open(begun.order))
        return self.gateway.latest

    async def hear(self, page: Page) -> checkouts.Standing:
        """Let the news of a page reach us."""
        return await checkouts.update(self.core, snapshot=await self.gateway.fetch(page.session_id))

    async def invoice(self) -> Invoice:
        """Return the invoice as it is now."""
        return await Invoice.get(id=self.invoice_id)


async def a_visit(core: Core, number: str = "INV-1042", *, amount: Money | None = None) -> Visit:
    """Let a payer enter the page of a new invoice."""
    invoice = await an_invoice(core, number, amount=amount)
    link = await a_link(core, invoice)
    return Visit(core, FakeGateway(), invoice.id, link, await entered(core, link))


async def told(core: Core, kind: str) -> list[dict[str, object]]:
    """Return the facts of one kind on the timeline, oldest first, as a program reads them."""
    rows = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = %s ORDER BY id", (kind,))
    return [sentences.plain(row["fact"]) for row in rows]


async def queued(core: Core, job: str) -> int:
    """Return how many jobs of that name wait."""
    row = await core.database.row(
        "SELECT count(*) AS n FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", (job,)
    )
    assert row is not None
    return int(row["n"])
