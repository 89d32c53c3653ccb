"""The mailer: put one mail on the wire, and tell the domain how that ended.

Mails that are on their way at the same time share the lines to the relay and the questions to the database; what is
decided, written down and answered for is each mail by itself.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

import aiosmtplib

from domain.kernel import watch
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.outreach import sending
from domain.outreach.composing import OutgoingMail
from domain.outreach.sending import Addressed
from scheduler import mime
from scheduler.lines import Declined, Line, Lines, Place
from scheduler.mime import Signer
from scheduler.together import Together

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
    lines: Lines = field(init=False, compare=False)
    together: Together = field(init=False, compare=False, default_factory=Together)

    def __post_init__(self) -> None:
        place = Place(self.host, self.port, self.user, self.password, self.tls)
        object.__setattr__(self, "lines", Lines(place))

    def __repr__(self) -> str:
        return f"Relay({self.host}:{self.port})"


async def send(core: Core, relay: Relay, *, mailing_id: str) -> None:
    """Send one mail (the job ``send_mailing``).

    Raises:
        TryLater: The relay is not there, or asked us to come again.
    """
    async with relay.lines.in_use(), relay.together.present():
        envelope = await relay.together.ask(core, sending.addressed_all, UUID(mailing_id))
        if envelope is not None:
            with watch.work("mail", "mail"):
                await _offered(core, relay, envelope)


async def _offered(core: Core, relay: Relay, envelope: Addressed) -> None:
    """Go up to the point at which the relay waits for the mail itself; only then it is decided."""
    try:
        line = await relay.lines.offered(envelope.return_path, envelope.to)
    except Declined as no:
        await relay.lines.give_back(no.line)
        await _declined(core, envelope.mailing_id, no.answer)
        return
    except (aiosmtplib.SMTPException, OSError) as error:  # the relay's or our own trouble, never the payer's
        raise TryLater(LATER, f"the relay does not take our mail: {type(error).__name__}") from None
    try:
        mail = await _begun(core, relay, envelope.mailing_id)
        if mail is None:
            watch.ends_as("withheld")
        else:
            await _handed_over(core, relay, line, mail)
    except asyncio.CancelledError:
        line.client.close()
        raise
    finally:
        await relay.lines.give_back(line)


async def _begun(core: Core, relay: Relay, mailing_id: UUID) -> OutgoingMail | None:
    """Decide; a job that is cancelled meanwhile puts the mail back, since nothing of it was handed over."""
    deciding = asyncio.ensure_future(relay.together.ask(core, sending.begin_all, mailing_id))
    try:
        return await asyncio.shield(deciding)
    except asyncio.CancelledError:
        if await deciding is not None:
            await sending.postponed(core, mailing_id=mailing_id)
        raise


async def _handed_over(core: Core, relay: Relay, line: Line, mail: OutgoingMail) -> None:
    try:
        await line.hand_over(await _wire(core, relay, mail))
    except aiosmtplib.SMTPResponseException as answer:
        await _declined(core, mail.mailing_id, answer)
    except (aiosmtplib.SMTPException, OSError) as error:
        line.client.close()
        watch.ends_as("unknown")
        if await sending.uncertain(core, mailing_id=mail.mailing_id):
            raise TryLater(LATER, f"the relay went silent: {type(error).__name__}") from None
    else:
        watch.ends_as("sent")
        await relay.together.ask(core, sending.delivered_all, mail.mailing_id)


async def _wire(core: Core, relay: Relay, mail: OutgoingMail) -> bytes:
    """Build the message; beside the other mails where that takes long, since to sign or attach does."""
    if relay.signer is not None or mail.attachments:
        return await asyncio.to_thread(mime.wire, core, mail, signer=relay.signer)
    return mime.wire(core, mail)


async def _declined(core: Core, mailing_id: UUID, answer: aiosmtplib.SMTPResponseException) -> None:
    if answer.code >= PERMANENT:
        watch.ends_as("refused")
        await sending.refused(core, mailing_id=mailing_id, answer=answer_code(answer))
        return
    await sending.postponed(core, mailing_id=mailing_id)
    raise TryLater(LATER, f"the relay asked us to come again ({answer.code})")


def answer_code(answer: aiosmtplib.SMTPResponseException) -> str:
    """Return a relay's answer without its words, which may name the recipient."""
    enhanced = next((word for word in answer.message.split()[:1] if word[:2] in {"4.", "5."}), "")
    return f"{answer.code} {enhanced}".strip()
