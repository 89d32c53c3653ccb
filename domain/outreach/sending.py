"""Sending: the decision right before the wire, the text of the mail, and what became of it.

"Sending" is committed before the wire and "sent" after it. What is found in "sending" later was interrupted:
SMTP cannot be asked, so a letter that is harmless twice is sent again and a reminder is not.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from babel.dates import format_date

from domain import letters
from domain.deliverability import return_paths
from domain.deliverability.events import LetterRefused, LetterSent, LetterUncertain, LetterWithheld
from domain.deliverability.models import Mailing
from domain.deliverability.states import MailingState
from domain.kernel import addresses, locales, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.events import by
from domain.kernel.transactions import Transaction
from domain.ledger import receipts
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.receipts import IssuedReceipt
from domain.outreach import guardrails
from domain.pay_links import links

HARMLESS_TWICE = ("receipt", "new-link")
"""Letters that answer what the payer did: one too many helps, one too few is a complaint."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Addressed:
    """The envelope of a mail that may leave."""

    mailing_id: UUID
    to: str
    return_path: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail, ready for the wire."""

    mailing_id: UUID
    to: str
    to_name: str
    letter: letters.Letter
    message_id: str
    reply_to: str
    unsubscribe: str | None
    attachments: tuple[Attachment, ...]


async def addressed(core: Core, *, mailing_id: UUID) -> Addressed | None:
    """Return where a mail is to go, or None when nothing is to be sent; settles one that was interrupted."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        assert mailing is not None, "a mailing's job is queued with its row"
        match mailing.status:
            case MailingState.SENDING if mailing.letter not in HARMLESS_TWICE:
                await _lose_track(core, tx, mailing)
                return None
            case MailingState.QUEUED | MailingState.SENDING:
                return Addressed(
                    mailing.id, mailing.address, return_paths.bounce_address(core, **_signed(core, mailing))
                )
            case _:
                return None


async def begin(core: Core, *, mailing_id: UUID) -> OutgoingMail | None:
    """Check everything again, write the mail and commit "sending"; the caller hands the mail over at once.

    Called when the relay has accepted the recipient already, so that hardly anything can come between.
    Returns None when a guardrail forbids the mail now.
    """
    paid = (await Mailing.get(id=mailing_id)).payment_id
    receipt = await receipts.issued(core, payment_id=paid) if paid else None
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        assert mailing is not None, "a mailing is never removed"
        await Invoice.locked(id=mailing.invoice_id)
        if mailing.status is MailingState.QUEUED:
            if not await _cleared(core, tx, mailing):
                return None
        elif mailing.status is not MailingState.SENDING:
            return None
        return await _composed(core, mailing, receipt)


async def _cleared(core: Core, tx: Transaction, mailing: Mailing) -> bool:
    forbidden = await guardrails.objection(tx, mailing_id=mailing.id)
    if forbidden is not None:
        await mailing.move("withhold", reason=f"{mailing.reason}; not sent: {forbidden.reason}")
        await timeline.record(core, tx, LetterWithheld(**await _about(core, mailing), why=forbidden.reason))
        return False
    link_id = mailing.link_id
    if mailing.letter != "receipt":
        invoice = await Invoice.get(id=mailing.invoice_id)
        link_id = (await links.for_mailing(core, tx, invoice=invoice, contact_id=mailing.contact_id)).id
    await mailing.move("send", link_id=link_id)
    return True


async def _lose_track(core: Core, tx: Transaction, mailing: Mailing) -> None:
    await mailing.move("lose track", reason=f"{mailing.reason}; interrupted on the wire")
    about = await _about(core, mailing)
    await timeline.record(core, tx, LetterUncertain(**about))


async def delivered(core: Core, *, mailing_id: UUID) -> None:
    """Record that the relay took the mail."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or mailing.status is not MailingState.SENDING:
            return
        await mailing.move("deliver", sent_at=core.clock.now())
        await timeline.record(core, tx, LetterSent(**await _about(core, mailing), why=mailing.reason))


async def refused(core: Core, *, mailing_id: UUID, answer: str) -> None:
    """Record that the relay will never take the mail; *answer* is its code, without text."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or not Mailing.MACHINE.can(MailingState(mailing.state), "refuse"):
            return
        await mailing.move("refuse", reason=f"{mailing.reason}; refused by the relay: {answer}")
        about = await _about(core, mailing)
        about.pop("step")
        await timeline.record(core, tx, LetterRefused(**about, answer=answer))


async def postponed(core: Core, *, mailing_id: UUID) -> None:
    """Put the mail back: the relay did not take it and said, or showed, that it may later."""
    async with core.transaction():
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is not None and mailing.status is MailingState.SENDING:
            await mailing.move("requeue")


async def uncertain(core: Core, *, mailing_id: UUID) -> bool:
    """Settle a mail whose end nobody heard; return whether it should be tried again."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or mailing.status is not MailingState.SENDING:
            return False
        if mailing.letter in HARMLESS_TWICE:
            await mailing.move("requeue")
            return True
        await _lose_track(core, tx, mailing)
        return False


async def _about(core: Core, mailing: Mailing) -> dict[str, Any]:
    invoice = await Invoice.get(id=mailing.invoice_id)
    return {
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "account_id": invoice.account_id,
        "mailing_id": mailing.id,
        "letter": mailing.letter,
        "sent_to": addresses.masked(mailing.address),
        "step": mailing.step,
        **by(SYSTEM, core.clock.now()),
    }


def _signed(core: Core, mailing: Mailing) -> dict[str, Any]:
    return {"mailing_id": mailing.id, "day": core.clock.now().date()}


async def _composed(core: Core, mailing: Mailing, receipt: IssuedReceipt | None) -> OutgoingMail:
    invoice = await Invoice.get(id=mailing.invoice_id)
    account = await Account.get(id=mailing.account_id)
    contact = await Contact.get(id=mailing.contact_id)
    today = local_date(core.clock, core.merchant.zone)
    wanted = account.locale or core.merchant.locale
    locale = locales.formats(wanted, account.country or core.merchant.country, letters.LANGUAGE)
    fields = letters.Fields(
        customer_name=contact.name or account.name,
        invoice_number=invoice.number,
        invoice_total=invoice.total.format(locale),
        invoice_balance=invoice.balance.format(locale) if invoice.balance else "",
        due_date=_date(invoice.due_on, locale),
        days_overdue=days_past_due(invoice.due_on, today),
        pay_link=links.address(core, mailing.link_id) if mailing.link_id else "",
        link_expires=_date(today + links.IDLE_LIMIT, locale),
        amount_paid=receipt.amount.format(locale) if receipt else "",
        receipt_number=receipt.number if receipt else "",
        tone=mailing.tone,
        merchant_name=core.merchant.name,
        merchant_contact=core.merchant.contact,
    )
    attachments = (Attachment(f"{receipt.number}.pdf", "application/pdf", receipt.pdf),) if receipt else ()
    signed = _signed(core, mailing)
    return OutgoingMail(
        mailing_id=mailing.id,
        to=mailing.address,
        to_name=contact.name,
        letter=letters.render(mailing.letter, fields),
        message_id=mailing.message_id,
        reply_to=return_paths.reply_address(core, **signed),
        attachments=attachments,
        unsubscribe=return_paths.unsubscribe_address(core, **signed)
        if mailing.letter.startswith("reminder-")
        else None,
    )


def _date(day: date, locale: str) -> str:
    return format_date(day, format="long", locale=locale)
