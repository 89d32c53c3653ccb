"""Asking: the owner of a dispute is asked in the talk with Plixo, with two buttons and until when to answer.

Whoever has it is asked, else who looks after the customer, or who stands in for them. Each message is kept current, so
that nobody answers what is decided or in other hands. Whoever took it up needs no message; at risk and late, all do.
"""

import logging
from collections.abc import Mapping
from uuid import UUID

from bot import heeding
from bot.errors import SlackRefused
from bot.heeding import Weight
from bot.poster import Poster
from bot.views import dispute_asking as views
from domain.casework import dispute_asking
from domain.casework.dispute_asking import Asked
from domain.commitments.dispute_events import DisputeAtRisk, DisputeFacts, DisputeLate
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.ledger.credit_events import CreditProposed, CreditRejected
from domain.operations import chat_messages

log = logging.getLogger(__name__)


class DisputeAsker:
    """Asks owners of disputes."""

    def __init__(self, core: Core, poster: Poster) -> None:
        self._core, self._poster = core, poster

    async def ask(self, entry_id: int, word: str = "") -> None:
        """Ask about the dispute of one entry of the timeline, and draw anew what others were asked. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        del word
        event = (await timeline.entry(self._core, entry_id)).event
        dispute_id = await self._dispute(event)
        if dispute_id is None:
            return
        asked = await dispute_asking.about(self._core, dispute_id=dispute_id)
        base = f"dispute-asked:{dispute_id}"
        told = await chat_messages.begun(
            self._core, invoice_id=asked.dispute.invoice_id, prefix=f"{base}:"
        )  # their keys end with the person's account
        for message in told:
            key, _, slack_id = message.key.rpartition(":")
            await self._to(asked, slack_id, key=key)
        if asked.person_id is None or event.actor_id == asked.person_id:
            return
        key, weight = f"{base}:{_stage(event)}", Weight.ALARM if isinstance(event, DisputeLate) else Weight.NEEDS
        wanted = await heeding.wants(self._core, slack_id=asked.slack_id, weight=weight)
        before = any(message.key.endswith(f":{asked.slack_id}") for message in told)
        if wanted and (not before or _stage(event) != FIRST):
            await self._to(asked, asked.slack_id, key=key)

    async def _dispute(self, event: Event) -> UUID | None:
        """Return the dispute of an event, or of the credit that it is about."""
        match event:
            case DisputeFacts():
                return event.dispute_id
            case CreditProposed() | CreditRejected():
                return await dispute_asking.of_credit(self._core, credit_id=event.credit_id)
            case _:
                return None

    async def _to(self, asked: Asked, slack_id: str, *, key: str) -> None:
        """Show one person the question, or that there is none any more."""
        shown = views.asked if slack_id == asked.slack_id else lambda dispute: views.over(dispute, owner=asked.owner)
        try:
            await self._poster.to_person(
                lambda _: shown(asked.dispute), slack_id=slack_id, key=key, invoice_id=asked.dispute.invoice_id
            )
        except SlackRefused as refused:
            log.warning("the owner of a dispute cannot be written to: %s", refused)


FIRST = "asked"

_STAGES: Mapping[type[Event], str] = {DisputeAtRisk: "risk", DisputeLate: "late"}
"""For what a message of its own is sent: somebody is asked once, and again when it is at risk and when it is late."""


def _stage(event: Event) -> str:
    return _STAGES.get(type(event), FIRST)
