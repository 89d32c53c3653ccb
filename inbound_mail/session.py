"""One SMTP session: aiosmtpd's, with the bytes of mails going past it, within limits on memory and time.

aiosmtpd hears the commands, keeps the envelope and does the encryption. Ours are the way in before its greeting (the
proxy's word, the limits of peers), the way of a mail from 354 to its commit, the deadlines, and the end.
"""

import asyncio
import logging
from typing import Any, cast

from aiosmtpd.smtp import TLSSetupException, syntax

from domain.deliverability.inbound import Arrival
from inbound_mail import answers, proxy_header, rates
from inbound_mail.alarm import Alarm
from inbound_mail.commands import Commands
from inbound_mail.delivery import Delivery
from inbound_mail.dialect import NOBODY, Dialect
from inbound_mail.door import Door
from inbound_mail.doorkeeper import Doorkeeper
from inbound_mail.intake import Flooded
from inbound_mail.stages import Stage

log = logging.getLogger(__name__)

NAME_LETTERS = 255
"""Kept of the name that a sender gives itself."""


class MailSession(Dialect):
    """A session whose memory and time are bounded in every stage, and which says 451 for every fault of ours."""

    def __init__(self, keeper: Doorkeeper, door: Door) -> None:
        self._keeper, self._limits = keeper, keeper.limits
        offered = keeper.encryption
        super().__init__(
            door,
            data_size_limit=keeper.limits.max_bytes,
            enable_SMTPUTF8=True,
            hostname=keeper.core.merchant.mail_domain,
            ident="ESMTP",
            tls_context=offered.latest if offered else None,
            require_starttls=offered.required if offered else False,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=keeper.loop,
        )
        self._proxy = ""
        self._stage = Stage.OUTSIDE
        self._commands = Commands(keeper.loop, keeper.limits, self)
        self._header = bytearray()
        self._delivery: Delivery | None = None
        self._plain: Any = None
        self._wire: Any = None  # the connection, or the encryption above it
        self._alarm = Alarm(keeper.loop, self._expired)
        self._timeout_handle = cast("asyncio.TimerHandle", self._alarm)  # aiosmtpd cancels it at the end
        self._mail_until = self._session_until = 0.0
        self._leaving = self._last = self._lost = False

    # asyncio calls these

    def connection_made(self, transport: Any) -> None:
        """Begin: wait for a proxy's word, let the sender in, or send it away. Encryption is a second beginning."""
        self._wire = transport
        self._commands.come_over(transport)
        if self._stage is Stage.HANDSHAKE:
            self._stage = Stage.COMMANDS
            super().connection_made(transport)
            return
        self._plain = transport
        self.peer = rates.address(str((transport.get_extra_info("peername") or ("",))[0]))
        self._session_until = self._mail_until = self.loop.time() + self._limits.session_seconds
        if refusal := self._keeper.refuses(self):
            self.part(refusal)
        elif self._keeper.is_proxy(self.peer):
            self._reset_timeout(self._limits.proxy_seconds)
        else:
            self._let_in()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the session; a mail that is being stored is stored all the same."""
        if self._lost:
            return
        self._lost, self._stage = True, Stage.OVER
        self._alarm.cancel()
        self._keeper.forgets(self)
        if self.session is not None:
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take bytes: a mail's go to its intake, a proxy's word is ours, all else waits until aiosmtpd asks for it."""
        match self._stage:
            case Stage.MAIL:
                self._feed(data)
            case Stage.OUTSIDE:
                self._introduce(data)
            case Stage.COMMANDS | Stage.STORING:
                self._commands.feed(data)
            case Stage.HANDSHAKE:
                self.cut_off()
            case Stage.OVER:
                pass

    def eof_received(self) -> bool:
        """End the session, but not before what came whole was answered."""
        if self._stage in (Stage.OUTSIDE, Stage.OVER):
            return False
        if self._tls_protocol is None and self._stage is not Stage.MAIL and not self._commands.awaited:
            self._last = True
            self._commands.end()
            return True
        return bool(super().eof_received())

    # the doorkeeper and the commands call these

    def leave(self) -> None:
        """End the session: at once when it is idle, after its answer when a mail is under way."""
        self._leaving = True
        if self._stage is Stage.HANDSHAKE:
            self.cut_off()
        elif self._stage not in (Stage.MAIL, Stage.STORING):
            self.part(answers.STOPPING)

    def part(self, last_words: str) -> None:
        """Say something last and hang up; whoever does not listen is cut off."""
        if self._stage is Stage.OVER:
            return
        if not self._wire.is_closing():
            self._wire.write(last_words.encode("ascii") + b"\r\n" if last_words else b"")
            self._wire.close()
        self._stage = Stage.OVER
        self._reset_timeout(self._limits.parting_seconds)

    def cut_off(self) -> None:
        """End the session now, whatever it does."""
        if self._plain is not None:
            self._plain.abort()

    # aiosmtpd calls these

    async def push(self, status: Any) -> None:
        """Answer, unless the last words were said."""
        if not self._wire.is_closing():
            await super().push(status)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Take a mail and answer 250 when, and only when, it is committed. Nothing is read in it here."""
        assert self.envelope is not None
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say RCPT first")
            return
        try:
            answer = await self._taken()
        except Exception as error:  # the rim: a fault of ours; the sender keeps its mail and comes again
            answer = await self.handle_exception(error)
        finally:
            self._delivery = None
            self._turn_to(Stage.COMMANDS)
            self.envelope = self._create_envelope()
        self._reset_timeout()
        if self._leaving:
            self.part(answer)
        else:
            await self.push(answer)

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        """Begin encryption with the certificate of now, and never with what a sender slipped in before it."""
        encryption = self._keeper.encryption
        if encryption is None or self._tls_protocol is not None:
            await self.push("503 5.5.1 Not here" if self._tls_protocol is not None else answers.NOT_DONE)
        elif arg:
            await self.push("501 5.5.4 Syntax: STARTTLS")
        elif self._commands.waiting:
            log.warning("SMTP session ended: plain text after STARTTLS")
            self.part(answers.SMUGGLED)
        else:
            self.tls_context = encryption.context()
            await self._encrypt()

    def _cb_client_connected(self, _reader: Any, writer: asyncio.StreamWriter) -> None:
        super()._cb_client_connected(cast("asyncio.StreamReader", self._commands), writer)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Be patient for so long from now on, or as between two commands, and within the limits of mail and session."""
        if self._lost or (self._stage is Stage.OVER and duration is None):
            return
        until = self.loop.time() + (duration or self._limits.idle_seconds)
        bounded = self._stage not in (Stage.STORING, Stage.OVER)
        self._alarm.set(min(until, self._mail_until, self._session_until) if bounded else until)

    def _expired(self) -> None:
        """End it, with a word if there is somebody who reads it."""
        deaf = self._wire.is_closing() or self._wire.get_write_buffer_size() > 0
        if deaf or self._stage in (Stage.OUTSIDE, Stage.HANDSHAKE, Stage.OVER):
            self.cut_off()
        else:
            self.part(answers.SLOW)

    # who connects, and how

    def _introduce(self, data: bytes) -> None:
        self._header += data
        try:
            header = proxy_header.parse(bytes(self._header))
        except proxy_header.Malformed as no:
            log.warning("SMTP session ended: PROXY header: %s", no)
            self.part(answers.NO_PROXY)
            return
        if header is not None:
            if header.peer:
                self.peer, self._proxy = rates.address(header.peer), self.peer
            self._let_in()
            self._commands.feed(bytes(self._header[header.length :]))
            self._header.clear()

    def _let_in(self) -> None:
        """Let aiosmtpd greet the sender, unless its peer has enough."""
        if refusal := self._keeper.refuses_peer(self, self.peer):
            self.part(refusal)
            return
        self._stage = Stage.COMMANDS
        super().connection_made(self._wire)
        assert self._handler_coroutine is not None
        self._handler_coroutine.add_done_callback(self._handled)

    def _handled(self, task: "asyncio.Task[None]") -> None:
        """End what aiosmtpd gave up."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.info("SMTP session ended: %s", type(error).__name__)
            self.cut_off()

    async def _encrypt(self) -> None:
        self._stage = Stage.HANDSHAKE
        self._reset_timeout(self._limits.handshake_seconds)
        why = "lost"
        try:
            await super().smtp_STARTTLS(None)
        except TLSSetupException as error:
            why = type(error.__cause__).__name__
        if self._stage is Stage.HANDSHAKE:  # asyncio tells nobody else of an end before encryption
            log.info("SMTP session ended: no encryption: %s", why)
            self.cut_off()
            self.connection_lost(None)

    def _turn_to(self, stage: Stage) -> None:
        if self._stage is not Stage.OVER:
            self._stage = stage

    # mails

    async def _taken(self) -> str:
        """Take a mail, store it, and return the answer to it."""
        delivery = Delivery(self._keeper.intake(), self._keeper.inbox)
        try:
            await self._arrived(delivery)
            if not delivery.is_welcome:
                return delivery.refused()
            return await delivery.stored(self._arrival(delivery.body()), seconds=self._limits.storing_seconds)
        finally:
            delivery.close()

    async def _arrived(self, delivery: Delivery) -> None:
        """Return when a mail is whole."""
        self._delivery = delivery
        self._mail_until = self.loop.time() + self._limits.mail_seconds
        self._turn_to(Stage.MAIL)
        self._reset_timeout()
        if hasty := self._commands.take():  # of a sender that did not wait for 354
            self._feed(hasty)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        if self._last and not delivery.is_whole:
            self.part("")
        await delivery.arrives()

    def _feed(self, data: bytes) -> None:
        assert self._delivery is not None
        self._reset_timeout()
        try:
            rest = self._delivery.feed(data)
        except Flooded:
            log.warning("SMTP session ended: a mail that does not end")
            self.cut_off()
            return
        if rest is not None:
            self._mail_until = self._session_until
            self._turn_to(Stage.STORING)
            self._reset_timeout(self._limits.storing_seconds + self._limits.parting_seconds)
            self._commands.feed(rest)

    def _arrival(self, body: bytes) -> Arrival:
        assert self.envelope is not None
        assert self.session is not None
        sender, name = self.envelope.mail_from or "", self.session.host_name or ""
        return Arrival(
            "" if sender == NOBODY else sender, tuple(self.envelope.rcpt_tos), body, peer=self.peer,
            helo=name[:NAME_LETTERS], tls=self._tls_protocol is not None, proxy=self._proxy)  # fmt: skip
