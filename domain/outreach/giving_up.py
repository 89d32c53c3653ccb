"""Giving up: a mail of which every try has failed waits a day, says so, and is tried again; none is forgotten.

It would else stay queued with nobody to send it, and keep every later reminder to its contact back. Whatever was wrong,
a template, a setting or a fault of ours, may have been put right by tomorrow.
"""

from datetime import timedelta
from uuid import UUID

from domain.deliverability.models import Mailing
from domain.deliverability.states import MailingState
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.outreach import sending, settling
from domain.outreach.verdicts import Wait

FAILURE = "failure"
"""What such a mail waits for, beside the guardrails' names."""

REST = timedelta(days=1)
"""How long it waits: its tries went on for hours already, and somebody has to look first."""


async def rest(core: Core, *, mailing_id: str) -> None:
    """Let a mail that could not be sent wait, unless it waits already or has left (the job ``rest_mailing``)."""
    await sending.uncertain(core, mailing_id=UUID(mailing_id))
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=UUID(mailing_id))
        if mailing is None or mailing.status is not MailingState.QUEUED or mailing.not_before is not None:
            return
        why = say("every try to send it has failed; the log says with which error")
        await settling.put_off(core, tx, mailing, Wait(core.clock.now() + REST, FAILURE, why))
