"""The messages about incidents in the channel: one for each, kept current; its thread holds the history.

One job draws whatever is not shown yet, so a burst of changes is one change. While Slack takes nothing, that is all
kept; what came and went meanwhile is one message when it is back.
"""

import logging
from collections.abc import Sequence

from bot.audience import Audience
from bot.blocks import Message
from bot.errors import MessageGone, SlackRefused
from bot.poster import Place, Poster
from bot.views import incidents as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.timeline import Entry
from domain.operations import chat_messages, homes, incident_lists
from domain.operations.incident_events import IncidentOpened, IncidentUnowned, IncidentWorsened
from domain.operations.incident_lists import Shown
from domain.people import people

log = logging.getLogger(__name__)

MOST_CALLED = 5
"""People who are called by name when nobody has taken it."""


def key_of(shown: Shown) -> str:
    """Return the key of an incident's message."""
    return f"incident:{shown.id}"


class IncidentBoard:
    """Keeps the messages about incidents."""

    def __init__(self, core: Core, poster: Poster) -> None:
        self._core, self._poster = core, poster

    async def show(self, entry_id: int = 0) -> None:
        """Draw the messages of all incidents that are not shown as they stand. A job.

        Raises:
            TryLater: Slack is busy or away, or a message was changed a moment ago.
        """
        del entry_id
        self._poster.ready()
        found = await incident_lists.unshown(self._core)
        later: list[TryLater] = []
        try:
            gone = [each for each in found if each.over and not each.shown]
            if gone:
                await self._missed(gone)
            for each in found:
                if each not in gone:
                    await self._current(each, later)
        except SlackRefused as refused:  # the clock calls again each minute, until a person has put it right
            log.error("incidents are not shown, Slack refuses: %s", refused)
        await homes.stir(self._core)
        if later:
            raise later[0]

    async def _current(self, shown: Shown, later: list[TryLater]) -> None:
        """Draw one; that it has to wait keeps no other waiting."""
        try:
            place = await self._drawn(shown)
            try:
                await self._thread(shown, place)
            except MessageGone:
                await self._thread(shown, await self._drawn(shown, again=True))
        except TryLater as busy:
            later.append(busy)
            return
        await incident_lists.showing(self._core, incident_id=shown.id, version=shown.version)

    async def _drawn(self, shown: Shown, *, again: bool = False) -> Place:
        docs = self._core.limits.docs_url

        def draw(audience: Audience) -> Message:
            return views.living(shown, audience, docs=docs)

        return await (self._poster.again if again else self._poster.living)(draw, key=key_of(shown))

    async def _thread(self, shown: Shown, place: Place) -> None:
        """Add what happened since, in one message; only that it got worse rings in the channel, too."""
        history = await incident_lists.history(self._core, incident_id=shown.id)
        lines = {f"incident-line:{each.id}": each for each in history if not isinstance(each.event, IncidentOpened)}
        if not lines:
            return
        reserved = await chat_messages.reserve(self._core, keys=list(lines), channel=place.channel)
        unposted = await self._poster.unposted(reserved, thread=place)
        if not unposted:
            return
        entries: Sequence[Entry] = views.worth_telling([lines[each.message.key] for each in unposted])
        mentions = await self._called(shown, entries)

        def draw(audience: Audience) -> Message:
            return views.in_thread(entries, audience, mentions=mentions)

        worse = not shown.over and any(isinstance(each.event, IncidentWorsened) for each in entries)
        await self._poster.once(draw, reserved=unposted, thread=place, broadcast=worse)

    async def _called(self, shown: Shown, entries: Sequence[Entry]) -> tuple[str, ...]:
        if (
            shown.owner is not None
            or shown.over
            or not any(isinstance(each.event, IncidentUnowned) for each in entries)
        ):
            return ()
        return await people.slack_ids_with(self._core, permission=Permission.OPERATE, limit=MOST_CALLED)

    async def _missed(self, gone: Sequence[Shown]) -> None:
        numbers = sorted(each.number for each in gone)

        def draw(audience: Audience) -> Message:
            return views.missed(gone, audience)

        await self._poster.living(draw, key=f"incidents-missed:{numbers[0]}:{numbers[-1]}")
        for each in gone:  # at most as many as one job draws
            await incident_lists.showing(self._core, incident_id=each.id, version=each.version)
