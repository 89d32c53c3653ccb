"""The digest mailer: put one digest on the wire, and tell the domain how that ended."""

import asyncio
from datetime import timedelta
from uuid import UUID

import aiosmtplib

from domain.kernel import watch
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import digest_mails
from domain.operations.digest_contents import Common
from domain.operations.digest_mails import Written
from scheduler import mime
from scheduler.lines import Declined, Line
from scheduler.mailer import LATER, PERMANENT, Relay, answer_code

HELD = timedelta(minutes=5)
"""How long a digest waits before it asks again whether mail may leave."""


class DigestMailer:
    """Mails digests; the figures that all readers share are read once for those of one morning."""

    def __init__(self, core: Core, relay: Relay) -> None:
        self._core, self._relay, self._common = core, relay, Common()

    async def send(self, mail_id: str) -> None:
        """Mail one digest, unless it is empty, unwanted or left before (the job ``mail_digest``).

        Raises:
            TryLater: Mail is kept back, or the relay is not there or asked us to come again.
        """
        if await digest_mails.is_held(self._core):
            raise TryLater(HELD, "all mail is kept back")
        written = await digest_mails.written(self._core, mail_id=UUID(mail_id), common=self._common)
        if written is None:
            return
        with watch.work("mail", "digest"):
            async with self._relay.lines.in_use():
                await self._offered(written)

    async def _offered(self, written: Written) -> None:
        try:
            line = await self._relay.lines.offered(written.return_path, written.mail.to)
        except Declined as no:
            await self._relay.lines.give_back(no.line)
            await self._declined(written, no.answer)
            return
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater(LATER, f"the relay does not take our mail: {type(error).__name__}") from None
        try:
            if await digest_mails.begin(self._core, written):
                await self._handed_over(line, written)
        except asyncio.CancelledError:
            line.client.close()
            raise
        finally:
            await self._relay.lines.give_back(line)

    async def _handed_over(self, line: Line, written: Written) -> None:
        message = await asyncio.to_thread(mime.wire, self._core, written.mail, signer=self._relay.signer)
        try:
            await line.hand_over(message)
        except aiosmtplib.SMTPResponseException as answer:
            await self._declined(written, answer)
        except (aiosmtplib.SMTPException, OSError) as error:  # it comes again, under the same Message-ID
            line.client.close()
            watch.ends_as("unknown")
            raise TryLater(LATER, f"the relay went silent: {type(error).__name__}") from None
        else:
            watch.ends_as("sent")
            await digest_mails.delivered(self._core, written)

    async def _declined(self, written: Written, answer: aiosmtplib.SMTPResponseException) -> None:
        if answer.code >= PERMANENT:
            watch.ends_as("refused")
            await digest_mails.refused(self._core, written, answer=answer_code(answer))
            return
        await digest_mails.postponed(self._core, written)
        raise TryLater(LATER, f"the relay asked us to come again ({answer.code})")
