"""Sessions: the one browser that a link is bound to, from the button that enters to the end of its life."""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import addresses, timeline
from domain.kernel.actor import payer
from domain.kernel.core import Core
from domain.kernel.events import InvoiceEvent, by
from domain.kernel.transactions import Transaction
from domain.ledger.models import Contact, Invoice
from domain.ledger.states import InvoiceState
from domain.pay_links import links, tokens
from domain.pay_links.events import LinkEntered, LinkTakenOver
from domain.pay_links.models import PayLink, PortalSession
from domain.pay_links.refusals import LinkNotFound
from domain.pay_links.states import LinkState, SessionState

ABSOLUTE_LIMIT = timedelta(days=30)
"""However busy a session is, a month later somebody else may sit at that browser."""

_PURPOSE = "portal session"

_TAKING_OVER = """
    SELECT FROM invoice WHERE id = (SELECT invoice_id FROM pay_link WHERE id = %s AND takes_over AND state = 'active')
    FOR UPDATE
"""
"""Whoever ends other links holds the invoice before any link, as a regeneration does."""

ALIVE = (
    "s.state = 'active' AND l.state IN ('used', 'closed') AND l.last_active_at > %(idle_since)s"
    " AND s.created_at > %(begun_after)s"
)
"""When a session ``s`` of a link ``l`` still opens the page: the one definition, asked on every request."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A browser that may see the invoice now."""

    secret: str = field(repr=False)
    """For the browser's cookie; only its hash is stored."""
    link_id: UUID


def secret_hash(secret: str) -> bytes:
    """Return the form in which a secret is stored; it has 256 bits, so a fast hash is enough."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def alive_parameters(now: datetime) -> dict[str, Any]:
    """Return the named parameters of ``ALIVE``."""
    return {"idle_since": now - links.IDLE_LIMIT, "begun_after": now - ABSOLUTE_LIMIT}


async def enter(core: Core, *, token: str, browser: str, secret: str | None = None) -> Entered:
    """Bind an unused link to this browser, or let the browser that it is bound to come back.

    *browser* is a random word that the browser got with the page of the button. The session's secret is made of it
    under our key, so the second click of a double click gets the very session of the first. *secret* is what the
    browser holds from an earlier visit, if anything.

    Raises:
        LinkNotFound: Made up, expired, replaced, bound to or kept for another browser; which of these is not said.
    """
    link_id = tokens.read(core.keys, token) or links.NOBODY
    secrets = _secrets(core, link_id, browser)
    async with core.transaction() as tx:
        now = core.clock.now()
        await tx.execute(_TAKING_OVER, (link_id,))
        link = await PayLink.locked(id=link_id)
        session = await PortalSession.get_or_none(link_id=link_id)
        if link is None or links.expired(link, now) or link.status is LinkState.REPLACED:
            raise LinkNotFound
        if link.status is LinkState.ACTIVE:
            if links.kept_from(link, browser, now):
                raise LinkNotFound
            await _bind(core, tx, link, secrets[0])
            return Entered(secrets[0], link.id)
        known = _known(session, [*secrets, secret] if secret else secrets)
        if session is None or known is None or not _continues(session, now):
            raise LinkNotFound
        await PayLink.filter(id=link.id).update(last_active_at=now)
        return Entered(known, link.id)


async def acting(core: Core, *, secret: str) -> tuple[Invoice, PayLink]:
    """Return the invoice, locked, and the link of a living session, and count this as activity.

    A step of the caller's transaction.

    Raises:
        LinkNotFound: No session of ours, or not any more.
    """
    session = await PortalSession.get_or_none(secret_hash=secret_hash(secret))
    link = await PayLink.get_or_none(id=session.link_id) if session else None
    invoice = await Invoice.locked(id=link.invoice_id) if link else None
    if session is None or link is None or invoice is None:
        raise LinkNotFound
    now = core.clock.now()
    link = await PayLink.locked(id=link.id)
    session = await PortalSession.get(id=session.id)  # read again: a regeneration may have come before our lock
    if link is None or links.expired(link, now) or link.status is LinkState.REPLACED or not _continues(session, now):
        raise LinkNotFound
    await PayLink.filter(id=link.id).update(last_active_at=now)
    return invoice, link


async def request_fresh(core: Core, *, secret: str, browser: str | None = None) -> None:
    """Send a fresh link to the address on file, for a browser whose session is dead; says nothing about the outcome."""
    row = await core.database.row("SELECT link_id FROM portal_session WHERE secret_hash = %s", (secret_hash(secret),))
    await links.send_fresh(core, link_id=row["link_id"] if row else None, browser=browser)


async def _bind(core: Core, tx: Transaction, link: PayLink, secret: str) -> None:
    now = core.clock.now()
    invoice = await Invoice.get(id=link.invoice_id)
    contact = await Contact.get(id=link.contact_id)
    await link.move("use", last_active_at=now)
    await PortalSession.create(
        id=uuid4(),
        link_id=link.id,
        secret_hash=secret_hash(secret),
        state=PortalSession.MACHINE.start.value,
        created_at=now,
    )
    event = LinkEntered(
        invoice_id=invoice.id,
        invoice_number=invoice.number,
        account_id=invoice.account_id,
        link_id=link.id,
        contact_id=contact.id,
        **by(payer(contact.id, addresses.masked(contact.email)), now),
    )
    if invoice.status is not InvoiceState.TEST:  # nobody came; it is the product that looks whether one could
        await timeline.record(core, tx, event)
    earlier = await links.end_earlier(link) if link.takes_over else ()
    if earlier:
        about = event.model_dump(include=set(InvoiceEvent.model_fields) | {"link_id", "contact_id"})
        await timeline.record(core, tx, LinkTakenOver(**about, replaced_link_ids=earlier))


def _secrets(core: Core, link_id: UUID, browser: str) -> list[str]:
    """Return the secret that this browser has for this link under each of our keys, the newest first."""
    payload = link_id.bytes + browser.encode("utf-8", "surrogatepass")
    made = [core.keys.signature(key, purpose=_PURPOSE, payload=payload, length=32) for key in core.keys.keys]
    return [base64.urlsafe_b64encode(each).decode("ascii").rstrip("=") for each in made]


def _known(session: PortalSession | None, secrets: list[str]) -> str | None:
    stored = bytes(session.secret_hash) if session else b""
    return next((each for each in secrets if hmac.compare_digest(secret_hash(each), stored)), None)


def _continues(session: PortalSession, now: datetime) -> bool:
    return session.status is SessionState.ACTIVE and now - session.created_at < ABSOLUTE_LIMIT
