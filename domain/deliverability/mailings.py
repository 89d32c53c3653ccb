"""Mailings: the record of each message that leaves, from queued to sent, withheld, refused or unknown."""

from uuid import UUID, uuid4

from domain.deliverability.models import Mailing
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger.models import Contact


async def queue(
    core: Core,
    tx: Transaction,
    *,
    unique_key: str,
    letter: str,
    invoice_id: UUID,
    contact: Contact,
    reason: str,
    payment_id: UUID | None = None,
    about_id: UUID | None = None,
) -> UUID | None:
    """Queue one message and its sending; return None when that message was queued before."""
    mailing_id = uuid4()
    row = await tx.row(
        "INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,"
        " message_id, payment_id, about_id, state, reason, queued_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (unique_key) DO NOTHING RETURNING id",
        (
            mailing_id,
            unique_key,
            letter,
            invoice_id,
            contact.account_id,
            contact.id,
            contact.email,
            contact.email_key,
            message_id(core, mailing_id),
            payment_id,
            about_id,
            Mailing.MACHINE.start.value,
            sentences.as_text(reason),
            core.clock.now(),
        ),
    )
    if row is None:
        return None
    await core.jobs.defer(tx, "send_mailing", mailing_id=str(mailing_id))
    return mailing_id


def message_id(core: Core, mailing_id: UUID) -> str:
    """Return the Message-ID: made from the row's id, so that a mail sent twice is recognisable as one."""
    return f"<{mailing_id}@{core.merchant.mail_domain}>"
