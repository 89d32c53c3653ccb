"""The code mailer: put the letter with an address's code on the wire, as a digest is."""

from uuid import UUID

from domain.kernel import watch
from domain.kernel.jobs import TryLater
from domain.operations import code_mails, digest_mails
from scheduler.digest_mailer import HELD, DigestMailer


class CodeMailer(DigestMailer):
    """Mails codes by which addresses are confirmed."""

    async def send(self, mail_id: str) -> None:
        """Mail one code, unless it left before or is over (the job ``send_address_code``).

        Raises:
            TryLater: Mail is kept back, or the relay is not there or asked us to come again.
        """
        if await digest_mails.is_held(self._core):
            raise TryLater(HELD, "all mail is kept back")
        written = await code_mails.written(self._core, mail_id=UUID(mail_id))
        if written is None:
            return
        with watch.work("mail", "code"):
            async with self._relay.lines.in_use():
                await self._offered(written)
