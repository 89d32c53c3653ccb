"""The incident mailer: put one letter about an incident on the wire, as a digest is."""

from uuid import UUID

from domain.kernel import watch
from domain.kernel.jobs import TryLater
from domain.operations import digest_mails, incident_mails
from scheduler.digest_mailer import HELD, DigestMailer


class IncidentMailer(DigestMailer):
    """Mails letters about incidents."""

    async def send(self, mail_id: str) -> None:
        """Mail one letter, unless it left before or a newer one follows (the job ``send_incident_mail``).

        Raises:
            TryLater: Mail is kept back, or the relay is not there or asked us to come again.
        """
        if await digest_mails.is_held(self._core):
            raise TryLater(HELD, "all mail is kept back")
        written = await incident_mails.written(self._core, mail_id=UUID(mail_id))
        if written is None:
            return
        with watch.work("mail", "incident"):
            async with self._relay.lines.in_use():
                await self._offered(written)
        await incident_mails.told(self._core, mail_id=UUID(mail_id))
