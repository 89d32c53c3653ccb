"""Writing: queue the letter that an event calls for, once for each contact who should get it."""

from domain.deliverability import mailings
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger.events import PaymentReceived
from domain.ledger.models import Contact, Payment
from domain.pay_links.events import LinkRegenerated


async def write(core: Core, *, entry_id: int, letter: str) -> None:
    """Queue *letter* for the event of that timeline entry (the job ``write_letter``); safe to repeat."""
    event = (await timeline.entry(core, entry_id)).event
    async with core.transaction() as tx:
        match event:
            case PaymentReceived() if letter == "receipt":
                await _receipt(core, tx, event)
            case LinkRegenerated() if letter == "new-link":
                await _new_link(core, tx, event)
            case _:
                raise AssertionError(f"no letter {letter!r} follows from {event.kind}")


async def _receipt(core: Core, tx: Transaction, event: PaymentReceived) -> None:
    payment = await Payment.get(id=event.payment_id)
    if payment.source == "import" or payment.kind != "payment":
        return  # the ERP system that the file came from has its own receipts; a won chargeback had one
    contacts = Contact.filter(account_id=event.account_id, state="active")
    if event.contact_id is not None:
        contacts = contacts.filter(id=event.contact_id)
    for contact in await contacts.order_by("created_at", "id"):
        await mailings.queue(
            core,
            tx,
            unique_key=f"receipt:{payment.id}:{contact.id}",
            letter="receipt",
            invoice_id=event.invoice_id,
            contact=contact,
            payment_id=payment.id,
            reason=f"payment of {event.amount} received",
        )


async def _new_link(core: Core, tx: Transaction, event: LinkRegenerated) -> None:
    contact = await Contact.get_or_none(id=event.contact_id, state="active")
    if contact is not None:
        await mailings.queue(
            core,
            tx,
            unique_key=f"new-link:{event.link_id}",
            letter="new-link",
            invoice_id=event.invoice_id,
            contact=contact,
            reason="a new payment link was asked for",
        )
