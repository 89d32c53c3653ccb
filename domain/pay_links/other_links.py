"""Other links: a payer in front of one invoice asks for a fresh link to another one that they are responsible for."""

from uuid import UUID

from domain.kernel import addresses
from domain.kernel.actor import payer
from domain.kernel.core import Core
from domain.ledger import invoices
from domain.ledger.models import Contact, Invoice
from domain.ledger.states import InvoiceState
from domain.pay_links import links, sessions
from domain.pay_links.companions import RESPONSIBLE
from domain.pay_links.refusals import LinkNotFound

_OTHER = f"""
    SELECT o.id, i.id AS own_id
    FROM portal_session s
    JOIN pay_link l ON l.id = s.link_id
    JOIN invoice i ON i.id = l.invoice_id
    JOIN contact c ON c.id = l.contact_id AND c.account_id = i.account_id
    LEFT JOIN invoice o ON o.number_key = %(number)s AND o.account_id = i.account_id AND o.id <> i.id AND {RESPONSIBLE}
    WHERE s.secret_hash = %(hash)s AND {sessions.ALIVE}
"""


async def send(core: Core, *, secret: str, number: str, browser: str | None = None) -> None:
    """Mail a fresh link to the invoice of that number, to this very contact; says nothing about what followed.

    Nothing follows for a number that is not theirs, an invoice without debt, or while a link is on its way.

    Raises:
        LinkNotFound: The session is over.
    """
    async with core.transaction() as tx:
        which = {"hash": sessions.secret_hash(secret), "number": invoices.number_key(number)}
        row = await tx.row(_OTHER, which | sessions.alive_parameters(core.clock.now()))
        if row is None:
            raise LinkNotFound
        other = await _both_locked(row["own_id"], row["id"])
        _, own = await sessions.acting(core.within(tx), secret=secret)
        contact = await Contact.get_or_none(id=own.contact_id, state="active")
        if other is None or contact is None or contact.account_id != other.account_id:
            return
        if other.status is InvoiceState.OPEN:
            asker = payer(contact.id, addresses.masked(contact.email))
            await links.give(core, tx, invoice=other, contact=contact, actor=asker, browser=browser)


async def _both_locked(own_id: UUID, other_id: UUID | None) -> Invoice | None:
    """Lock both invoices in the one order, since two payers may come from either side; return the other one."""
    locked = {}
    for each in sorted(filter(None, (own_id, other_id))):
        locked[each] = await Invoice.locked(id=each)
    return locked.get(other_id) if other_id else None
