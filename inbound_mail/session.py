"""One SMTP session: bytes in, answers out, within its limits on memory and time.

A session goes through stages. Bytes are commands, or a mail, or wait while a mail is stored; nothing is parsed twice
and no task is started for a session, so that thousands of idle ones cost little and a slow one keeps nobody waiting.
"""

import asyncio
import logging
from enum import Enum, auto

from domain.deliverability.inbound import Arrival
from inbound_mail import answers, proxy_header, rates
from inbound_mail.connection import Connection
from inbound_mail.dialogue import Answer, Dialogue, Then
from inbound_mail.doorkeeper import Doorkeeper
from inbound_mail.encryption import Encryption
from inbound_mail.intake import Fate, Flooded, Intake

log = logging.getLogger(__name__)

TURN = 64
"""Commands that one session is answered before the others have their turn."""


class Stage(Enum):
    """What the next bytes are."""

    PROXY = auto()
    COMMANDS = auto()
    MAIL = auto()
    STORING = auto()
    HANDSHAKE = auto()


class MailSession(Connection):
    """A session whose memory and time are bounded in every stage, and which says 451 for every fault of ours."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper, self._limits = keeper, keeper.limits
        super().__init__(
            keeper.loop, parting_seconds=keeper.limits.parting_seconds, unread_bytes=keeper.limits.unread_bytes
        )
        self._stage = Stage.COMMANDS
        self._peer = self._proxy = ""
        self._dialogue: Dialogue | None = None
        self._intake: Intake | None = None
        self._storing: asyncio.Future[None] | None = None
        self._handshake: asyncio.Task[None] | None = None
        self._mail_until = self._session_until = 0.0
        self._leaving = False

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet a sender, wait for its proxy's word, or send it away."""
        super().connection_made(transport)
        self._peer = rates.address(self._peer_address())
        self._session_until = self._mail_until = self._now() + self._limits.session_seconds
        if refusal := self._keeper.refuses(self):
            self._part(refusal)
        elif self._keeper.is_proxy(self._peer):
            self._stage = Stage.PROXY
            self._wait(self._limits.proxy_seconds)
        else:
            self._greet()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the session; a mail that is being stored is stored all the same."""
        super().connection_lost(error)
        if self._stage is Stage.MAIL:
            self._let_go()
        self._keeper.forgets(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes: a mail's go to its intake, all else waits for its turn."""
        if self._ended:
            return
        if self._stage is Stage.MAIL:
            self._feed(data)
        else:
            self._buffer += data
            self._go_on()

    def eof_received(self) -> bool:
        """End the session, but not before the answer to a mail that is being stored."""
        if self._stage is Stage.STORING and self._dialogue is not None and not self._dialogue.encrypted:
            self._leaving = True
            return True
        return False

    # the doorkeeper calls these

    def leave(self) -> None:
        """End the session: at once when it is idle, after its answer when a mail is under way."""
        self._leaving = True
        if self._stage is Stage.HANDSHAKE:
            self.cut_off()
        elif self._stage not in (Stage.MAIL, Stage.STORING):
            self._part(answers.STOPPING)

    # commands

    def _go_on(self) -> None:
        """Do what the waiting bytes ask for, some commands at a time; read no more while many wait."""
        if self._stage is Stage.PROXY and not self._ended:
            self._introduce()
        for _ in range(TURN):
            if self._ended or self._choked or self._stage is not Stage.COMMANDS:
                break
            end = self._buffer.find(b"\n")
            if end < 0:
                self._bound_command()
                break
            line = bytes(self._buffer[:end]).rstrip(b"\r")
            del self._buffer[: end + 1]
            self._do(self._heard(line))
        else:
            self._loop.call_soon(self._go_on)
        if self._stage is not Stage.HANDSHAKE:
            self._read_on(allowed=len(self._buffer) <= self._unread_bytes)

    def _bound_command(self) -> None:
        if len(self._buffer) > self._unread_bytes:
            log.warning("SMTP session ended: a command that does not end")
            self.cut_off()

    def _heard(self, line: bytes) -> Answer:
        assert self._dialogue is not None
        self._wait(self._limits.idle_seconds)
        try:
            return self._dialogue.hear(line)
        except Exception as error:  # the rim: a fault of ours; the sender keeps its mail and comes again
            log.error("SMTP command failed: %s", type(error).__name__)
            return Answer(answers.NOT_STORED)

    def _do(self, answer: Answer) -> None:
        match answer.then:
            case Then.HANG_UP:
                self._part(answer.text)
            case Then.ENCRYPT if self._buffer:
                log.warning("SMTP session ended: plain text after STARTTLS")
                self._part(answers.SMUGGLED)
            case Then.ENCRYPT:
                self._tell(answer.text)
                self._encrypt()
            case Then.TAKE_MAIL:
                self._tell(answer.text)
                self._take_mail()
            case Then.GO_ON:
                self._tell(answer.text)

    # mails

    def _take_mail(self) -> None:
        self._stage, self._intake = Stage.MAIL, self._keeper.intake()
        self._mail_until = self._now() + self._limits.mail_seconds
        self._wait(self._limits.idle_seconds)
        hasty = bytes(self._buffer)  # of a sender that did not wait for 354
        self._buffer.clear()
        if hasty:
            self._feed(hasty)

    def _feed(self, data: bytes) -> None:
        assert self._intake is not None
        self._until = self._now() + self._limits.idle_seconds
        try:
            rest = self._intake.feed(data)
        except Flooded:
            log.warning("SMTP session ended: a mail that does not end")
            self.cut_off()
            return
        if rest is not None:
            self._buffer += rest
            self._store(self._intake)

    def _store(self, intake: Intake) -> None:
        self._stage, self._intake, self._mail_until = Stage.STORING, None, self._session_until
        if intake.fate is not Fate.TAKEN:
            log.warning("inbound mail refused: %s", intake.fate.name.lower().replace("_", " "))
            self._answer(answers.OF_FATE[intake.fate])
            return
        self._wait(self._limits.storing_seconds)
        try:
            self._storing = storing = self._keeper.inbox.store(self._arrival(intake))
        except Exception as error:  # the rim: a fault of ours; the sender keeps its mail and comes again
            log.error("inbound mail not taken: %s", type(error).__name__)
            intake.release()
            self._answer(answers.NOT_STORED)
            return
        storing.add_done_callback(lambda done: self._settled(done, intake))

    def _arrival(self, intake: Intake) -> Arrival:
        assert self._dialogue is not None
        envelope = self._dialogue.envelope
        return Arrival(
            envelope.sender or "", tuple(envelope.sent_to), intake.body(), peer=self._peer, helo=self._dialogue.helo,
            tls=self._dialogue.encrypted, proxy=self._proxy)  # fmt: skip

    def _settled(self, done: "asyncio.Future[None]", intake: Intake) -> None:
        """Answer a mail whose storing has ended; the memory is given back even when nobody waits any more."""
        intake.release()
        failed = done.cancelled() or done.exception() is not None
        if done is self._storing:
            self._answer(answers.NOT_STORED if failed else answers.STORED)

    def _answer(self, text: str) -> None:
        assert self._dialogue is not None
        self._storing = None
        self._dialogue.forget()
        self._stage = Stage.COMMANDS
        if self._ended:
            return
        self._wait(self._limits.idle_seconds)
        if self._leaving:
            self._part(text)
            return
        self._tell(text)
        if self._buffer:
            self._loop.call_soon(self._go_on)

    def _let_go(self) -> None:
        if self._intake is not None:
            self._intake.release()
            self._intake = None

    # who connects, and how

    def _introduce(self) -> None:
        try:
            header = proxy_header.parse(bytes(self._buffer))
        except proxy_header.Malformed as no:
            log.warning("SMTP session ended: PROXY header: %s", no)
            self._part(answers.NO_PROXY)
            return
        if header is not None:
            del self._buffer[: header.length]
            if header.peer:
                self._peer, self._proxy = rates.address(header.peer), self._peer
            self._greet()

    def _greet(self) -> None:
        self._stage = Stage.COMMANDS
        if refusal := self._keeper.refuses_peer(self, self._peer):
            self._part(refusal)
            return
        self._dialogue = Dialogue(self._keeper.host(self._peer))
        self._tell(f"220 {self._keeper.core.merchant.mail_domain} ESMTP")
        self._wait(self._limits.idle_seconds)

    def _encrypt(self) -> None:
        """Begin encryption: from here on no byte of plain text is read."""
        assert self._transport is not None
        assert self._keeper.encryption is not None
        self._stage = Stage.HANDSHAKE
        self._transport.pause_reading()
        self._wait(self._limits.handshake_seconds + 1)
        self._handshake = self._loop.create_task(self._encrypted(self._transport, self._keeper.encryption))

    async def _encrypted(self, plain: asyncio.Transport, encryption: Encryption) -> None:
        try:
            transport = await encryption.over(
                plain, self, seconds=self._limits.handshake_seconds, parting_seconds=self._limits.parting_seconds
            )
        except Exception as error:  # the rim: whatever the other side did, its session is over and nobody else's is
            log.info("SMTP session ended: no encryption: %s", type(error).__name__)
            transport = None
        self._handshake = None
        if transport is None or self._ended:
            plain.abort()
            self.connection_lost(None)  # asyncio tells the handshake only
            return
        self._transport, self._reading = transport, True
        self._dialogue = Dialogue(self._keeper.host(self._peer), encrypted=True)
        self._stage = Stage.COMMANDS
        self._wait(self._limits.idle_seconds)
        self._go_on()

    # time

    def _due(self) -> float:
        if self._stage is Stage.STORING:
            return self._until
        return min(self._until, self._mail_until, self._session_until)

    def _expired(self) -> None:
        if self._stage is Stage.STORING:
            log.error("inbound mail not stored in time")
            self._answer(answers.NOT_STORED)
        elif self._stage in (Stage.PROXY, Stage.HANDSHAKE):
            self.cut_off()
        else:
            self._let_go()
            self._part(answers.SLOW)
