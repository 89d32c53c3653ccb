"""The relay of the soak: a real SMTP server that takes mail, remembers it, and is out of order now and then."""

import asyncio
import random
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from enum import StrEnum

from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.kernel.clock import Clock
from tests.soak.record import Taken, numbers_in

HANG_SECONDS = 0.3


class Mood(StrEnum):
    """What the relay does with the next mails."""

    WELL = "well"
    GONE = "gone"
    """Every connection is closed before a word."""
    LATER = "later"
    """Recipients are answered 451."""
    FULL = "full"
    """The mail itself is answered 452, after it was sent."""
    SILENT = "silent"
    """The mail is neither taken nor refused: the connection ends."""
    MUTE = "mute"
    """The mail is taken, and the connection ends before the answer."""


class Relay:
    """A relay with a memory and moods."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock, self._chance = clock, random.Random(seed)
        self.mood = Mood.WELL
        self.taken: list[Taken] = []
        self.letters: list[Letter] = []
        """What payers may still answer; the newest few hundred."""
        self.dead: set[str] = set()
        """Recipients that the relay itself refuses for good."""
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Session(self), "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if self.mood is Mood.LATER and self._chance.random() < 0.8:
            return "451 4.3.0 come again"
        if address.casefold() in self.dead:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: "_Session", _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or do what the mood says."""
        if self.mood is Mood.FULL:
            return "452 4.2.2 no room"
        if self.mood is Mood.SILENT:
            await asyncio.sleep(HANG_SECONDS)
            server.hang_up()
            return "421 4.3.2 gone"
        self._remember(envelope)
        if self.mood is Mood.MUTE:
            await asyncio.sleep(HANG_SECONDS)
            server.hang_up()
        return "250 2.0.0 taken"

    def _remember(self, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        text = _text(mail)
        taken = Taken(
            at=self._clock.now(),
            recipient=envelope.rcpt_tos[0],
            message_id=str(mail["Message-ID"]).strip(),
            numbers=numbers_in(text),
            text="\n".join(line for line in text.splitlines() if any(map(str.isdigit, line))),
        )
        self.taken.append(taken)
        self.letters.append(Letter(envelope.mail_from or "", envelope.rcpt_tos[0], raw, taken.numbers))
        del self.letters[:-400]


class Letter:
    """A mail as it arrived, with its envelope: what payers bounce, answer and complain about."""

    __slots__ = ("envelope_from", "numbers", "raw", "recipient")

    def __init__(self, envelope_from: str, recipient: str, raw: bytes, numbers: frozenset[str]) -> None:
        self.envelope_from, self.recipient, self.raw, self.numbers = envelope_from, recipient, raw, numbers


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


class _Session(SMTP):
    """A session that can be cut."""

    def __init__(self, relay: Relay) -> None:
        super().__init__(relay, hostname="relay")
        self._relay = relay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session, or end it before it began."""
        if self._relay.mood is Mood.GONE:
            transport.close()
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End a session; one that never began has nothing to end."""
        if self.transport is not None or self._relay.mood is not Mood.GONE:
            super().connection_lost(error)

    def hang_up(self) -> None:
        """Cut the line."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
