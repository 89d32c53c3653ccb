"""The poster: posts each message once, keeps living messages current, and never posts faster than Slack wants.

That a message was posted is a row of the database, written before the call. When the process dies, or no answer
comes, the row has no ``ts``; the next try then looks for the message in the channel by the key that every message
of ours carries in its metadata, and posts only what is not there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import blocks, errors
from bot.blocks import Message
from bot.errors import BlocksRefused, MessageGone, SlackRefused
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import chat_messages
from domain.operations.chat_messages import ChatMessage, Reservation

log = logging.getLogger(__name__)

T = TypeVar("T")

EVENT_TYPE = "plixo_message"
TIMEOUT_SECONDS = 10.0
PAGE = 200
MOST_PAGES = 5
"""So many messages are looked through for one whose fate is unknown: it was posted seconds or minutes ago."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands."""

    channel: str
    ts: str


class Pace:
    """Let one call through each *seconds*, and a few at once after a quiet time."""

    def __init__(self, *, seconds: float, burst: int = 4) -> None:
        self._seconds, self._most = seconds, seconds * burst
        self._free_at = 0.0

    async def wait(self) -> None:
        """Return when it is this call's turn."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now - self._most) + self._seconds
        if self._free_at > now:
            await asyncio.sleep(self._free_at - now)


class Poster:
    """Everything that is said in the operators' channel goes through here, one job at a time."""

    def __init__(self, core: Core, client: AsyncWebClient, *, channel: str, pace: Pace) -> None:
        self._core, self._client, self._pace = core, client, pace
        self.channel = channel

    async def living(self, message: Message, *, key: str, invoice_id: UUID | None = None) -> Place:
        """Make the message of that key show *message*: post it, change it, or leave it as it is.

        Raises:
            SlackRefused: Slack takes no messages until a person has changed something.
            TryLater: Slack is busy or away.
        """
        known = await chat_messages.found(self._core, keys=[key])
        if not known or known[0].ts is None:
            return await self._new_living(message, key=key, invoice_id=invoice_id)
        place = Place(known[0].channel, known[0].ts)
        if known[0].content_hash == message.content_hash:
            return place
        try:
            await self._change(place, message)
        except MessageGone:
            return await self.again(message, key=key, invoice_id=invoice_id)
        except SlackRefused:
            if known[0].channel == self.channel:
                raise
            return await self.again(message, key=key, invoice_id=invoice_id)  # the old channel is closed
        await chat_messages.mark_posted(
            self._core, keys=[key], channel=place.channel, ts=place.ts, content_hash=message.content_hash
        )
        return place

    async def again(self, message: Message, *, key: str, invoice_id: UUID | None = None) -> Place:
        """Post a living message anew, since the one that was is gone."""
        log.info("chat message is gone and is posted anew: %s", key)
        await chat_messages.forget(self._core, keys=[key])
        return await self._new_living(message, key=key, invoice_id=invoice_id)

    async def once(
        self, message: Message, *, reserved: Sequence[Reservation], thread: Place | None = None, broadcast: bool = False
    ) -> None:
        """Post one message that stands for all the *reserved* keys, unless it was posted before.

        Raises:
            MessageGone: The thread's first message is gone.
            SlackRefused: Slack takes no messages until a person has changed something.
            TryLater: Slack is busy or away.
        """
        keys = [each.message.key for each in reserved]
        place = await self._post(message, keys=keys, thread=thread, broadcast=broadcast)
        await chat_messages.mark_posted(
            self._core, keys=keys, channel=place.channel, ts=place.ts, content_hash=message.content_hash
        )

    async def unposted(
        self, reserved: Sequence[Reservation], *, thread: Place | None = None
    ) -> tuple[Reservation, ...]:
        """Return those that must still be posted; of those with an unknown fate, the channel is asked first."""
        open_ = [each for each in reserved if each.message.ts is None]
        doubtful = [each.message for each in open_ if not each.fresh]
        if not doubtful:
            return tuple(open_)
        places = await self._look_up(doubtful, thread=thread)
        for message in doubtful:
            if place := places.get(message.key):
                await chat_messages.mark_posted(
                    self._core,
                    keys=[message.key],
                    channel=place.channel,
                    ts=place.ts,
                )
        return tuple(each for each in open_ if each.message.key not in places)

    async def file(self, name: str, body: bytes, *, channel: str, thread_ts: str) -> str:
        """Upload a file into a thread; return Slack's id of it.

        Raises:
            SlackRefused: Slack takes no files until a person has changed something.
            TryLater: Slack is busy or away.
        """
        promised = await self._call(lambda: self._client.files_getUploadURLExternal(filename=name, length=len(body)))
        file_id, address = str(promised["file_id"]), str(promised["upload_url"])
        await self._call(lambda: self._put(address, body))
        await self._call(
            lambda: self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": name}], channel_id=channel, thread_ts=thread_ts
            )
        )
        return file_id

    async def _put(self, address: str, body: bytes) -> None:
        session = self._client.session
        assert session is not None, "the bot gives its clients a session"
        async with session.post(address, data=body, headers={"Content-Type": "application/octet-stream"}) as answer:
            if answer.status != 200:
                raise TryLater(errors.OUTAGE_WAIT, f"Slack did not take a file ({answer.status})")

    async def _new_living(self, message: Message, *, key: str, invoice_id: UUID | None = None) -> Place:
        reserved = await chat_messages.reserve(self._core, keys=[key], channel=self.channel, invoice_id=invoice_id)
        if not await self.unposted(reserved):  # it was posted before the process died; what it shows may be old
            place = await self._place(key)
            try:
                await self._change(place, message)
                await chat_messages.mark_posted(
                    self._core, keys=[key], channel=place.channel, ts=place.ts, content_hash=message.content_hash
                )
                return place
            except MessageGone:
                log.info("chat message cannot be changed and is posted anew: %s", key)
        await self.once(message, reserved=reserved)
        return await self._place(key)

    async def _place(self, key: str) -> Place:
        (known,) = await chat_messages.found(self._core, keys=[key])
        assert known.ts is not None, "it was marked as posted a moment ago"
        return Place(known.channel, known.ts)

    async def _look_up(self, doubtful: Sequence[ChatMessage], *, thread: Place | None) -> Mapping[str, Place]:
        """Return where the messages of these keys stand, of those that stand anywhere."""
        wanted = {each.key for each in doubtful}
        channel = thread.channel if thread else doubtful[0].channel
        places: dict[str, Place] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            try:
                page = await self._page(channel, thread=thread, cursor=cursor)
            except SlackRefused as refused:  # one message twice is better than none
                log.error("the channel cannot be read, so a message may come twice: %s", refused)
                break
            for message in page.get("messages") or ():
                for key in wanted.intersection(_keys(message)):
                    places[key] = Place(channel, str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor or wanted <= places.keys():
                break
        return places

    async def _page(self, channel: str, *, thread: Place | None, cursor: str) -> AsyncSlackResponse:
        if thread is None:
            return await self._call(
                lambda: self._client.conversations_history(
                    channel=channel, limit=PAGE, include_all_metadata=True, cursor=cursor or None
                )
            )
        return await self._call(
            lambda: self._client.conversations_replies(
                channel=channel, ts=thread.ts, limit=PAGE, include_all_metadata=True, cursor=cursor or None
            )
        )

    async def _post(self, message: Message, *, keys: Sequence[str], thread: Place | None, broadcast: bool) -> Place:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": " ".join(keys)}}
        channel = thread.channel if thread else self.channel

        async def post(parts: dict[str, Any]) -> AsyncSlackResponse:
            return await self._call(
                lambda: self._client.chat_postMessage(
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
            )

        answer = await self._laddered(post, message)
        return Place(str(answer.get("channel") or channel), str(answer["ts"]))

    async def _change(self, place: Place, message: Message) -> None:
        async def change(parts: dict[str, Any]) -> AsyncSlackResponse:
            return await self._call(
                lambda: self._client.chat_update(
                    channel=place.channel, ts=place.ts, link_names=False, parse="none", **parts
                )
            )

        await self._laddered(change, message)

    async def _laddered(
        self, send: Callable[[dict[str, Any]], Awaitable[AsyncSlackResponse]], message: Message
    ) -> AsyncSlackResponse:
        """Send with blocks; where they break a limit of Slack's, send the sentence alone rather than nothing."""
        broken = blocks.problems(message)
        if not broken:
            try:
                return await send({"text": message.text, "blocks": list(message.blocks) or None})
            except BlocksRefused as reasons:
                broken = (str(reasons),)
        log.error("blocks are not sent, the sentence is: %s", "; ".join(broken))
        return await send({"text": message.text[: blocks.FALLBACK_LIMIT], "blocks": []})

    async def _call(self, method: Callable[[], Awaitable[T]]) -> T:
        await self._pace.wait()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await method()
        except SlackApiError as error:
            raise errors.meant(error) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TryLater(errors.OUTAGE_WAIT, f"Slack does not answer ({type(error).__name__})") from None


def _keys(message: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys that a message of ours stands for."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return frozenset()
    return frozenset(str((metadata.get("event_payload") or {}).get("key", "")).split())
