"""Item links: every invoice of a mail gets a payment link of its own; a forwarded one shows no more than that."""

from collections.abc import Sequence

from domain import letters
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach import fitting
from domain.outreach.facts import MailFacts
from domain.pay_links import links


async def issue(core: Core, tx: Transaction, leaving: Sequence[tuple[Mailing, MailFacts]]) -> None:
    """Issue the links that the mails are about to carry; a receipt needs none. The caller stores the mailings' own.

    At most one for each of the fifty invoices that a mail may hold, and none where nothing is left to pay.
    """
    linked = [(mailing, facts) for mailing, facts in leaving if letters.KINDS[mailing.letter].linked]
    issued = await links.for_each(core, tx, [pair for mailing, facts in linked for pair in _wanted(mailing, facts)])
    items = [(each.item_id, issued[each.invoice_id, mailing.contact_id]) for mailing, facts in linked
             for each in facts.items]  # fmt: skip
    if items:
        await tx.execute(
            "UPDATE mailing_item t SET link_id = n.link_id FROM unnest(%s::uuid[], %s::uuid[]) AS n (id, link_id)"
            " WHERE t.id = n.id",
            ([item for item, _ in items], [link for _, link in items]),
        )
    for mailing, facts in linked:
        about = fitting.leading(facts.items).invoice_id if facts.items else mailing.invoice_id
        mailing.link_id = issued.get((about, mailing.contact_id), mailing.link_id)


def _wanted(mailing: Mailing, facts: MailFacts) -> list[links.InvoiceOfContact]:
    if facts.items:
        return [(each.invoice_id, mailing.contact_id) for each in facts.items]
    return [(mailing.invoice_id, mailing.contact_id)] if facts.invoice_state == "open" else []
