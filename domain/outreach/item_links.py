"""Item links: every invoice of a mail gets a payment link of its own; a forwarded one shows no more than that."""

from collections.abc import Sequence

from domain import letters
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach import fitting
from domain.outreach.facts import ItemFacts
from domain.pay_links import links


async def issue(core: Core, tx: Transaction, mailing: Mailing, items: Sequence[ItemFacts]) -> None:
    """Issue the links that the mail is about to carry; a receipt needs none. The caller stores the mailing's own.

    At most one for each of the fifty invoices that a mail may hold, and none where nothing is left to pay.
    """
    if not letters.KINDS[mailing.letter].linked:
        return
    about = [each.invoice_id for each in items] or [mailing.invoice_id]
    open_ones = await tx.rows("SELECT id FROM invoice WHERE id = ANY(%s) AND state = 'open' ORDER BY id", (about,))
    issued = await links.for_items(core, invoice_ids=[row["id"] for row in open_ones], contact_id=mailing.contact_id)
    if not items:
        mailing.link_id = issued.get(mailing.invoice_id, mailing.link_id)
        return
    await tx.execute(
        "UPDATE mailing_item t SET link_id = n.link_id FROM unnest(%s::uuid[], %s::uuid[]) AS n (id, link_id)"
        " WHERE t.id = n.id",
        ([each.item_id for each in items], [issued[each.invoice_id] for each in items]),
    )
    mailing.link_id = issued[fitting.leading(items).invoice_id]
