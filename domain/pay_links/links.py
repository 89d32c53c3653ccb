"""Links: issued for a mailing, replaced on request, closed when nothing is owed; an address is made, never stored."""

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from domain.commitments import payable
from domain.kernel import addresses, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission, payer
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from domain.ledger.models import Contact, Invoice
from domain.ledger.refusals import NothingToPay
from domain.ledger.states import InvoiceState
from domain.pay_links import tokens
from domain.pay_links.events import LinkRegenerated, LinksClosed
from domain.pay_links.models import PayLink, PortalSession
from domain.pay_links.refusals import NoContact
from domain.pay_links.states import LinkState, SessionState

IDLE_LIMIT = timedelta(days=7)
"""A link that nobody mailed, entered or used for a week is forgotten in some mailbox, where others may find it."""

FRESH_PAUSE = timedelta(minutes=5)
"""A link that was made a moment ago and is unused is still on its way to the payer; a second one would only kill it."""

KEPT = FRESH_PAUSE
"""So long a link that browsers asked for can be used by those only: scanners that press every button of a mail do so
within moments, and would use up one link after the other before its reader comes."""

KEPT_FOR_MOST = 5
"""Browsers for which one link is kept; each of them asked."""

NOBODY = UUID(int=0)
"""An id that no row has: what we did not sign is looked up like what we did, so both take the same time."""

_LIVE = (LinkState.ACTIVE.value, LinkState.USED.value)

InvoiceOfContact = tuple[UUID, UUID]
"""An invoice, and the contact who is to have a link to it."""

_ISSUED = """
    INSERT INTO pay_link AS l (id, invoice_id, contact_id, state, issued_at, last_active_at)
    SELECT id, invoice_id, contact_id, %(start)s, %(now)s, %(now)s
    FROM unnest(%(new)s::uuid[], %(invoices)s::uuid[], %(contacts)s::uuid[]) AS new (id, invoice_id, contact_id)
    ON CONFLICT (invoice_id, contact_id) WHERE state = 'active'
    DO UPDATE SET last_active_at = %(now)s WHERE l.last_active_at > %(idle_since)s
    RETURNING id, invoice_id, contact_id
"""
"""Returns nothing for a pair whose unused link lay idle for too long: that one is replaced first."""

_UNUSED = """
    SELECT l.id FROM unnest(%(invoices)s::uuid[], %(contacts)s::uuid[]) AS wanted (invoice_id, contact_id)
    JOIN pay_link l ON l.invoice_id = wanted.invoice_id AND l.contact_id = wanted.contact_id
    WHERE l.state = 'active' ORDER BY l.id FOR UPDATE OF l
"""


def address(core: Core, link_id: UUID) -> str:
    """Return where the link leads; made anew for each reading, since stored nowhere."""
    return f"{core.merchant.public_url}/l/{tokens.issue(core.keys, link_id)}"


def expired(link: PayLink, now: datetime) -> bool:
    """Tell whether the link lay idle for too long."""
    return now - link.last_active_at >= IDLE_LIMIT


async def regenerate(
    core: Core, *, invoice_number: str, actor: Actor, contact_id: UUID | None = None
) -> LinkRegenerated:
    """Make a new link and mail it; every earlier one stops at once, with its browser session.

    Without a contact all links of the invoice stop, and the new one goes to whoever used one last, else to the
    customer's first contact. With a contact only that contact's links stop.

    Raises:
        NotAllowed: The actor may not handle links.
        InvoiceNotFound: No invoice has that number.
        NothingToPay: The invoice is settled, void or written off.
        NoContact: Nobody on file can be sent a link.
    """
    async with core.transaction() as tx:
        actor.require(Permission.HANDLE_LINKS)
        invoice = await invoices.locked(invoice_number)
        contact = await _addressee(tx, invoice, contact_id)
        return await _replace(core, tx, invoice, contact, actor, only_theirs=contact_id is not None)


def browser_hash(browser: str) -> bytes:
    """Return the form in which a browser's random word is stored."""
    return sha256(browser.encode("utf-8", "surrogatepass")).digest()


def kept_from(link: PayLink, browser: str, now: datetime) -> bool:
    """Tell whether other browsers asked for this link, and are still waited for."""
    if link.kept_for is None or now - link.issued_at >= KEPT:
        return False
    known, mine = bytes(link.kept_for), browser_hash(browser)
    return not any(hmac.compare_digest(known[at : at + len(mine)], mine) for at in range(0, len(known), len(mine)))


async def request_fresh(core: Core, *, token: str, browser: str | None = None) -> None:
    """Send a fresh link to the address on file, for a payer whose own link is dead, and keep it for that browser.

    Says nothing about what happened: whoever asks may be a stranger with an old mail. Nothing happens for a token
    that is not ours, an invoice without debt, a removed contact, or while a fresh link is on its way.
    """
    await send_fresh(core, link_id=tokens.read(core.keys, token), browser=browser)


async def send_fresh(core: Core, *, link_id: UUID | None, browser: str | None = None) -> None:
    """Replace the links of that link's own contact and mail the new one, where there is reason to."""
    async with core.transaction() as tx:
        dead = await PayLink.get_or_none(id=link_id or NOBODY)
        invoice = await Invoice.locked(id=dead.invoice_id if dead else NOBODY)
        contact = await Contact.get_or_none(id=dead.contact_id if dead else NOBODY, state="active")
        if invoice is None or contact is None or invoice.status is not InvoiceState.OPEN:
            return
        asker = payer(contact.id, addresses.masked(contact.email))
        await give(core, tx, invoice=invoice, contact=contact, actor=asker, browser=browser)


async def give(
    core: Core, tx: Transaction, *, invoice: Invoice, contact: Contact, actor: Actor, browser: str | None = None
) -> LinkRegenerated | None:
    """Mail this contact a link of their own in place of their earlier ones, unless one is on its way.

    Whoever asks may be a stranger with an old mail, so a browser in which the contact is reading goes on until the
    mailed link is entered (``sessions.enter``). A step of a transaction that holds the invoice's lock.
    """
    unused = await PayLink.get_or_none(invoice_id=invoice.id, contact_id=contact.id, state=LinkState.ACTIVE.value)
    if unused is not None and core.clock.now() - unused.issued_at < FRESH_PAUSE:
        await _keep(unused, browser, core.clock.now())
        return None
    kept_for = browser_hash(browser) if browser else None
    return await _replace(core, tx, invoice, contact, actor, only_theirs=True, takes_over=True, kept_for=kept_for)


async def end_earlier(link: PayLink) -> tuple[UUID, ...]:
    """End the sessions of the same contact's earlier links, and replace those that live; return what was replaced.

    A step of a transaction that holds the invoice's lock.
    """
    which = {"invoice_id": link.invoice_id, "contact_id": link.contact_id, "issued_at__lte": link.issued_at}
    return await _ended(await PayLink.filter(**which).exclude(id=link.id).select_for_update())


async def _keep(link: PayLink, browser: str | None, now: datetime) -> None:
    """Let one more browser use a link that is kept: the reader may have asked after somebody else, or elsewhere."""
    if browser is None or link.kept_for is None or not kept_from(link, browser, now):
        return
    hashes = bytes(link.kept_for) + browser_hash(browser)
    if len(hashes) <= KEPT_FOR_MOST * len(browser_hash(browser)):
        await PayLink.filter(id=link.id).update(kept_for=hashes)


async def for_mailing(core: Core, tx: Transaction, *, invoice: Invoice, contact_id: UUID) -> PayLink:
    """Return the link to put into a mail: the unused one while it is alive, else a new one. A used one is left alone.

    A step of the caller's transaction.
    """
    await tx.execute("SELECT 1 FROM invoice WHERE id = %s FOR UPDATE", (invoice.id,))
    issued = await for_each(core, tx, [(invoice.id, contact_id)])
    return await PayLink.get(id=issued[invoice.id, contact_id])


async def for_each(core: Core, tx: Transaction, wanted: Collection[InvoiceOfContact]) -> dict[InvoiceOfContact, UUID]:
    """Return, for each invoice and contact, the id of the link: the unused one while it is alive, else a new one.

    A step of a transaction that holds the invoices' locks.
    """
    now = core.clock.now()
    issued: dict[InvoiceOfContact, UUID] = {}
    lacking = list(dict.fromkeys(wanted))
    while lacking:
        rows = await tx.rows(_ISSUED, _parameters(lacking, now))
        issued |= {(row["invoice_id"], row["contact_id"]): row["id"] for row in rows}
        lacking = [pair for pair in lacking if pair not in issued]
        if lacking:
            dead = await tx.rows(_UNUSED, _parameters(lacking, now))
            await PayLink.move_all("replace", ids=[row["id"] for row in dead], before=LinkState.ACTIVE)
    return issued


async def close(core: Core, *, entry_id: int) -> None:
    """Close the links of the invoice that this timeline entry settled (the job ``close_links``); safe to repeat.

    Sessions stay: whoever paid may come back for the receipt.
    """
    invoice_id = (await timeline.entry(core, entry_id)).event.invoice_ref
    async with core.transaction() as tx:
        invoice = await Invoice.locked(id=invoice_id)
        if invoice is None or invoice.status is InvoiceState.OPEN:
            return
        live = await PayLink.filter(invoice_id=invoice.id, state__in=_LIVE).select_for_update()
        if not live:
            return
        event = LinksClosed(
            invoice_id=invoice.id,
            invoice_number=invoice.number,
            account_id=invoice.account_id,
            link_ids=tuple([(await link.move("close")).id for link in live]),
            **by(SYSTEM, core.clock.now()),
        )
        await timeline.record(core, tx, event)


async def _addressee(tx: Transaction, invoice: Invoice, contact_id: UUID | None) -> Contact:
    row = await tx.row(
        "SELECT c.id FROM contact c"
        " LEFT JOIN LATERAL (SELECT max(l.last_active_at) AS at FROM pay_link l"
        "                    WHERE l.invoice_id = %(invoice)s AND l.contact_id = c.id) used ON true"
        " WHERE c.account_id = %(account)s AND c.state = 'active' AND (%(contact)s::uuid IS NULL OR c.id = %(contact)s)"
        " ORDER BY used.at DESC NULLS LAST, c.created_at, c.id LIMIT 1",
        {"invoice": invoice.id, "account": invoice.account_id, "contact": contact_id},
    )
    if row is None:
        raise NoContact(invoice.number)
    return await Contact.get(id=row["id"])


async def _replace(
    core: Core,
    tx: Transaction,
    invoice: Invoice,
    contact: Contact,
    actor: Actor,
    *,
    only_theirs: bool,
    takes_over: bool = False,
    kept_for: bytes | None = None,
) -> LinkRegenerated:
    if invoice.status is not InvoiceState.OPEN:
        raise NothingToPay(invoice.number, invoice.state)
    now = core.clock.now()
    theirs = {"contact_id": contact.id} if only_theirs else {}
    unused = {"state": LinkState.ACTIVE.value} if takes_over else {}
    replaced = await _ended(await PayLink.filter(invoice_id=invoice.id, **theirs, **unused).select_for_update())
    link = _fresh(invoice.id, contact.id, now)
    link.takes_over, link.kept_for = takes_over, kept_for
    await link.save(force_create=True)
    today = local_date(core.clock, core.merchant.zone)
    event = LinkRegenerated(
        invoice_id=invoice.id,
        invoice_number=invoice.number,
        account_id=invoice.account_id,
        link_id=link.id,
        contact_id=contact.id,
        replaced_link_ids=replaced,
        takes_over=takes_over,
        amount_due=(await payable.of(tx, invoice_id=invoice.id, today=today)).amount,
        balance=invoice.balance,
        sent_to=addresses.masked(contact.email),
        expires_at=now + IDLE_LIMIT,
        **by(actor, now),
    )
    await timeline.record(core, tx, event)
    return event


async def _ended(earlier: Sequence[PayLink]) -> tuple[UUID, ...]:
    """End every session of those links, also of closed ones, in which a payer may still be reading; replace the rest.

    Returns the ids of the links that were replaced.
    """
    alive = PortalSession.filter(link_id__in=[link.id for link in earlier], state=SessionState.ACTIVE.value)
    for session in await alive.select_for_update():
        await session.move("end")
    return tuple([(await link.move("replace")).id for link in earlier if link.state in _LIVE])


def _parameters(pairs: Sequence[InvoiceOfContact], now: datetime) -> dict[str, Any]:
    return {
        "start": PayLink.MACHINE.start.value,
        "now": now,
        "idle_since": now - IDLE_LIMIT,
        "new": [uuid4() for _ in pairs],
        "invoices": [invoice for invoice, _ in pairs],
        "contacts": [contact for _, contact in pairs],
    }


def _fresh(invoice_id: UUID, contact_id: UUID, now: datetime) -> PayLink:
    return PayLink(
        id=uuid4(),
        invoice_id=invoice_id,
        contact_id=contact_id,
        state=PayLink.MACHINE.start.value,
        issued_at=now,
        last_active_at=now,
    )
