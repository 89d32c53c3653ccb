"""The mailer: put one mail on the wire, and tell the domain how that ended."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

import aiosmtplib
import structlog

from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.outreach import sending
from domain.outreach.composing import OutgoingMail
from domain.outreach.sending import Addressed
from scheduler import mime
from scheduler.mime import Signer

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 30.0
"""A relay that takes longer for one answer is treated as silent."""

PERMANENT = 500
"""From this SMTP code on the answer is final (RFC 5321, 4.2.1)."""

LATER = timedelta(minutes=2)
"""How long a relay that said "later" is left alone by the same mail."""


@dataclass(frozen=True)
class Relay:
    """Where our mail leaves."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: Literal["none", "starttls", "tls"] = "starttls"
    signer: Signer | None = None
    """Signs what leaves here, where a key is set."""

    def __repr__(self) -> str:
        return f"Relay({self.host}:{self.port})"


async def send(core: Core, relay: Relay, *, mailing_id: str) -> None:
    """Send one mail (the job ``send_mailing``).

    Raises:
        TryLater: The relay is not there, or asked us to come again.
    """
    envelope = await sending.addressed(core, mailing_id=UUID(mailing_id))
    if envelope is None:
        return
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=TIMEOUT_SECONDS,
        use_tls=relay.tls == "tls",
        start_tls=relay.tls == "starttls",
    )
    try:
        await _offered(client, relay, envelope)
    except aiosmtplib.SMTPRecipientRefused as answer:
        await _declined(core, client, envelope.mailing_id, answer)
        return
    except (aiosmtplib.SMTPException, OSError) as error:  # the relay's or our own trouble, never the payer's
        client.close()
        raise TryLater(LATER, f"the relay does not take our mail: {type(error).__name__}") from None
    mail = await sending.begin(core, mailing_id=envelope.mailing_id)
    if mail is not None:
        await _handed_over(core, client, relay, mail)
    await _parted(client)


async def _offered(client: aiosmtplib.SMTP, relay: Relay, envelope: Addressed) -> None:
    """Go up to the point at which the relay waits for the mail itself; nothing is decided yet."""
    await client.connect()
    if relay.user is not None:
        await client.login(relay.user, relay.password or "")
    await client.mail(envelope.return_path)
    await client.rcpt(envelope.to)


async def _handed_over(core: Core, client: aiosmtplib.SMTP, relay: Relay, mail: OutgoingMail) -> None:
    try:
        await client.data(await asyncio.to_thread(mime.wire, core, mail, signer=relay.signer))
    except aiosmtplib.SMTPResponseException as answer:
        await _declined(core, client, mail.mailing_id, answer)
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        if await sending.uncertain(core, mailing_id=mail.mailing_id):
            raise TryLater(LATER, f"the relay went silent: {type(error).__name__}") from None
    else:
        await sending.delivered(core, mailing_id=mail.mailing_id)


async def _declined(
    core: Core, client: aiosmtplib.SMTP, mailing_id: UUID, answer: aiosmtplib.SMTPResponseException
) -> None:
    await _parted(client)
    if answer.code >= PERMANENT:
        enhanced = next((word for word in answer.message.split()[:1] if word[:2] in {"4.", "5."}), "")
        await sending.refused(core, mailing_id=mailing_id, answer=f"{answer.code} {enhanced}".strip())
        return
    await sending.postponed(core, mailing_id=mailing_id)
    raise TryLater(LATER, f"the relay asked us to come again ({answer.code})")


async def _parted(client: aiosmtplib.SMTP) -> None:
    if not client.is_connected:
        return
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        client.close()
        log.debug("relay closed without a word")
