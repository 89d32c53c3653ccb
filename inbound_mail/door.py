"""The door: what aiosmtpd asks us at EHLO, MAIL and RCPT, and when something fails."""

import logging

from aiosmtpd.smtp import Envelope, Session

from inbound_mail import answers, recipients
from inbound_mail.dialect import NOBODY, Dialect
from inbound_mail.doorkeeper import Doorkeeper

log = logging.getLogger(__name__)


class Door:
    """The handler of all sessions of one server; aiosmtpd finds its methods by their names."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper

    async def handle_EHLO(  # noqa: N802
        self, server: Dialect, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what we do: pipelining too, and no logins, which aiosmtpd would offer under encryption."""
        session.host_name = hostname
        server.command_size_limits.clear()  # aiosmtpd lets MAIL grow with each EHLO
        first, *others = [each for each in responses if not each.startswith("250-AUTH")]
        return ["\r\n".join([first, "250-PIPELINING", *others])]

    async def handle_MAIL(  # noqa: N802
        self, server: Dialect, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail from anybody, though not too often."""
        seconds = self._keeper.seconds_to_wait(server.peer)
        if seconds:
            return answers.TOO_MANY_MAILS % seconds
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Dialect, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for our own addresses only."""
        if address == NOBODY:
            return "501 5.5.4 Syntax: RCPT TO:<address>"
        if not recipients.is_ours(self._keeper.core, address):
            return answers.NO_MAIL_FOR
        if len(envelope.rcpt_tos) >= self._keeper.limits.recipients:
            return "452 4.5.3 Too many recipients, send the mail again to the others"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Say 451 whatever went wrong here: the sender keeps the mail. aiosmtpd would refuse it for good."""
        log.error("SMTP command failed: %s", type(error).__name__)
        return answers.NOT_STORED
