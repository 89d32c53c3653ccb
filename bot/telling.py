"""Telling: the job that tells the operators' channel what the timeline says.

An invoice has one living message, the case, and a thread with a line for each event. A mass of reminders, drafts or
broken promises makes one message of the day each, changed in place; the channel hears only of what needs a person.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from bot import errors
from bot.blocks import Message
from bot.errors import MessageGone, SlackRefused
from bot.poster import Place, Poster
from bot.tellings import TELLINGS
from bot.views import cases as case_views
from bot.views import days as day_views
from bot.views import news
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.jobs import TryLater
from domain.kernel.timeline import Entry
from domain.operations import cases, chat_messages, days
from domain.operations.chat_messages import Reservation
from domain.outreach.stop_events import ReminderNudged
from domain.people import people

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
"""Lines of one thread message."""

HISTORY = 8
"""Earlier lines with which a new thread begins; the invoice's timeline has all."""

CATCH_UP = 10
"""Lines that could not be told, and are tried again after one could."""

BURST = 8
"""Of events that may come by the hundred, so many of a kind are told one by one within an hour."""

DRAFT_DAYS = 7
"""So far back, an earlier day's message about drafts is made to point to today's."""


class Teller:
    """Tells the operators what the timeline says."""

    def __init__(self, core: Core, poster: Poster) -> None:
        self._core, self._poster = core, poster

    async def tell(self, entry_id: int, word: str = "") -> None:
        """Tell one entry of the timeline, and whatever else the same invoice has waiting. A job.

        Raises:
            TryLater: Slack is busy or away; nothing is lost and nothing is told twice.
        """
        del word  # the jobs table gives every notice one; telling needs none
        try:
            await self._tell(await timeline.entry(self._core, entry_id))
        except SlackRefused as refused:
            log.error("operators are not told, Slack refuses: %s", refused)
            return
        await self._catch_up(told=entry_id)

    async def _tell(self, entry: Entry) -> None:
        invoice_id = entry.event.invoice_ref
        if invoice_id is not None:
            await self._in_case(entry, invoice_id)
        elif TELLINGS[type(entry.event)].alone:
            await (self._in_news(entry) if await self._in_burst(entry) else self._alone(entry))
        if TELLINGS[type(entry.event)].of_drafts:
            await self._drafts(entry.event.at)

    async def _alone(self, entry: Entry) -> None:
        keys = [chat_messages.entry_key(entry.id)]
        reserved = await chat_messages.reserve(self._core, keys=keys, channel=self._poster.channel)
        if unposted := await self._poster.unposted(reserved):
            await self._poster.once(news.alone(entry.event), reserved=unposted)

    async def _in_case(self, entry: Entry, invoice_id: UUID) -> None:
        case_key = chat_messages.case_key(invoice_id)
        has_case = bool(await chat_messages.found(self._core, keys=[case_key]))
        entries = await self._waiting(entry, invoice_id, opening=not has_case)
        in_burst = await self._in_burst(entry)
        if not has_case and (in_burst or not any(TELLINGS[type(each.event)].opens_case for each in entries)):
            await (self._in_news(entry) if in_burst else self._in_day(entry))
            return
        if not entries:
            return
        reserved = await chat_messages.reserve(
            self._core, keys=list(entries_by_key(entries)), channel=self._poster.channel, invoice_id=invoice_id
        )
        case = await cases.case(self._core, invoice_id=invoice_id)
        message = case_views.living(case)
        place = await self._poster.living(message, key=case_key, invoice_id=invoice_id)
        try:
            await self._thread(entries, reserved, place=place, number=case.invoice_number, loud=not in_burst)
        except MessageGone:
            place = await self._poster.again(message, key=case_key, invoice_id=invoice_id)
            await self._thread(entries, reserved, place=place, number=case.invoice_number, loud=not in_burst)

    async def _in_day(self, entry: Entry) -> None:
        if not TELLINGS[type(entry.event)].in_day:
            return
        day = await days.reminders(self._core, at=entry.event.at)
        if day.sent or day.withheld or day.troubled:
            await self._poster.living(day_views.living(day), key=chat_messages.day_key(day.day))

    async def _whom_to_call(self, events: Sequence[Event]) -> str:
        """Return the Slack account of the customer's owner, if somebody else asked for a reminder."""
        nudges = [each for each in events if isinstance(each, ReminderNudged) and each.owner_id is not None]
        if not nudges or nudges[0].owner_id is None or nudges[0].owner_name == nudges[0].actor:
            return ""
        return await people.slack_id_of(self._core, person_id=nudges[0].owner_id) or ""

    async def _in_burst(self, entry: Entry) -> bool:
        """Tell whether so many events of this kind came within the hour that one more is only counted."""
        if not TELLINGS[type(entry.event)].many:
            return False
        alike = await days.alike_before(self._core, entry_id=entry.id, kind=entry.event.kind, at=entry.event.at)
        return alike >= BURST

    async def _in_news(self, entry: Entry) -> None:
        called = {event.kind: telling.many for event, telling in TELLINGS.items() if telling.many}
        day = await days.news(self._core, at=entry.event.at, kinds=list(called))
        message = day_views.news(day, called=called, one_by_one=BURST)
        await self._poster.living(message, key=chat_messages.news_key(day.day))

    async def _drafts(self, at: datetime) -> None:
        """Keep the day's message about drafts current; there is none while nothing has waited."""
        day = await days.drafts(self._core, at=at)
        key = chat_messages.drafts_key(day.day)
        if day.waiting or await chat_messages.found(self._core, keys=[key]):
            await self._poster.living(day_views.drafts(day), key=key)
            await self._point_on(day.day)

    async def _point_on(self, today: date) -> None:
        """Let the messages about drafts of earlier days point to today's, so that no old figure stands there."""
        earlier = [chat_messages.drafts_key(today - timedelta(days=each)) for each in range(1, DRAFT_DAYS + 1)]
        moved: Message = day_views.drafts_moved(today)
        for old in await chat_messages.found(self._core, keys=earlier):
            if old.ts is not None and old.content_hash != moved.content_hash:
                await self._poster.living(moved, key=old.key)

    async def _thread(
        self, entries: Sequence[Entry], reserved: Sequence[Reservation], *, place: Place, number: str, loud: bool
    ) -> None:
        unposted = await self._poster.unposted(reserved, thread=place)
        if not unposted:
            return
        known = entries_by_key(entries)
        events = [known[each.message.key].event for each in unposted]
        broadcast = loud and any(TELLINGS[type(event)].to_channel for event in events)
        await self._poster.once(
            news.in_thread(
                events, invoice_number=number, in_channel=broadcast, mention=await self._whom_to_call(events)
            ),
            reserved=unposted,
            thread=place,
            broadcast=broadcast,
        )

    async def _waiting(self, entry: Entry, invoice_id: UUID, *, opening: bool) -> list[Entry]:
        """Return the entry and the invoice's later ones that were not told yet; a new thread begins with what was."""
        others = await timeline.of_invoice(self._core, invoice_id)
        before = [each for each in others if each.id < entry.id][-HISTORY:] if opening else []
        later = [each for each in others if each.id > entry.id]
        wanted = entries_by_key([each for each in (*before, entry, *later) if type(each.event) in TELLINGS])
        known = await chat_messages.found(self._core, keys=list(wanted))
        told = {message.key for message in known if message.ts is not None}
        return [each for key, each in wanted.items() if key not in told][:MOST_AT_ONCE]

    async def _catch_up(self, *, told: int) -> None:
        """Tell what Slack refused before a person put it right; jobs run one at a time, so nobody else is at it."""
        for entry_id in await chat_messages.unsent_entries(self._core, limit=CATCH_UP):
            if entry_id == told:
                continue
            try:
                await self._tell(await timeline.entry(self._core, entry_id))
            except (SlackRefused, TryLater) as reason:
                log.info("an older line still cannot be told: %s", reason)
                return
            except Exception as error:  # the rim: an old line that fails must never keep new ones back
                log.error("an older line cannot be told, entry %s: %s", entry_id, errors.trail(error))


def entries_by_key(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return the entries by the key of their line."""
    return {chat_messages.entry_key(each.id): each for each in entries}
