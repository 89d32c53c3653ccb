"""One SMTP session: aiosmtpd's, with the limits that it lacks and no word of a mail in any log."""

import asyncio
import logging
import re
from collections import defaultdict
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.deliverability.inbound import Arrival
from inbound_mail import recipients
from inbound_mail.doorkeeper import Doorkeeper
from inbound_mail.inbox import NotStored
from inbound_mail.intake import Fate, Flooded, Intake

log = logging.getLogger(__name__)

logging.getLogger("mail.log").setLevel(logging.ERROR)
"""aiosmtpd writes addresses and whole mails at its lower levels."""

COMMAND_OCTETS = 1024
"""Of one command line: twice what RFC 5321 asks for, since addresses may be in UTF-8."""

TOO_LARGE = "552 5.3.4 The mail is larger than this server takes"
NO_ROOM = "452 4.3.1 No room at the moment, try again later"
NOT_STORED = "451 4.3.0 Not stored, try again later"
STORED = "250 2.0.0 Stored"

_PATH = re.compile(r'\s*<(?:@[^<>:]*:)?((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>\s*(.*)', re.DOTALL)
_BARE = re.compile(r"\s*([^\s<>]+)\s*(.*)", re.DOTALL)


class Door:
    """What aiosmtpd asks at RCPT."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper

    async def handle_RCPT(  # noqa: N802  # aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for our own addresses only."""
        if not recipients.is_ours(self._keeper.core, address):
            return recipients.REFUSED
        if len(envelope.rcpt_tos) >= self._keeper.limits.recipients:
            return "452 4.5.3 Too many recipients, send the mail again to the others"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"


class MailSession(SMTP):
    """A session whose memory is bounded in every state, and which says 451 for every fault of ours."""

    line_length_limit = 64 * 1024
    """aiosmtpd's 1,001 octets refuse real mail for good. Mails do not pass through lines here at all, so this only
    bounds the buffer of commands."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self.command_size_limits = defaultdict(lambda: COMMAND_OCTETS)  # aiosmtpd's own is shared by all sessions
        super().__init__(
            Door(keeper),
            data_size_limit=keeper.limits.max_bytes,
            enable_SMTPUTF8=True,
            hostname=keeper.core.merchant.mail_domain,
            ident="ESMTP",
            timeout=keeper.limits.idle_seconds,
            command_call_limit=keeper.limits.commands_by_kind,
            loop=keeper.loop,
        )
        self._keeper = keeper
        self._intake: Intake | None = None
        self._unanswered = 0
        self._busy = self._leaving = False

    def connection_made(self, transport: Any) -> None:
        """Greet a sender, or send it away while there are too many."""
        peer = str((transport.get_extra_info("peername") or ("",))[0])
        if not self._keeper.admits(self, peer):
            transport.write(b"421 4.3.2 Too many connections, try again later\r\n")
            transport.close()
            transport.set_protocol(_Gone())
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the session."""
        self._keeper.forgets(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Count what arrives before it is kept: mails go to their intake, all else is a command."""
        if self._intake is not None:
            try:
                rest = self._intake.feed(data)
            except Flooded:
                self._abort("a mail that does not end")
                return
            if rest is None:
                return
            self._intake, data = None, rest
        self._unanswered += len(data)
        if self._unanswered > self._keeper.limits.command_bytes:
            self._abort("commands that do not end")
        elif data:
            super().data_received(data)

    async def push(self, status: Any) -> None:
        """Answer, and hang up after it when the server is stopping."""
        self._unanswered = 0
        await super().push(status)
        if self._leaving and not self._busy and self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802  # aiosmtpd finds it by this name
        """Take a mail and answer 250 when, and only when, it is committed. Nothing is read in it here."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        self._busy = True
        try:
            answer = await self._taken()
        finally:
            self._busy = False
            self.envelope = self._create_envelope()
        await self.push(answer)

    async def handle_exception(self, error: Exception) -> str:
        """Say 451 whatever went wrong here: the sender keeps the mail. aiosmtpd would refuse it for good."""
        log.error("SMTP session failed: %s", type(error).__name__)
        return NOT_STORED

    def leave(self) -> None:
        """End the session: at once when it is idle, after its answer when a mail is under way."""
        self._leaving = True
        if not self._busy and isinstance(self.transport, asyncio.Transport):
            self.transport.write(b"421 4.3.2 The server is stopping, try again later\r\n")
            self.transport.close()

    def cut_off(self) -> None:
        """End the session now, whatever it does."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def _taken(self) -> str:
        intake = self._keeper.intake()
        try:
            self._intake = intake
            self._unread_goes_to(intake)
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await intake.ended
            self._reset_timeout()
            if intake.fate is Fate.TOO_LARGE:
                return TOO_LARGE
            if intake.fate is Fate.NO_ROOM:
                return NO_ROOM
            assert self.envelope is not None
            arrival = Arrival(self.envelope.mail_from or "", tuple(self.envelope.rcpt_tos), intake.body())
            await self._keeper.inbox.store(arrival)
        except NotStored:
            return NOT_STORED
        finally:
            self._intake = None
            intake.release()
        return STORED

    def _unread_goes_to(self, intake: Intake) -> None:
        """Treat as the mail's what a hasty sender sent together with DATA."""
        buffer: bytearray = self._reader._buffer  # type: ignore[attr-defined]  # aiosmtpd itself clears it
        early = bytes(buffer)
        buffer.clear()
        if early and (rest := intake.feed(early)) is not None:
            self._intake = None
            buffer.extend(rest)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read the path of MAIL and RCPT as mail systems write it; aiosmtpd's parser refuses real senders."""
        found = _PATH.match(arg) or _BARE.match(arg)
        if found is None:
            return None, None
        return found[1].strip() or "<>", found[2]

    def _abort(self, why: str) -> None:
        log.warning("SMTP session ended: %s", why)
        self.cut_off()


class _Gone(asyncio.Protocol):
    """A connection that was sent away: nothing it does matters any more."""
