"""Lines: connections to the relay, which mails use one after another while there are some on their way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

import aiosmtplib
import structlog

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 30.0
"""A relay that takes longer for one answer is treated as silent."""

MOST_MAILS = 50
"""Mails over one connection; many relays allow a hundred and hang up then."""

IDLE_SECONDS = 10.0
"""A connection that was idle for longer is not trusted any more; the most impatient relays hang up soon after."""


@dataclass(frozen=True)
class Place:
    """Where a relay is, and who we are there."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Literal["none", "starttls", "tls"] = "starttls"


@dataclass(slots=True, eq=False)
class Line:
    """One connection, used by one mail at a time."""

    client: aiosmtplib.SMTP
    mails: int = 0
    """How many were begun over it."""
    idle_since: float = 0.0
    begun: bool = False
    """The relay has been told of a mail that it has not got, so that must be taken back before the next."""

    async def offer(self, return_path: str, to: str) -> None:
        """Go up to the point at which the relay waits for the mail itself."""
        self.mails += 1
        self.begun = True
        await self.client.mail(return_path)
        await self.client.rcpt(to)

    async def hand_over(self, mail: bytes) -> None:
        """Send the mail; when this returns, the relay has it."""
        await self.client.data(mail)
        self.begun = False

    async def hang_up(self) -> None:
        """Say good-bye, if anybody is there."""
        if not self.client.is_connected:
            return
        try:
            await self.client.quit()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            self.client.close()
            log.debug("relay closed without a word")


@dataclass
class Lines:
    """The open lines of one process to one relay; none is left open when nothing is on its way."""

    place: Place
    _idle: list[Line] = field(default_factory=list)
    _busy: int = 0

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """Keep lines that are given back; whoever is the last to leave closes them."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            while not self._busy and self._idle:
                await self._idle.pop().hang_up()

    async def offered(self, return_path: str, to: str) -> Line:
        """Return a line over which the relay has accepted sender and recipient.

        What a used line says before it hears of the recipient may be about the line; then a fresh one is asked.

        Raises:
            Declined: The relay does not take mail for that recipient, or not now.
            aiosmtplib.SMTPException: It takes none of our mails.
            OSError: It is not there.
        """
        if (line := await self._kept()) is not None:
            try:
                await line.offer(return_path, to)
            except aiosmtplib.SMTPRecipientRefused as answer:
                if line.client.is_connected:
                    raise Declined(line, answer) from None
            except (aiosmtplib.SMTPException, OSError):
                await line.hang_up()
            else:
                return line
        line = await self._fresh()
        try:
            await line.offer(return_path, to)
        except aiosmtplib.SMTPRecipientRefused as answer:
            raise Declined(line, answer) from None
        except BaseException:
            line.client.close()
            raise
        return line

    async def give_back(self, line: Line) -> None:
        """Keep the line for the next mail, if it is any good and there may be one."""
        if line.begun and line.client.is_connected:
            try:
                await line.client.rset()
                line.begun = False
            except (aiosmtplib.SMTPException, OSError):
                line.client.close()
        if not line.client.is_connected:
            return
        if line.mails >= MOST_MAILS:
            await line.hang_up()
            return
        line.idle_since = monotonic()
        self._idle.append(line)

    async def _kept(self) -> Line | None:
        """Return the line that was used last, if it can still be relied on."""
        while self._idle:
            line = self._idle.pop()
            if line.client.is_connected and monotonic() - line.idle_since < IDLE_SECONDS:
                return line
            await line.hang_up()
        return None

    async def _fresh(self) -> Line:
        place = self.place
        client = aiosmtplib.SMTP(
            hostname=place.host,
            port=place.port,
            timeout=TIMEOUT_SECONDS,
            use_tls=place.tls == "tls",
            start_tls=place.tls == "starttls",
        )
        try:
            await client.connect()
            if place.user is not None:
                await client.login(place.user, place.password or "")
        except BaseException:
            client.close()
            raise
        return Line(client)


class Declined(Exception):
    """The relay does not take mail for a recipient; it may take the next mail."""

    def __init__(self, line: Line, answer: aiosmtplib.SMTPResponseException) -> None:
        self.line, self.answer = line, answer
        super().__init__(f"the relay answers {answer.code}")
