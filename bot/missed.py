"""Missed: after Slack was away for long, what has grown old is told as one message and not replayed line by line."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.poster import Poster
from bot.tellings import TELLINGS
from bot.views import missed as missed_views
from bot.views.missed import Gap
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.operations import chat_messages, chat_troubles
from domain.operations.chat_troubles import Missed, Trouble

log = logging.getLogger(__name__)

STALE = timedelta(minutes=10)
"""A shorter silence is made up for line by line."""

COLLAPSE_FROM = 10
"""So many lines or more are one message."""

MOST_COUNTED = 5_000
FOREMOST = 10
"""Of them so many are shown, the alarms first and then the newest."""

_KINDS = {event.kind: telling for event, telling in TELLINGS.items() if telling.opens_case or telling.to_channel}


class Missing:
    """Makes up for a long silence."""

    def __init__(self, core: Core, poster: Poster) -> None:
        self._core, self._poster = core, poster

    async def collapse(self, troubles: Sequence[Trouble]) -> bool:
        """Post the one message about all that was missed, where that is much and old; return whether it was.

        What has a case of its own is told in its thread besides, without a sound.

        Raises:
            SlackRefused: Slack still takes no messages.
            TryLater: Slack is still busy or away.
        """
        since, now = min(each.since for each in troubles), self._core.clock.now()
        if now - since < STALE:
            return False
        found = await chat_troubles.missed(
            self._core, kinds=list(_KINDS), since=since - timedelta(minutes=1), limit=MOST_COUNTED
        )
        if len(found) < COLLAPSE_FROM:
            return False
        gap = await self._gap(found, since=since, until=now)
        key = chat_messages.missed_key(since)
        place = await self._poster.living(lambda audience: missed_views.summary(gap, audience), key=key)
        log.warning("%s things were not told one by one, since nothing could be told since %s", len(found), since)
        silent = [each for each in found if each.has_case]
        for line in silent:
            await chat_messages.reserve(
                self._core,
                keys=[chat_messages.entry_key(line.entry_id)],
                channel=place.channel,
                invoice_id=line.invoice_id,
                form=chat_messages.SILENT,
            )
        keys = [chat_messages.entry_key(each.entry_id) for each in found if not each.has_case]
        await chat_messages.reserve(self._core, keys=keys, channel=place.channel)
        await chat_messages.mark_posted(self._core, keys=keys, channel=place.channel, ts=place.ts)
        return True

    async def _gap(self, found: Sequence[Missed], *, since: datetime, until: datetime) -> Gap:
        """Return what the message shows."""
        alarming = sorted(found, key=lambda each: (not _KINDS[each.kind].to_channel, -each.entry_id))
        foremost = await timeline.entries(self._core, [each.entry_id for each in alarming[:FOREMOST]])
        order = {each.entry_id: place for place, each in enumerate(alarming)}
        return Gap(
            since=since,
            until=until,
            counts=dict(Counter(each.kind for each in found).most_common()),
            foremost=sorted(foremost, key=lambda each: order[each.id]),
            more=len(found) == MOST_COUNTED,
        )
