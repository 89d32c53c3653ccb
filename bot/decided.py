"""Decided: messages whose buttons are for something that was decided meanwhile show who decided it, and when.

Whatever decided it, the portal, a mail, a cron, the shell or another person, the tables say so; every message with
buttons names its subject, and this looks which subjects are decided by now.
"""

import logging
from collections.abc import Sequence

from bot import drawing
from bot.errors import SlackRefused
from bot.poster import Place, Poster
from bot.telling import Teller
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.operations import chat_messages, standings
from domain.operations.chat_messages import ChatMessage

log = logging.getLogger(__name__)

MOST = 500
"""Undecided messages that are looked at together, those that were changed longest ago first."""


class Redrawer:
    """Keeps dead buttons off messages."""

    def __init__(self, core: Core, poster: Poster, teller: Teller) -> None:
        self._core, self._poster, self._teller = core, poster, teller

    async def case(self, entry_id: int) -> None:
        """Draw the message of an event's invoice anew, where it has one. A job.

        Raises:
            TryLater: Slack is busy or away, or the message was changed a moment ago.
        """
        for entry in await timeline.entries(self._core, [entry_id]):
            if entry.event.invoice_ref is not None:
                try:
                    await self._teller.redraw_case(entry.event.invoice_ref)
                except SlackRefused as refused:
                    log.error("a case is not drawn anew, Slack refuses: %s", refused)

    async def redraw(self, entry_id: int = 0) -> None:
        """Draw every message anew whose subject is decided by now, whatever event has called for it. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        del entry_id
        closed: set[str] = set()
        waiting = await chat_messages.undecided(self._core, limit=MOST)
        while waiting:
            await self._sweep(waiting, closed)
            if len(waiting) < MOST:
                return
            waiting = await chat_messages.undecided(self._core, limit=MOST, behind=waiting[-1])

    async def lines(self, entry_ids: Sequence[int]) -> None:
        """Draw the messages that tell these entries anew, whose words have changed. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        keys = [chat_messages.entry_key(each) for each in entry_ids]
        known = await chat_messages.found(self._core, keys=keys)
        for channel, ts in dict.fromkeys((each.channel, each.ts) for each in known):
            if ts is None:
                continue
            try:
                await self._one(Place(channel, ts))
            except SlackRefused as refused:
                log.error("a line is not drawn anew, Slack refuses: %s", refused)

    async def _sweep(self, waiting: Sequence[ChatMessage], closed: set[str]) -> None:
        """Draw those that are decided; a channel that Slack keeps *closed* keeps no other waiting."""
        decided = await standings.of(self._core, {each.subject for each in waiting if each.subject})
        over = [each for each in waiting if each.subject and decided[each.subject].decided]
        for channel, ts in dict.fromkeys((each.channel, each.ts) for each in over):
            if ts is None or channel in closed:
                continue
            try:
                await self._one(Place(channel, ts))
            except SlackRefused as refused:
                log.error("messages of a channel are not drawn anew, Slack refuses: %s", refused)
                closed.add(channel)
        await chat_messages.settle(self._core, keys=[each.key for each in over if each.channel not in closed])

    async def _one(self, place: Place) -> None:
        """Draw one message anew, with all that it stands for."""
        rows = await chat_messages.beside(self._core, channel=place.channel, ts=place.ts)
        entries = await timeline.entries(self._core, [number for each in rows if (number := _entry(each))])
        if not entries:
            return
        decided = await standings.of(self._core, {each.subject for each in rows if each.subject})
        form, first = rows[0].form.split(), entries[0]
        less = (
            drawing.less_button(channel=place.channel, kind=first.event.kind)
            if "less" in form or ("alone" in form and self._teller.may_be_less(first))
            else None
        )
        if "alone" in form:
            draw = drawing.alone(first, standings=decided, less=less)
        else:
            draw = drawing.thread(
                entries,
                number=str(getattr(first.event, "invoice_number", None) or ""),
                in_channel="loud" in form,
                mention=await self._teller.whom_to_call([each.event for each in entries]),
                standings=decided,
                less=less,
            )
        await self._poster.redraw(draw, place=place, keys=[each.key for each in rows])


def _entry(message: ChatMessage) -> int:
    """Return the number of the entry that a line tells; 0 for other messages."""
    kind, _, number = message.key.partition(":")
    return int(number) if kind == "entry" and number.isdigit() else 0
