"""Item links: every invoice of a mail gets a payment link of its own; a forwarded one shows no more than that."""

from collections.abc import Sequence
from uuid import UUID

from domain import letters
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger.models import Invoice
from domain.ledger.states import InvoiceState
from domain.outreach import fitting
from domain.outreach.facts import ItemFacts
from domain.pay_links import links


async def issue(core: Core, tx: Transaction, mailing: Mailing, items: Sequence[ItemFacts]) -> None:
    """Issue the links that the mail is about to carry and write them down with it; a receipt needs none.

    At most one for each of the fifty invoices that a mail may hold, and none where nothing is left to pay.
    """
    if not letters.KINDS[mailing.letter].linked:
        return
    about = [each.invoice_id for each in items] or [mailing.invoice_id]
    issued: dict[UUID, UUID] = {}
    for invoice in await Invoice.filter(id__in=about, state=InvoiceState.OPEN.value).order_by("id"):
        link = await links.for_mailing(core, tx, invoice=invoice, contact_id=mailing.contact_id)
        issued[invoice.id] = link.id
    await tx.execute(
        "UPDATE mailing_item t SET link_id = n.link_id FROM unnest(%s::uuid[], %s::uuid[]) AS n (id, link_id)"
        " WHERE t.id = n.id",
        ([each.item_id for each in items], [issued[each.invoice_id] for each in items]),
    )
    first = fitting.leading(items).invoice_id if items else mailing.invoice_id
    mailing.link_id = issued.get(first, mailing.link_id)
    await Mailing.filter(id=mailing.id).update(link_id=mailing.link_id)
