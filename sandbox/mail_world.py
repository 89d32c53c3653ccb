"""The mail world as a whole: boxes that fill with the product's mail, and answers that go back by real SMTP."""

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from email.errors import HeaderParseError
from email.utils import parseaddr

import aiohttp
import aiosmtplib

from sandbox import mail_answers, mail_reading
from sandbox.mail_answers import File, Letter, Sent
from sandbox.mail_reading import ReadMail
from sandbox.mail_sink import Sink
from sandbox.store import Json, Store
from sandbox.stripe_books import Clock

log = logging.getLogger(__name__)

SECONDS_TO_DELIVER = 15.0
AWAY = timedelta(days=7)

ACTS = {
    "user-unknown": "Bounced: user unknown",
    "mailbox-full": "Bounced: mailbox full",
    "spam-block": "Bounced: refused as spam",
    "delayed": "Delayed",
    "complain": "Complained",
    "away": "Out of office",
    "gone": "Left the company",
    "reply": "Replied",
    "unsubscribe": "Unsubscribed by mail",
    "one-click": "Unsubscribed by one click",
}
"""What a recipient can do with a mail, and how the page notes it."""


class NotDelivered(Exception):
    """Say that the product's inbound mail server did not take an answer, and what it said."""


class MailWorld:
    """Everything that stands in for other people's mail systems."""

    def __init__(
        self, store: Store, clock: Clock, *, inbound: Callable[[], tuple[str, int]], product_url: Callable[[], str]
    ) -> None:
        self._store, self._clock, self._inbound, self._product_url = store, clock, inbound, product_url
        self.sink = Sink(self._keep)

    def _keep(self, envelope_from: str, recipients: list[str], raw: bytes) -> str:
        """Put a mail into each recipient's box; return the id of the last."""
        mail = mail_reading.read(raw)
        mail_id = ""
        with self._store.changes():
            for recipient in recipients:
                mail_id = secrets.token_hex(8)
                self._store.put("mail.raw", mail_id, {"latin1": raw.decode("latin-1")})
                self._store.put(
                    "mail",
                    mail_id,
                    {
                        "id": mail_id,
                        "at": int(self._clock.now().timestamp()),
                        "envelope_from": envelope_from,
                        "recipient": recipient,
                        "subject": mail.subject,
                        "sender": parseaddr(mail.sender)[0] or mail.sender,
                        "preview": " ".join(mail.text.split())[:140],
                        "read": False,
                        "acts": [],
                        "attachments": [each.name for each in mail.attachments],
                    },
                    part=recipient.lower(),
                )
        return mail_id

    def boxes(self) -> list[tuple[str, int, int]]:
        """Return each address with how many mails it has and how many are unread; the latest first."""
        counts: dict[str, list[int]] = {}
        for mail in self._store.find("mail"):
            count = counts.setdefault(mail["recipient"].lower(), [0, 0])
            count[0] += 1
            count[1] += not mail["read"]
        return [(address, total, unread) for address, (total, unread) in counts.items()]

    def mails(self, *, recipient: str | None = None, limit: int = 200) -> list[Json]:
        """Return mails, newest first."""
        return self._store.find("mail", part=recipient.lower() if recipient else None, limit=limit)

    def count(self) -> int:
        """Return how many mails there are."""
        return self._store.count("mail")

    def unread(self) -> int:
        """Return how many mails nobody has looked at."""
        return sum(not mail["read"] for mail in self._store.find("mail"))

    def mail(self, mail_id: str) -> Json | None:
        """Return what the list shows of a mail, or None."""
        return self._store.get("mail", mail_id)

    def raw(self, mail_id: str) -> bytes:
        """Return a mail as it came over the wire; empty when it is not there."""
        kept = self._store.get("mail.raw", mail_id)
        return kept["latin1"].encode("latin-1") if kept else b""

    def read(self, mail_id: str) -> ReadMail:
        """Return a mail for reading."""
        return mail_reading.read(self.raw(mail_id))

    def mark_read(self, mail_id: str) -> None:
        """Note that somebody looked at a mail."""
        mail = self.mail(mail_id)
        if mail is not None and not mail["read"]:
            self._store.put("mail", mail_id, mail | {"read": True}, part=mail["recipient"].lower())

    async def bounce(self, mail_id: str, kind: str = "user-unknown") -> None:
        """Send a mail back: ``user-unknown``, ``mailbox-full``, ``spam-block`` or ``delayed``."""
        await self._answer(mail_id, kind, mail_answers.bounce(self._sent(mail_id), kind, at=self._clock.now()))

    async def complain(self, mail_id: str) -> None:
        """Press "this is spam"."""
        await self._answer(mail_id, "complain", mail_answers.complaint(self._sent(mail_id), at=self._clock.now()))

    async def be_away(self, mail_id: str) -> None:
        """Let the mailbox answer that its owner is away for a week."""
        now = self._clock.now()
        await self._answer(mail_id, "away", mail_answers.absence(self._sent(mail_id), until=now + AWAY, at=now))

    async def be_gone(self, mail_id: str) -> None:
        """Let the mailbox answer that its owner left the company."""
        await self._answer(mail_id, "gone", mail_answers.gone(self._sent(mail_id), at=self._clock.now()))

    async def reply(self, mail_id: str, text: str, *, file: File | None = None) -> None:
        """Reply as a person."""
        letter = mail_answers.reply(self._sent(mail_id), text, at=self._clock.now(), file=file)
        await self._answer(mail_id, "reply", letter)

    async def write(self, sender: str, recipient: str, *, subject: str, text: str) -> None:
        """Write to the product as anybody, without a mail that it answers.

        Raises:
            NotDelivered: One of the addresses is none, or the server refused.
        """
        try:
            letter = mail_answers.unasked(sender, recipient, subject=subject, text=text, at=self._clock.now())
        except (ValueError, IndexError, HeaderParseError):
            raise NotDelivered("Say from which address and to which address, such as postmaster@….") from None
        await self.deliver(letter)

    async def click_unsubscribe(self, mail_id: str) -> None:
        """Press "unsubscribe" where the mail program posts to the product's page (RFC 8058).

        Raises:
            NotDelivered: The mail offers no such page, or the product did not take it.
        """
        page = unsubscribe_page(self._sent(mail_id).raw)
        if not page.startswith(f"{self._product_url()}/"):
            raise NotDelivered("This mail offers no page of the product for that.")
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS_TO_DELIVER)) as http,
                http.post(page, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotDelivered(f"The product's page could not be reached ({type(error).__name__}).") from None
        if status >= 300:  # a mail program follows no redirection
            raise NotDelivered(f"The product's page answered {status}.")
        self._note(mail_id, "one-click")

    async def unsubscribe(self, mail_id: str) -> None:
        """Press "unsubscribe" in the mail program: a mail to the address in ``List-Unsubscribe``.

        Raises:
            NotDelivered: The mail offers no such address.
        """
        sent = self._sent(mail_id)
        address, subject = unsubscribe_address(sent.raw)
        if not address:
            raise NotDelivered("This mail offers no address for that.")
        await self._answer(
            mail_id, "unsubscribe", mail_answers.unsubscribe(sent, address, subject=subject, at=self._clock.now())
        )

    async def deliver(self, letter: Letter) -> None:
        """Hand a mail to the product's inbound server.

        Raises:
            NotDelivered: Nobody listens, or the server refused.
        """
        host, port = self._inbound()
        try:
            client = aiosmtplib.SMTP(
                hostname=host,
                port=port,
                start_tls=False,
                timeout=SECONDS_TO_DELIVER,
                local_hostname="mx1.sandbox.example",
            )
            async with client:  # step by step: the library's shortcut knows no empty sender, which bounces have
                await client.mail(letter.envelope_from)
                await client.rcpt(letter.recipient)
                await client.data(letter.raw)
        except aiosmtplib.SMTPResponseException as error:
            raise NotDelivered(f"The inbound server said {error.code}: {error.message}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotDelivered(f"The inbound server could not be reached ({type(error).__name__}).") from None

    def _sent(self, mail_id: str) -> Sent:
        mail = self.mail(mail_id)
        if mail is None:
            raise NotDelivered("There is no such mail.")
        return Sent(mail["envelope_from"], mail["recipient"], self.raw(mail_id))

    async def _answer(self, mail_id: str, act: str, letter: Letter) -> None:
        if not letter.recipient:
            raise NotDelivered("This mail has no return path; nothing can be sent back.")
        await self.deliver(letter)
        self._note(mail_id, act)

    def _note(self, mail_id: str, act: str) -> None:
        mail = self.mail(mail_id)
        if mail is not None:
            self._store.put("mail", mail_id, mail | {"acts": [*mail["acts"], act]}, part=mail["recipient"].lower())


def unsubscribe_page(raw: bytes) -> str:
    """Return the page for one click; empty when the mail does not say that one click is enough."""
    mail = mail_reading.parsed(raw)
    if "one-click" not in str(mail.get("List-Unsubscribe-Post", "")).lower():
        return ""
    places = (each.strip().strip("<>") for each in str(mail.get("List-Unsubscribe", "")).split(","))
    return next((each for each in places if each.lower().startswith(("https://", "http://"))), "")


def unsubscribe_address(raw: bytes) -> tuple[str, str]:
    """Return address and subject of a ``mailto:`` in ``List-Unsubscribe``; empty when there is none."""
    for entry in str(mail_reading.parsed(raw).get("List-Unsubscribe", "")).split(","):
        place = entry.strip().strip("<>")
        if place.lower().startswith("mailto:"):
            address, _, query = place[7:].partition("?")
            subject = next((part[8:] for part in query.split("&") if part.lower().startswith("subject=")), "")
            return address, subject.replace("%20", " ")
    return "", ""
