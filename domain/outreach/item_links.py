"""Item links: every invoice of a mail gets a payment link of its own; a forwarded one shows no more than that."""

from collections.abc import Sequence
from uuid import UUID

from domain import letters
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach import fitting
from domain.outreach.facts import MailFacts
from domain.pay_links import links


async def issue(core: Core, tx: Transaction, leaving: Sequence[tuple[Mailing, MailFacts]]) -> dict[UUID, UUID]:
    """Issue the links that the mails are about to carry, and return those of their items; a receipt needs none.

    At most one for each of the fifty invoices that a mail may hold, and none where nothing is left to pay. The caller
    stores the items' links and the mailings' own.
    """
    linked = [(mailing, facts) for mailing, facts in leaving if letters.KINDS[mailing.letter].linked]
    issued = await links.for_each(core, tx, [pair for mailing, facts in linked for pair in _wanted(mailing, facts)])
    for mailing, facts in linked:
        about = fitting.leading(facts.items).invoice_id if facts.items else mailing.invoice_id
        mailing.link_id = issued.get((about, mailing.contact_id), mailing.link_id)
    return {
        each.item_id: issued[each.invoice_id, mailing.contact_id] for mailing, facts in linked for each in facts.items
    }


def _wanted(mailing: Mailing, facts: MailFacts) -> list[links.InvoiceOfContact]:
    if facts.items:
        return [(each.invoice_id, mailing.contact_id) for each in facts.items]
    return [(mailing.invoice_id, mailing.contact_id)] if facts.invoice_state == "open" else []
