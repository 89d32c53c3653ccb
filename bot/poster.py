"""The poster: posts each message once, keeps living messages current, and never posts faster than Slack wants.

That a message was posted is a row of the database, written before the call. When the process dies, or no answer
comes, the row has no ``ts``; the next try then looks for the message in the channel by the key that every message
of ours carries in its metadata, and posts only what is not there.

A message is handed in as a function that draws it for an audience: only here is it known who reads the channel.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import badges, blocks, finding, ladder, readers
from bot.audience import Draw, Own
from bot.blocks import Message
from bot.calls import Calls
from bot.errors import BlocksRefused, MessageGone, SlackAway, SlackRefused
from bot.rooms import Rooms
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import chat_messages, chat_troubles
from domain.operations.chat_messages import ChatMessage, Reservation

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands."""

    channel: str
    ts: str


class Poster:
    """Everything that is said without being asked goes through here, one job at a time."""

    def __init__(
        self, core: Core, client: AsyncWebClient, *, calls: Calls, rooms: Rooms, rest: timedelta = timedelta(0)
    ) -> None:
        self._core, self._client, self._calls, self._rest = core, client, calls, rest
        self.rooms = rooms
        self._heard: set[str] = set()

    @property
    def channel(self) -> str:
        """The one channel for everything."""
        return self.rooms.plan.main

    def ready(self) -> None:
        """Return when Slack may be asked now.

        Raises:
            TryLater: It asked for a pause, or did not answer, a moment ago.
        """
        self._calls.ready()

    def heard(self) -> frozenset[str]:
        """Return the channels that took something since this was asked last."""
        found = frozenset(self._heard)
        self._heard.clear()
        return found

    async def living(self, draw: Draw, *, key: str, invoice_id: UUID | None = None, channel: str = "") -> Place:
        """Make the message of that key show what *draw* returns: post it, change it, or leave it as it is.

        Raises:
            SlackRefused: Slack takes no messages until a person has changed something.
            TryLater: Slack is busy or away, or the message was changed a moment ago.
        """
        channel = channel or self.channel
        known = await chat_messages.found(self._core, keys=[key])
        if not known or known[0].ts is None:
            return await self._new_living(draw, key=key, invoice_id=invoice_id, channel=channel)
        place = Place(known[0].channel, known[0].ts)
        try:
            message = await self._drawn(draw, place.channel)
            if known[0].content_hash == message.content_hash:
                return place
            self._let_rest(known[0])
            await self._change(place, message)
        except MessageGone:
            return await self.again(draw, key=key, invoice_id=invoice_id, channel=channel)
        except SlackRefused:
            if known[0].channel == channel:
                raise
            return await self.again(draw, key=key, invoice_id=invoice_id, channel=channel)  # the old channel is closed
        await self._mark([key], place, message)
        return place

    async def again(self, draw: Draw, *, key: str, invoice_id: UUID | None = None, channel: str = "") -> Place:
        """Post a living message anew, since the one that was is gone."""
        log.info("chat message is gone and is posted anew: %s", key)
        await chat_messages.forget(self._core, keys=[key])
        return await self._new_living(draw, key=key, invoice_id=invoice_id, channel=channel or self.channel)

    async def to_person(self, draw: Draw, *, slack_id: str, key: str, invoice_id: UUID | None = None) -> Place:
        """Make the message of that key in the talk with one person show what *draw* returns.

        Raises:
            SlackRefused: Slack does not let us write to that person.
            TryLater: Slack is busy or away.
        """
        channel = await self.rooms.direct(slack_id)
        reader = await readers.person(self._core, slack_id=slack_id)
        return await self.living(Own(reader, draw), key=f"{key}:{slack_id}", invoice_id=invoice_id, channel=channel)

    async def once(
        self,
        draw: Draw,
        *,
        reserved: Sequence[Reservation],
        thread: Place | None = None,
        broadcast: bool = False,
        channel: str = "",
    ) -> Place:
        """Post one message that stands for all the *reserved* keys, unless it was posted before.

        Raises:
            MessageGone: The thread's first message is gone.
            SlackRefused: Slack takes no messages until a person has changed something.
            TryLater: Slack is busy or away.
        """
        keys = [each.message.key for each in reserved]
        where = thread.channel if thread else channel or self.channel
        message = await self._drawn(draw, where)
        place = await self._post(message, keys=keys, channel=where, thread=thread, broadcast=broadcast)
        await self._mark(keys, place, message)
        return place

    async def redraw(self, draw: Draw, *, place: Place, keys: Sequence[str]) -> None:
        """Show something else in the place of a message that was posted; one that is gone needs nothing.

        Raises:
            SlackRefused: Slack takes no messages until a person has changed something.
            TryLater: Slack is busy or away.
        """
        message = await self._drawn(draw, place.channel)
        try:
            await self._change(place, message)
        except MessageGone:
            log.info("a message that was decided is gone")
        await self._mark(keys, place, message)

    async def unposted(
        self, reserved: Sequence[Reservation], *, thread: Place | None = None
    ) -> tuple[Reservation, ...]:
        """Return those that must still be posted; of those with an unknown fate, the channel is asked first."""
        open_ = [each for each in reserved if each.message.ts is None]
        doubtful = [each.message for each in open_ if not each.fresh]
        if not doubtful:
            return tuple(open_)
        found = await finding.look_up(
            self._client,
            self._calls,
            keys=[each.key for each in doubtful],
            channel=thread.channel if thread else doubtful[0].channel,
            thread_ts=thread.ts if thread else "",
        )
        places = {key: Place(thread.channel if thread else doubtful[0].channel, ts) for key, ts in found.items()}
        for message in doubtful:
            if place := places.get(message.key):
                await chat_messages.mark_posted(self._core, keys=[message.key], channel=place.channel, ts=place.ts)
        return tuple(each for each in open_ if each.message.key not in places)

    async def _drawn(self, draw: Draw, channel: str) -> Message:
        """Draw a message for those who read the channel.

        Raises:
            SlackRefused: Nothing may be posted there.
            TryLater: It is not known who reads along, and Slack is away.
        """
        try:
            audience = await self.rooms.audience(channel)
            reader = draw.reader if isinstance(draw, Own) else readers.everybody(self._core)
            with readers.spoken_to(self._core, reader):
                return badges.message(self._core, draw(audience))
        except (SlackRefused, SlackAway) as trouble:
            await self._note(trouble, channel)
            raise

    def _let_rest(self, known: ChatMessage) -> None:
        """Let what happens within seconds become one change.

        Raises:
            TryLater: The message was changed a moment ago.
        """
        left = known.updated_at + self._rest - self._core.clock.now()
        if timedelta(0) < left <= self._rest:
            raise TryLater(left, "the message was changed a moment ago")

    async def _new_living(self, draw: Draw, *, key: str, invoice_id: UUID | None, channel: str) -> Place:
        reserved = await chat_messages.reserve(self._core, keys=[key], channel=channel, invoice_id=invoice_id)
        if not await self.unposted(reserved):  # it was posted before the process died; what it shows may be old
            place = await self._place(key)
            try:
                message = await self._drawn(draw, place.channel)
                await self._change(place, message)
                await self._mark([key], place, message)
                return place
            except MessageGone:
                log.info("chat message cannot be changed and is posted anew: %s", key)
        return await self.once(draw, reserved=reserved, channel=channel)

    async def _mark(self, keys: Sequence[str], place: Place, message: Message) -> None:
        await chat_messages.mark_posted(
            self._core, keys=keys, channel=place.channel, ts=place.ts, content_hash=message.content_hash
        )

    async def _place(self, key: str) -> Place:
        (known,) = await chat_messages.found(self._core, keys=[key])
        assert known.ts is not None, "it was marked as posted a moment ago"
        return Place(known.channel, known.ts)

    async def _post(
        self, message: Message, *, keys: Sequence[str], channel: str, thread: Place | None, broadcast: bool
    ) -> Place:
        metadata = finding.metadata(keys)

        async def post(parts: dict[str, Any]) -> AsyncSlackResponse:
            return await self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread.ts if thread else None,
                reply_broadcast=broadcast or None,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
                parse="none",
                **parts,
            )

        answer = await self._laddered(post, message, channel=channel)
        if not answer.get("ts"):
            raise self._calls.half("no ts")
        return Place(str(answer.get("channel") or channel), str(answer["ts"]))

    async def _change(self, place: Place, message: Message) -> None:
        async def change(parts: dict[str, Any]) -> AsyncSlackResponse:
            return await self._client.chat_update(
                channel=place.channel, ts=place.ts, link_names=False, parse="none", **parts
            )

        await self._laddered(change, message, channel=place.channel)

    async def _laddered(
        self, send: Callable[[dict[str, Any]], Awaitable[AsyncSlackResponse]], message: Message, *, channel: str
    ) -> AsyncSlackResponse:
        """Send the richest form that Slack takes: charts, else text in their place, else the sentence alone."""
        broken = blocks.problems(message)
        if broken:
            log.error("blocks are not sent as they are: %s", "; ".join(broken))
        for rung in ladder.rungs(message):
            try:
                answer = await self._calls.make(lambda form=rung: send(form.parts()), place=channel)  # type: ignore[misc]
            except BlocksRefused as reasons:
                log.error("blocks are not sent, something plainer is: %s", reasons)
                continue
            except (SlackRefused, SlackAway) as trouble:
                await self._note(trouble, channel)
                raise
            self._heard.add(channel)
            return answer
        raise SlackRefused("invalid_blocks")

    async def _note(self, trouble: SlackRefused | SlackAway, channel: str) -> None:
        """Note that a channel, or the whole chat, takes nothing at the moment."""
        code = trouble.code if isinstance(trouble, SlackRefused) else chat_troubles.AWAY
        whole = trouble.is_whole if isinstance(trouble, SlackRefused) else True
        await chat_troubles.note(self._core, place=chat_troubles.WHOLE_CHAT if whole else channel, code=code)
