"""Telling: the job that tells the operators' channel what the timeline says.

An invoice has one living message, the case, and a thread with a line for each event. A mass of reminders, drafts or
broken promises makes one message of the day each, changed in place; the channel hears only of what needs a person,
and of what is no alarm only so much an hour.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from bot import drawing, errors, heeding
from bot.blocks import Block, Message
from bot.errors import MessageGone, SlackRefused
from bot.missed import Missing
from bot.poster import Place, Poster
from bot.rooms import Purpose
from bot.tellings import TELLINGS, purpose
from bot.views import days as day_views
from bot.views import news
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.jobs import TryLater
from domain.kernel.timeline import Entry
from domain.operations import cases, chat_messages, chat_troubles, days, noise, standings
from domain.operations.chat_messages import Reservation
from domain.operations.chat_troubles import Trouble
from domain.operations.noise import Outcome
from domain.outreach.gates import INCIDENT
from domain.outreach.stop_events import GateClosed, GateOpened

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
        self._core, self._poster, self._rooms = core, poster, poster.rooms
        self._missing = Missing(core, poster)

    async def tell(self, entry_id: int, word: str = "") -> None:
        """Tell one entry of the timeline, and whatever else the same invoice has waiting. A job.

        Raises:
            TryLater: Slack is busy or away; nothing is lost and nothing is told twice.
        """
        del word  # the jobs table gives every notice one; telling needs none
        self._poster.ready()
        troubles = await chat_troubles.listed(self._core)
        try:
            if troubles:
                await self._missing.collapse(troubles)
            await self._tell(await timeline.entry(self._core, entry_id))
        except SlackRefused as refused:
            log.error("operators are not told, Slack refuses: %s", refused)
            return
        await self.put_right(troubles)
        await self.catch_up(told=entry_id)

    async def put_right(self, troubles: Sequence[Trouble]) -> None:
        """Note that the places which took something are in trouble no more."""
        heard = self._poster.heard()
        if heard and troubles:
            await chat_troubles.over(self._core, places=[chat_troubles.WHOLE_CHAT, *heard])

    async def catch_up(self, *, told: int = 0, limit: int = CATCH_UP) -> None:
        """Tell what Slack refused before a person put it right; jobs run one at a time, so nobody else is at it."""
        for entry_id in await chat_messages.unsent_entries(self._core, limit=limit):
            if entry_id == told:
                continue
            try:
                await self._tell(await timeline.entry(self._core, entry_id))
            except (SlackRefused, TryLater) as reason:
                log.info("an older line still cannot be told: %s", reason)
                return
            except Exception as error:  # the rim: an old line that fails must never keep new ones back
                log.error("an older line cannot be told, entry %s: %s", entry_id, errors.trail(error))

    async def redraw_case(self, invoice_id: UUID) -> None:
        """Draw every message of an invoice anew, without a word; there is nothing to do where it has none.

        Raises:
            SlackRefused: Slack takes no messages until a person has changed something.
            TryLater: Slack is busy or away.
        """
        known = await chat_messages.cases_of(self._core, invoice_id=invoice_id)
        if known:
            draw = drawing.case(await cases.case(self._core, invoice_id=invoice_id))
            for each in known:
                await self._poster.living(draw, key=each.key, invoice_id=invoice_id, channel=each.channel)

    async def _tell(self, entry: Entry) -> None:
        invoice_id = entry.event.invoice_ref
        if invoice_id is not None:
            await self._in_case(entry, invoice_id)
        elif self._is_alone(entry.event) and not await self._is_told(entry):
            await (self._counted(entry) if await self._in_burst(entry) else self._alone(entry))
        if TELLINGS[type(entry.event)].of_drafts:
            await self._drafts(entry.event.at)

    @staticmethod
    def _is_alone(event: Event) -> bool:
        """Tell whether an event without an invoice makes a message; what an incident holds back, its own tells."""
        of_incident = isinstance(event, GateClosed | GateOpened) and event.gate == INCIDENT
        return TELLINGS[type(event)].alone and not of_incident

    async def _alone(self, entry: Entry) -> None:
        channel, key = self._rooms.plan.of(purpose(type(entry.event))), chat_messages.entry_key(entry.id)
        if not await self._passes(entry, channel):
            await self._counted(entry)
            return
        reserved = await chat_messages.reserve(self._core, keys=[key], channel=channel)
        if unposted := await self._poster.unposted(reserved):
            subject = news.subject(entry.event)
            await chat_messages.describe(
                self._core, keys=[key], subjects={key: subject} if subject else {}, form="alone"
            )
            decided = await standings.of(self._core, [subject] if subject else [])
            draw = drawing.alone(entry, standings=decided, less=self._less(entry, channel))
            await self._poster.once(draw, reserved=unposted, channel=channel)

    async def _in_case(self, entry: Entry, invoice_id: UUID) -> None:
        room = self._rooms.plan.room(purpose(type(entry.event)))
        channel, case_key = self._rooms.plan.of(room), chat_messages.case_key(invoice_id, room=room)
        has_case = bool(await chat_messages.found(self._core, keys=[case_key]))
        entries = await self._waiting(entry, invoice_id, room=room, opening=not has_case)
        in_burst = await self._in_burst(entry)
        if not has_case:
            if await self._is_told(entry):
                return  # in the one message about all that was missed
            if in_burst or not any(TELLINGS[type(each.event)].opens_case for each in entries):
                await (self._counted(entry) if in_burst else self._in_day(entry))
                return
            if not await self._passes(entry, channel):
                await self._counted(entry)
                return
        if not entries:
            return
        reserved = await chat_messages.reserve(
            self._core, keys=list(entries_by_key(entries)), channel=channel, invoice_id=invoice_id
        )
        case = await cases.case(self._core, invoice_id=invoice_id)
        draw = drawing.case(case)
        place = await self._poster.living(draw, key=case_key, invoice_id=invoice_id, channel=channel)
        less = None if has_case else self._less(entry, channel)
        try:
            await self._thread(entries, reserved, place=place, number=case.invoice_number, loud=not in_burst, less=less)
        except MessageGone:
            place = await self._poster.again(draw, key=case_key, invoice_id=invoice_id, channel=channel)
            await self._thread(entries, reserved, place=place, number=case.invoice_number, loud=not in_burst, less=less)
        if len(self._rooms.plan.all()) > 1:
            await self.redraw_case(invoice_id)

    async def _is_told(self, entry: Entry) -> bool:
        known = await chat_messages.found(self._core, keys=[chat_messages.entry_key(entry.id)])
        return bool(known and known[0].ts is not None)

    async def _passes(self, entry: Entry, channel: str) -> bool:
        """Tell whether the channel is told of this by itself: an alarm always is, the rest while it is not too much."""
        event = entry.event
        alarm = TELLINGS[type(event)].to_channel
        key = chat_messages.entry_key(entry.id)
        outcome = await noise.decide(self._core, channel=channel, key=key, kind=event.kind, alarm=alarm)
        return outcome is Outcome.SENT

    @staticmethod
    def may_be_less(entry: Entry) -> bool:
        """Tell whether a channel may ask to hear less of this: it may not of an alarm."""
        return not TELLINGS[type(entry.event)].to_channel

    def _less(self, entry: Entry, channel: str) -> Block | None:
        return drawing.less_button(channel=channel, kind=entry.event.kind) if self.may_be_less(entry) else None

    async def _in_day(self, entry: Entry) -> None:
        if not TELLINGS[type(entry.event)].in_day:
            return
        day = await days.reminders(self._core, at=entry.event.at)
        if day.sent or day.withheld or day.troubled:
            await self._poster.living(
                lambda audience: day_views.living(day, audience), key=chat_messages.day_key(day.day)
            )

    async def whom_to_call(self, events: Sequence[Event]) -> str:
        """Return the Slack account that a thread's lines name; empty where nobody is called."""
        return await heeding.called(self._core, events)

    async def _in_burst(self, entry: Entry) -> bool:
        """Tell whether so many events of this kind came within the hour that one more is only counted."""
        if not TELLINGS[type(entry.event)].many:
            return False
        alike = await days.alike_before(self._core, entry_id=entry.id, kind=entry.event.kind, at=entry.event.at)
        return alike >= BURST

    async def _counted(self, entry: Entry) -> None:
        """Count an entry in the day's one message, instead of telling it."""
        room = self._rooms.plan.room(purpose(type(entry.event)))
        channel = self._rooms.plan.of(room)
        called = {event.kind: telling.many for event, telling in TELLINGS.items() if telling.many}
        day = await days.news(self._core, at=entry.event.at, kinds=list(called))
        folded = await noise.folded(self._core, channel=channel, day=day.day)
        message = day_views.news(
            day, called=called, one_by_one=BURST, folded=folded, budget=self._core.limits.chat_budget
        )
        await self._poster.living(lambda _: message, key=chat_messages.news_key(day.day, room=room), channel=channel)

    async def _drafts(self, at: datetime) -> None:
        """Keep the day's message about drafts current; there is none while nothing has waited."""
        day = await days.drafts(self._core, at=at)
        key = chat_messages.drafts_key(day.day)
        if day.waiting or await chat_messages.found(self._core, keys=[key]):
            await self._poster.living(
                lambda audience: day_views.drafts(day, audience),
                key=key,
                channel=self._rooms.plan.of(Purpose.APPROVALS),
            )
            await self._point_on(day.day)

    async def _point_on(self, today: date) -> None:
        """Let the messages about drafts of earlier days point to today's, so that no old figure stands there."""
        earlier = [chat_messages.drafts_key(today - timedelta(days=each)) for each in range(1, DRAFT_DAYS + 1)]
        moved: Message = day_views.drafts_moved(today)
        for old in await chat_messages.found(self._core, keys=earlier):
            if old.ts is not None and old.content_hash != moved.content_hash:
                await self._poster.living(lambda _: moved, key=old.key, channel=old.channel)

    async def _thread(
        self,
        entries: Sequence[Entry],
        reserved: Sequence[Reservation],
        *,
        place: Place,
        number: str,
        loud: bool,
        less: Block | None,
    ) -> None:
        unposted = await self._poster.unposted(reserved, thread=place)
        if not unposted:
            return
        known = entries_by_key(entries)
        told = [known[each.message.key] for each in unposted]
        silent = all(each.message.form == chat_messages.SILENT for each in unposted)
        broadcast = loud and not silent and any(TELLINGS[type(each.event)].to_channel for each in told)
        if broadcast:
            await self._passes(told[0], place.channel)  # an alarm always does; the week's figures count it
        subjects = {key: subject for key, each in entries_by_key(told).items() if (subject := news.subject(each.event))}
        form = " ".join(["thread", *(["loud"] if broadcast else []), *(["less"] if less else [])])
        await chat_messages.describe(self._core, keys=list(entries_by_key(told)), subjects=subjects, form=form)
        draw = drawing.thread(
            told,
            number=number,
            in_channel=broadcast,
            mention=await self.whom_to_call([each.event for each in told]),
            standings=await standings.of(self._core, subjects.values()),
            less=less,
        )
        await self._poster.once(draw, reserved=unposted, thread=place, broadcast=broadcast)

    async def _waiting(self, entry: Entry, invoice_id: UUID, *, room: Purpose, opening: bool) -> list[Entry]:
        """Return the entry and the invoice's later ones that were not told yet; a new thread begins with what was."""
        others = await timeline.of_invoice(self._core, invoice_id)
        before = [each for each in others if each.id < entry.id][-HISTORY:] if opening else []
        later = [each for each in others if each.id > entry.id]
        wanted = entries_by_key(
            [
                each
                for each in (*before, entry, *later)
                if type(each.event) in TELLINGS and self._rooms.plan.room(purpose(type(each.event))) == room
            ]
        )
        known = await chat_messages.found(self._core, keys=list(wanted))
        told = {message.key for message in known if message.ts is not None}
        return [each for key, each in wanted.items() if key not in told][:MOST_AT_ONCE]


def entries_by_key(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return the entries by the key of their line."""
    return {chat_messages.entry_key(each.id): each for each in entries}
