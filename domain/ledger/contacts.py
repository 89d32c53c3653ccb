"""Contacts: the people at a customer who get its mail, added and removed by hand."""

from enum import StrEnum
from uuid import uuid4

from domain.kernel import addresses, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.ledger import accounts, erased_addresses
from domain.ledger.events import ContactAdded, ContactRemoved
from domain.ledger.models import Contact
from domain.ledger.refusals import AddressUnmailable, ContactKnown, ContactNotFound

MOST_WORDS = 200


class ContactRole(StrEnum):
    """What a contact is for."""

    BILLING = "billing"
    ESCALATION = "escalation"
    OTHER = "other"


async def add(
    core: Core, *, account: str, email: str, actor: Actor, name: str = "", role: ContactRole = ContactRole.BILLING
) -> ContactAdded:
    """Add a contact to the customer of that number or name.

    Raises:
        NotAllowed: The actor may not work the queue.
        AccountNotFound: No customer fits.
        AccountUnclear: Several do.
        AddressMalformed: Not one e-mail address.
        ContactKnown: The customer has that address already.
        AddressErased: Its data were erased on request.
        AddressUnmailable: The address is suppressed.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        address = addresses.parsed(email)
        key, shown = addresses.key(address), addresses.masked(address)
        customer = await accounts.held(tx, text=account)
        if await Contact.exists(account_id=customer.id, email_key=key, state="active"):
            raise ContactKnown(customer.name, shown)
        if await erased_addresses.is_erased(core, tx, address=address):
            raise erased_addresses.AddressErased(shown)
        # read as a table, since its area stands above this one: an address that bounces is no contact to be found
        suppressed = await tx.row(
            "SELECT reason FROM suppression WHERE state = 'active' AND address_key = ANY(%s) LIMIT 1",
            ([key, "@" + key.rpartition("@")[2]],),
        )
        if suppressed is not None:
            raise AddressUnmailable(shown, suppressed["reason"])
        now = core.clock.now()
        contact = await Contact.create(
            id=uuid4(), account_id=customer.id, name=_clean(name), email=address, email_key=key, role=role.value,
            state=Contact.MACHINE.start.value, created_at=now,
        )  # fmt: skip
        event = ContactAdded(
            account_id=customer.id, account_name=customer.name, contact_id=contact.id, address=shown,
            role=role.value, **by(actor, now),
        )  # fmt: skip
        await timeline.record(core, tx, event)
    return event


async def remove(core: Core, *, account: str, email: str, actor: Actor) -> ContactRemoved:
    """Remove a contact of the customer of that number or name; what was mailed to it stays in the history.

    Raises:
        NotAllowed: The actor may not work the queue.
        AccountNotFound: No customer fits.
        AccountUnclear: Several do.
        ContactNotFound: The customer has no contact with that address.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        customer = await accounts.held(tx, text=account)
        contact = await Contact.locked(account_id=customer.id, email_key=addresses.key(email), state="active")
        if contact is None:
            raise ContactNotFound(customer.name, addresses.masked(email))
        await contact.move("remove")
        left = await Contact.filter(account_id=customer.id, state="active").count()
        event = ContactRemoved(
            account_id=customer.id, account_name=customer.name, contact_id=contact.id,
            address=addresses.masked(contact.email), left=left, **by(actor, core.clock.now()),
        )  # fmt: skip
        await timeline.record(core, tx, event)
    return event


def _clean(name: str) -> str:
    """Return the name on one line: it goes into the header of mails."""
    return " ".join("".join(each for each in name if each.isprintable()).split())[:MOST_WORDS]
