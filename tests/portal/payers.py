"""A payer in a browser: mailed a link, in front of the invoice, on the way to the payment page."""

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from domain.pay_links import tokens
from domain.pay_links.models import PayLink
from tests.builders import an_invoice
from tests.domain.pay_links.payers import a_link
from tests.portal.browsers import Browser


@dataclass
class Payer:
    """Who owes an invoice and holds a link to it."""

    browser: Browser
    invoice_id: UUID
    link: PayLink
    path: str

    async def invoice(self) -> Invoice:
        """Return the invoice as it is now."""
        return await Invoice.get(id=self.invoice_id)


async def a_payer(core: Core, browser: Browser, number: str = "INV-1042", *, amount: Money | None = None) -> Payer:
    """Mail a link for a new invoice and let the payer enter by it."""
    invoice = await an_invoice(core, number, amount=amount)
    link = await a_link(core, invoice)
    payer = Payer(browser, invoice.id, link, f"/l/{tokens.issue(core.keys, link.id)}")
    assert (await browser.press(payer.path)).status == 303
    return payer
