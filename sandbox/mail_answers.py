"""What comes back by mail: bounces, complaints, absences and replies, built as real mail systems build them."""

import mimetypes
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from sandbox import mail_reading


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that the product sent, with its envelope."""

    envelope_from: str
    recipient: str
    raw: bytes

    @property
    def domain(self) -> str:
        """The recipient's domain."""
        return self.recipient.rpartition("@")[2] or "mail.example"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that goes to the product, with its envelope."""

    envelope_from: str
    recipient: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody sends along."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BounceKind:
    """One reason for which mail comes back."""

    status: str
    diagnostic: str
    action: str = "failed"


BOUNCES: dict[str, BounceKind] = {
    "user-unknown": BounceKind("5.1.1", "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"),
    "mailbox-full": BounceKind("4.2.2", "452 4.2.2 <{recipient}>: The recipient's mailbox is over its quota"),
    "spam-block": BounceKind("5.7.1", "550 5.7.1 Message rejected due to content or sender reputation"),
    "delayed": BounceKind("4.4.1", "connect to mx1.{domain}[192.0.2.25]:25: Connection timed out", "delayed"),
}


def bounce(sent: Sent, kind: str, *, at: datetime) -> Letter:
    """Return a delivery status notification (RFC 3464) to the mail's return path, from nobody."""
    reason = BOUNCES[kind]
    diagnostic = reason.diagnostic.format(recipient=sent.recipient, domain=sent.domain)
    delayed = reason.action == "delayed"
    end = "It will be tried for some days more." if delayed else "It could not be delivered."
    words = (
        f"This is the mail system at host mx1.{sent.domain}.\n\nYour message is returned below. {end}\n\n"
        f"<{sent.recipient}>: {diagnostic}\n"
    )
    status = (
        f"Reporting-MTA: dns; mx1.{sent.domain}\nArrival-Date: {format_datetime(at)}\n\n"
        f"Original-Recipient: rfc822;{sent.recipient}\nFinal-Recipient: rfc822; {sent.recipient}\n"
        f"Action: {reason.action}\nStatus: {reason.status}\nRemote-MTA: dns; mx1.{sent.domain}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n"
    )
    return Letter(
        "",
        sent.envelope_from,
        _report(
            "delivery-status",
            sender=f"Mail Delivery System <MAILER-DAEMON@{sent.domain}>",
            to=sent.envelope_from,
            at=at,
            subject="Delayed Mail (still being retried)" if delayed else "Undelivered Mail Returned to Sender",
            domain=sent.domain,
            extra="Auto-Submitted: auto-replied\n",
            parts=[
                ("text/plain; charset=utf-8", _wire(words)),
                ("message/delivery-status", _wire(status)),
                ("text/rfc822-headers", mail_reading.header_block(sent.raw)),
            ],
        ),
    )


def complaint(sent: Sent, *, at: datetime) -> Letter:
    """Return an abuse report (RFC 5965) to the sender's feedback address, with the mail as it was delivered."""
    ours = sent.envelope_from.rpartition("@")[2]
    fields = (
        f"Feedback-Type: abuse\nUser-Agent: SandboxMail/1.0\nVersion: 1\n"
        f"Original-Mail-From: <{sent.envelope_from}>\nOriginal-Rcpt-To: <{sent.recipient}>\n"
        f"Arrival-Date: {format_datetime(at)}\nReported-Domain: {ours}\nSource-IP: 192.0.2.10\n"
    )
    delivered = b"Return-Path: <" + sent.envelope_from.encode() + b">\r\n" + sent.raw
    return Letter(
        f"fbl@{sent.domain}",
        f"fbl@{ours}",
        _report(
            "feedback-report",
            sender=f"Feedback Loop <fbl@{sent.domain}>",
            to=f"fbl@{ours}",
            at=at,
            subject="Complaint about a message",
            domain=sent.domain,
            extra="",
            parts=[
                (
                    "text/plain; charset=utf-8",
                    _wire("This is an email abuse report for a message received from you.\n"),
                ),
                ("message/feedback-report", _wire(fields)),
                ("message/rfc822", delivered),
            ],
        ),
    )


def absence(sent: Sent, *, until: datetime, at: datetime) -> Letter:
    """Return an automatic reply (RFC 3834): out of office until a day, to the return path, from nobody."""
    original = mail_reading.read(sent.raw)
    answer = _plain_answer(
        sent,
        to=sent.envelope_from,
        subject=f"Automatic reply: {original.subject}",
        at=at,
        text=(f"Thank you for your message. I am out of the office until {until:%d %B %Y} and will answer then.\n"),
    )
    answer["Auto-Submitted"] = "auto-replied"
    answer["X-Auto-Response-Suppress"] = "All"
    return Letter("", sent.envelope_from, answer.as_bytes())


def gone(sent: Sent, *, at: datetime) -> Letter:
    """Return an automatic reply (RFC 3834): whoever had the mailbox left, and somebody else is to be written to."""
    original = mail_reading.read(sent.raw)
    text = (
        f"Thank you for your message. I am no longer with the company.\n\n"
        f"Please write to accounts@{sent.domain} instead.\n"
    )
    answer = _plain_answer(
        sent, to=sent.envelope_from, subject=f"Automatic reply: {original.subject}", at=at, text=text
    )
    answer["Auto-Submitted"] = "auto-replied"
    return Letter("", sent.envelope_from, answer.as_bytes())


def reply(sent: Sent, text: str, *, at: datetime, file: File | None = None) -> Letter:
    """Return a person's reply, with the mail quoted below and perhaps a file."""
    original = mail_reading.read(sent.raw)
    to = parseaddr(original.reply_to)[1] or parseaddr(original.sender)[1] or sent.envelope_from
    subject = original.subject if original.subject.lower().startswith("re:") else f"Re: {original.subject}"
    quoted = "\n".join(f"> {line}".rstrip() for line in original.text.splitlines()[:200])
    body = f"{text.rstrip()}\n\nOn {original.date}, {original.sender} wrote:\n{quoted}\n"
    answer = _plain_answer(sent, to=to, subject=subject, text=body, at=at)
    if file is not None:
        main, _, sub = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
        answer.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return Letter(sent.recipient, to, answer.as_bytes())


def unasked(sender: str, recipient: str, *, subject: str, text: str, at: datetime) -> Letter:
    """Return a mail that answers none of ours."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = Address(addr_spec=sender), Address(addr_spec=recipient)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = at
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail.set_content(f"{text.rstrip()}\n", cte="quoted-printable")
    return Letter(sender, recipient, mail.as_bytes())


def unsubscribe(sent: Sent, address: str, *, subject: str, at: datetime) -> Letter:
    """Return the mail that a reader's own "unsubscribe" button sends."""
    answer = _plain_answer(sent, to=address, subject=subject or "unsubscribe", text="unsubscribe\n", at=at)
    return Letter(sent.recipient, address, answer.as_bytes())


def _plain_answer(sent: Sent, *, to: str, subject: str, text: str, at: datetime) -> EmailMessage:
    original = mail_reading.read(sent.raw)
    answer = EmailMessage(policy=SMTP)
    name = original.recipient.rpartition("<")[0].strip(' "')
    answer["From"] = Address(display_name=name, addr_spec=sent.recipient) if name else sent.recipient
    answer["To"] = to
    answer["Subject"] = " ".join(subject.split())
    answer["Date"] = at
    answer["Message-ID"] = make_msgid(domain=sent.domain)
    if original.message_id:
        answer["In-Reply-To"] = original.message_id
        answer["References"] = original.message_id
    answer.set_content(text, cte="quoted-printable")
    return answer


def _report(
    kind: str,
    *,
    sender: str,
    to: str,
    subject: str,
    domain: str,
    at: datetime,
    extra: str,
    parts: list[tuple[str, bytes]],
) -> bytes:
    """Put a report together byte for byte: what is sent back must be what was sent."""
    boundary = f"=_{secrets.token_hex(12)}"
    head = (
        f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: {format_datetime(at)}\n"
        f"Message-ID: {make_msgid(domain=domain)}\n{extra}MIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind};\n boundary="{boundary}"\n\n'
    )
    wire = _wire(head)
    for content_type, content in parts:
        encoding = "7bit" if content.isascii() else "8bit"
        wire += _wire(f"--{boundary}\nContent-Type: {content_type}\nContent-Transfer-Encoding: {encoding}\n\n")
        wire += content + b"\r\n"  # the boundary's own line break
    return wire + _wire(f"--{boundary}--\n")


def _wire(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()
