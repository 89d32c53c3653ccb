"""Personal: what one person is told in the talk with Plixo: requests to decide, answers, roles that end, lost mail.

Each message has a key of its own and is drawn anew when what it stands for changes, so a job may run twice. Who wants
to hear less (``/plixo settings noise``) is sent less; what was sent before is kept current all the same.
"""

import logging
from uuid import UUID

from bot import heeding
from bot.audience import Audience, Draw
from bot.blocks import Message
from bot.errors import SlackRefused
from bot.heeding import Weight
from bot.learning import Learner
from bot.poster import Poster
from bot.views import access as views
from bot.views import address_codes as address_views
from bot.views import answers
from bot.views import digest as digest_views
from bot.views import privacy as privacy_views
from bot.views import roles as role_views
from domain.deliverability.operator_mail_events import OperatorMailDeclined, OperatorMailFailed
from domain.kernel import timeline
from domain.kernel.actor import ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.operations import chat_messages
from domain.operations.erasing import cards
from domain.operations.erasing.events import ErasureBegun, ErasureDeclined, ErasureProposed
from domain.people import access_lists, people
from domain.people.access_events import AccessApproved, AccessDenied, AccessEvent, AccessExpired
from domain.people.events import AddressCodeAsked, RoleEnded, RoleEndsSoon, RoleGranted, RoleRevoked

log = logging.getLogger(__name__)

MOST_DECIDERS = 20
"""People who are sent a request by themselves; it stands in the channel for all."""

ANSWERED = (AccessApproved, AccessDenied, AccessExpired)
"""After which whoever asked is told; who takes a request back knows."""


NEEDS = (RoleEndsSoon, OperatorMailFailed, AddressCodeAsked)
"""What asks something of the person; all else can be heard or not."""


class Personal:
    """Writes to persons."""

    def __init__(self, core: Core, poster: Poster, learner: Learner) -> None:
        self._core, self._poster, self._learner = core, poster, learner

    async def tell(self, entry_id: int, word: str = "") -> None:
        """Tell one entry of the timeline to the persons whom it concerns. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        del word
        event = (await timeline.entry(self._core, entry_id)).event
        match event:
            case AccessEvent():
                await self._access(event)
            case ErasureProposed() | ErasureBegun() | ErasureDeclined():
                await self._erasure(event.erasure_id)
            case RoleEndsSoon() | RoleEnded():
                await self._own(event, entry_id, event.person_id)
            case RoleGranted():
                await self._learner.learn_one(event.person_id)
                if event.actor_kind == ActorKind.PERSON and event.access_id is None:
                    await self._own(event, entry_id, event.person_id)
            case OperatorMailFailed() | OperatorMailDeclined():
                await self._own(event, entry_id, event.person_id)
            case AddressCodeAsked() if event.actor_id != event.person_id:  # who asked has been answered
                await self._own(event, entry_id, event.person_id)
            case RoleRevoked() if event.actor_kind == ActorKind.PERSON and not event.given_up:
                await self._own(event, entry_id, event.person_id)

    async def _access(self, event: AccessEvent) -> None:
        """Draw the card of a request anew for those who decide, and answer whoever asked."""
        card = await access_lists.card(self._core, access_id=event.access_id)
        deciders = await people.slack_ids_with(self._core, permission=Permission.MANAGE_PEOPLE, limit=MOST_DECIDERS)
        askers = {event.slack_id}
        if card.asked_by_id is not None:
            askers.add(await people.slack_id_of(self._core, person_id=card.asked_by_id) or "")
        for slack_id in deciders:
            if slack_id not in askers:
                await self._to(
                    slack_id, lambda _: views.card(card), key=f"access:{event.access_id}", weight=Weight.NEEDS
                )
        if isinstance(event, ANSWERED):
            key = f"access-answer:{event.access_id}"
            await self._to(event.slack_id, lambda _: views.answer(card), key=key, weight=Weight.NEEDS)
            for slack_id in askers - {"", event.slack_id}:
                await self._to(slack_id, lambda _: views.card(card), key=key, weight=Weight.NEEDS)

    async def _erasure(self, erasure_id: UUID) -> None:
        """Draw the card of a wish to erase anew for those who decide; whoever asked has it once it is decided."""
        card = await cards.card(self._core, erasure_id=erasure_id)
        deciders = await people.slack_ids_with(self._core, permission=Permission.MANAGE_PEOPLE, limit=MOST_DECIDERS)
        asker = await people.slack_id_of(self._core, person_id=card.asked_by_id) if card.asked_by_id else None
        told = [each for each in deciders if each != asker] + ([asker] if asker and not card.open else [])
        for slack_id in told:
            await self._to(
                slack_id, lambda _: privacy_views.card(card), key=f"erasure:{erasure_id}", weight=Weight.NEEDS
            )

    async def _own(self, event: Event, entry_id: int, person_id: UUID) -> None:
        slack_id = await people.slack_id_of(self._core, person_id=person_id)
        if slack_id is None:
            return

        def draw(_: Audience) -> Message:
            if isinstance(event, RoleEndsSoon):
                return role_views.ends_soon(event)
            if isinstance(event, OperatorMailFailed | OperatorMailDeclined):
                return digest_views.not_mailed(event)
            if isinstance(event, AddressCodeAsked):
                return address_views.asked(event)
            return answers.said(f"{event.told()}.")

        weight = Weight.NEEDS if isinstance(event, NEEDS) else Weight.CONCERNS
        await self._to(slack_id, draw, key=f"entry-own:{entry_id}", weight=weight)

    async def _to(self, slack_id: str, draw: Draw, *, key: str, weight: Weight) -> None:
        """Write to one person; one whom Slack does not let us write to keeps nobody else waiting."""
        heard = await heeding.wants(self._core, slack_id=slack_id, weight=weight)
        if not heard and not await chat_messages.found(self._core, keys=[f"{key}:{slack_id}"]):
            return
        try:
            await self._poster.to_person(draw, slack_id=slack_id, key=key)
        except SlackRefused as refused:
            log.warning("a person cannot be written to: %s", refused)
