"""Forwardings: a payer says who should pay instead; whom the merchant does not know gets a link after a person agreed.

Whoever is a contact of the customer already gets a link at once. Anybody else waits for an operator, and becomes a
contact that gets no reminders. The payer sees the same in each case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import addresses, card_numbers, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission, payer
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.ledger import contacts
from domain.ledger.contacts import ContactRole
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.refusals import NothingToPay
from domain.ledger.states import InvoiceState
from domain.ledger.twins import FREE_MAIL
from domain.pay_links import checkouts, links, sessions
from domain.pay_links.companions import FORWARDING_LIMIT
from domain.pay_links.forwarding_events import ForwardingApproved, ForwardingAsked, ForwardingDenied
from domain.pay_links.models import Forwarding
from domain.pay_links.refusals import (
    ForwardingDecided,
    ForwardingNotFound,
    ForwardingOld,
    ForwardingsWait,
    PaymentUnderWay,
)
from domain.pay_links.states import ForwardingState

MOST_WAITING = 5
"""Of one invoice at once; a payer who knows more people may call."""

AGAIN = timedelta(days=1)
"""So long after somebody was sent a link because of a wish, the same wish sends no other; it would fill a mailbox."""

LONGEST_NAME, LONGEST_NOTE = 100, 500

LISTED = 100


@dataclass(frozen=True, slots=True)
class WaitingForwarding:
    """A wish that waits for a person."""

    forwarding_id: UUID
    invoice_number: str
    account_name: str
    asked_by: str
    """The asking contact's address, masked."""
    name: str
    address: str
    """Masked."""
    known_domain: bool
    """Whether a contact of the customer has an address of the same domain, which not everybody can have."""
    note: str
    asked_at: datetime


async def ask(core: Core, *, secret: str, name: str, email: str, note: str = "") -> None:
    """Ask, from the payer's session, that somebody else gets a link of their own; says nothing about what follows.

    Raises:
        LinkNotFound: The session is over.
        AddressMalformed: Not one e-mail address.
        NothingToPay: Nothing is owed any more.
        PaymentUnderWay: All that is owed is on its way.
        ForwardingsWait: Enough people wait for an answer.
    """
    address = addresses.parsed(email)
    async with core.transaction() as tx:
        invoice, link = await sessions.acting(core.within(tx), secret=secret)
        if invoice.status is not InvoiceState.OPEN:
            raise NothingToPay(invoice.number, invoice.state)
        if await checkouts.under_way(invoice) >= invoice.balance:
            raise PaymentUnderWay(invoice.number)
        asker = await Contact.get(id=link.contact_id)
        key = addresses.key(address)
        if key == asker.email_key or await _waits(core, invoice, key):
            return
        wish = await _noted(core, invoice, asker, name=name, address=address, note=note)
        known = await Contact.get_or_none(account_id=invoice.account_id, email_key=key, state="active")
        if known is None:
            await _told(core, tx, invoice, asker, wish)
            return
        await wish.move("approve", contact_id=known.id, decided_by=SYSTEM.name, decided_at=core.clock.now())
        said = by(payer(asker.id, addresses.masked(asker.email)), core.clock.now())
        await timeline.record(core, tx, ForwardingApproved(**_about(invoice, wish), contact_id=known.id, **said))
        await links.give(core, tx, invoice=invoice, contact=known, actor=SYSTEM)


async def approve(core: Core, *, forwarding_id: UUID, actor: Actor) -> ForwardingApproved:
    """Let that person have a link: they become a contact that gets no reminders, and a link is mailed to them.

    Raises:
        NotAllowed: The actor may not handle links, or not work the queue.
        ForwardingNotFound: There is no such wish.
        ForwardingDecided: Somebody answered it.
        ForwardingOld: It was asked too long ago.
        NothingToPay: Nothing is owed any more.
        AddressUnmailable: The address is suppressed, and stays so.
    """
    async with core.transaction() as tx:
        _require(actor)
        await _customer_locked(forwarding_id)
        invoice, wish = await _locked(core, forwarding_id)
        if invoice.status is not InvoiceState.OPEN:
            raise NothingToPay(invoice.number, invoice.state)
        contact = await Contact.get_or_none(account_id=invoice.account_id, email_key=wish.email_key, state="active")
        if contact is None:
            added = await contacts.add(
                core.within(tx), account=str(invoice.account_id), email=wish.email, name=wish.name, actor=actor,
                role=ContactRole.OTHER,
            )  # fmt: skip
            contact = await Contact.get(id=added.contact_id)
        await wish.move("approve", contact_id=contact.id, decided_by=actor.name, decided_at=core.clock.now())
        event = ForwardingApproved(**_about(invoice, wish), contact_id=contact.id, **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
        await links.give(core, tx, invoice=invoice, contact=contact, actor=actor)
    return event


async def deny(core: Core, *, forwarding_id: UUID, actor: Actor) -> ForwardingDenied:
    """Say no: nobody is written to, and the payer's page says that it was declined.

    Raises:
        NotAllowed: The actor may not handle links, or not work the queue.
        ForwardingNotFound: There is no such wish.
        ForwardingDecided: Somebody answered it.
        ForwardingOld: It was asked too long ago.
    """
    async with core.transaction() as tx:
        _require(actor)
        invoice, wish = await _locked(core, forwarding_id)
        await wish.move("deny", decided_by=actor.name, decided_at=core.clock.now())
        event = ForwardingDenied(**_about(invoice, wish), **by(actor, core.clock.now()))
        await timeline.record(core, tx, event)
    return event


async def waiting(core: Core, *, invoice_id: UUID | None = None) -> tuple[WaitingForwarding, ...]:
    """Return the wishes that wait for a person, the oldest first: of one invoice, or of all."""
    rows = await core.database.rows(
        """
        SELECT f.id, f.name, f.email, f.note, f.created_at, i.number, a.name AS account_name, k.email AS asked_by,
               EXISTS (SELECT 1 FROM contact c WHERE c.account_id = a.id AND c.state = 'active'
                       AND split_part(c.email_key, '@', 2) = split_part(f.email_key, '@', 2)) AS known_domain
        FROM forwarding f JOIN invoice i ON i.id = f.invoice_id JOIN account a ON a.id = i.account_id
        JOIN contact k ON k.id = f.asked_by
        WHERE f.state = 'asked' AND f.created_at > %(since)s AND (%(invoice)s::uuid IS NULL OR i.id = %(invoice)s)
        ORDER BY f.created_at LIMIT %(most)s
        """,
        {"since": core.clock.now() - FORWARDING_LIMIT, "invoice": invoice_id, "most": LISTED},
    )
    return tuple(
        WaitingForwarding(
            forwarding_id=row["id"],
            invoice_number=row["number"],
            account_name=row["account_name"],
            asked_by=addresses.masked(row["asked_by"]),
            name=row["name"],
            address=addresses.masked(row["email"]),
            known_domain=row["known_domain"] and row["email"].rpartition("@")[2].lower() not in FREE_MAIL,
            note=row["note"],
            asked_at=row["created_at"],
        )
        for row in rows
    )


def _require(actor: Actor) -> None:
    actor.require(Permission.HANDLE_LINKS)
    actor.require(Permission.WORK_QUEUE)


async def _waits(core: Core, invoice: Invoice, key: str) -> bool:
    """Tell whether that address waits already or was sent a link a while ago; a wish that got too old makes room.

    Raises:
        ForwardingsWait: As many others wait as may.
    """
    open_ones = await Forwarding.filter(invoice_id=invoice.id, state=ForwardingState.ASKED.value).select_for_update()
    young = [each for each in open_ones if core.clock.now() - each.created_at < FORWARDING_LIMIT]
    for each in open_ones:
        if each not in young:
            await each.move("lapse")
    if any(each.email_key == key for each in young):
        return True
    given = {"invoice_id": invoice.id, "email_key": key, "state": ForwardingState.APPROVED.value}
    if await Forwarding.filter(**given, decided_at__gt=core.clock.now() - AGAIN).exists():
        return True
    if len(young) >= MOST_WAITING:
        raise ForwardingsWait(MOST_WAITING)
    return False


async def _noted(core: Core, invoice: Invoice, asker: Contact, *, name: str, address: str, note: str) -> Forwarding:
    return await Forwarding.create(
        id=uuid4(),
        invoice_id=invoice.id,
        asked_by=asker.id,
        name=_line(name, LONGEST_NAME),
        email=address,
        email_key=addresses.key(address),
        note=card_numbers.masked(_line(note, LONGEST_NOTE)),
        state=Forwarding.MACHINE.start.value,
        created_at=core.clock.now(),
    )


async def _told(core: Core, tx: Transaction, invoice: Invoice, asker: Contact, wish: Forwarding) -> None:
    said = by(payer(asker.id, addresses.masked(asker.email)), core.clock.now())
    until = wish.created_at + FORWARDING_LIMIT
    await timeline.record(core, tx, ForwardingAsked(**_about(invoice, wish), expires_at=until, **said))


async def _customer_locked(forwarding_id: UUID) -> None:
    """Lock the customer, who is about to get a contact, before the invoice: so does whoever merges customers."""
    wish = await Forwarding.get_or_none(id=forwarding_id)
    invoice = await Invoice.get(id=wish.invoice_id) if wish else None
    await Account.locked(id=invoice.account_id if invoice else links.NOBODY)


async def _locked(core: Core, forwarding_id: UUID) -> tuple[Invoice, Forwarding]:
    found = await Forwarding.get_or_none(id=forwarding_id)
    invoice = await Invoice.locked(id=found.invoice_id) if found else None
    wish = await Forwarding.locked(id=forwarding_id)
    if invoice is None or wish is None:
        raise ForwardingNotFound
    shown = addresses.masked(wish.email)
    if wish.state != ForwardingState.ASKED.value:
        raise ForwardingDecided(shown, wish.state, wish.decided_by or SYSTEM.name)
    if core.clock.now() - wish.created_at >= FORWARDING_LIMIT:
        raise ForwardingOld(shown, FORWARDING_LIMIT.days)
    return invoice, wish


def _about(invoice: Invoice, wish: Forwarding) -> dict[str, Any]:
    return {
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "account_id": invoice.account_id,
        "forwarding_id": wish.id,
        "name": wish.name,
        "address": addresses.masked(wish.email),
    }


def _line(text: str, most: int) -> str:
    """Return a text on one line: a name goes into the header of mails."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:most]
