"""Mailings and reports about them, made for tests."""

from datetime import date
from uuid import UUID, uuid4

from domain.deliverability import mailings, return_paths
from domain.deliverability.models import Mailing
from domain.kernel import addresses
from domain.kernel.core import Core
from domain.ledger.models import Contact
from tests import builders
from tests.clocks import START

TODAY: date = START.date()


async def a_mailing(core: Core, number: str = "INV-1042", *, address: str = "anna@acme.example") -> Mailing:
    """Store a reminder that left today, with its invoice and contact."""
    invoice = await builders.an_invoice(core, number, email=address)
    contact = await Contact.get(account_id=invoice.account_id)
    mailing_id = uuid4()
    return await Mailing.create(
        id=mailing_id,
        unique_key=f"test:{mailing_id}",
        letter="reminder-overdue",
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        contact_id=contact.id,
        address=address,
        address_key=addresses.key(address),
        message_id=mailings.message_id(core, mailing_id),
        state="sent",
        reason="step 3",
        step=3,
        queued_at=core.clock.now(),
        sent_at=core.clock.now(),
    )


async def another_mail(core: Core, mailing: Mailing) -> Mailing:
    """Store another reminder to the same contact, which leaves now."""
    mailing_id = uuid4()
    same = ("letter", "invoice_id", "account_id", "contact_id", "address", "address_key", "state", "reason", "step")
    return await Mailing.create(
        id=mailing_id,
        unique_key=f"test:{mailing_id}",
        message_id=mailings.message_id(core, mailing_id),
        queued_at=core.clock.now(),
        sent_at=core.clock.now(),
        **{name: getattr(mailing, name) for name in same},
    )


def bounce_path(core: Core, mailing_id: UUID, *, day: date = TODAY) -> str:
    """Return the return path of a mailing."""
    return return_paths.bounce_address(core, mailing_id=mailing_id, day=day)


def a_dsn(
    to: str,
    *,
    recipient: str = "anna@acme.example",
    status: str = "5.1.1",
    action: str = "failed",
    said: str = "550 5.1.1 <anna@acme.example>: Recipient address rejected: User unknown",
    message_id: str = "<x@elsewhere.example>",
) -> bytes:
    """Return a delivery report as Postfix writes it."""
    return f"""From: MAILER-DAEMON@mx.acme.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="ABC/mx.acme.example"

This is a MIME-encapsulated message.

--ABC/mx.acme.example
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{recipient}>: host mail.acme.example[192.0.2.7] said: {said}
    (in reply to RCPT TO command)

--ABC/mx.acme.example
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--ABC/mx.acme.example
Content-Type: message/rfc822

From: billing@northwind.example
To: {recipient}
Subject: Invoice
Message-ID: {message_id}

Please pay.

--ABC/mx.acme.example--
""".encode()


def a_complaint(
    *, tokens: str, recipient: str = "anna@acme.example", kind: str = "abuse", message_id: str = "<x@elsewhere.example>"
) -> bytes:
    """Return a feedback report (ARF) whose embedded mail carries the given Reply-To."""
    return f"""From: feedback@provider.example
Subject: complaint
To: fbl@mail.northwind.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=arf

--arf
Content-Type: text/plain

This is an abuse report.

--arf
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Some/1.0
Version: 1
Original-Rcpt-To: {recipient}

--arf
Content-Type: message/rfc822

From: billing@northwind.example
To: {recipient}
Reply-To: {tokens}
Message-ID: {message_id}
Subject: Invoice

Please pay.
--arf--
""".encode()


def a_letter(to: str, *, text: str = "We pay on Friday.", more: str = "") -> bytes:
    """Return what a person wrote."""
    return f"From: Anna <anna@acme.example>\nTo: {to}\nSubject: Re: Invoice\n{more}\n{text}\n".encode()
