"""Rooms: where things are said, and who reads along there: the channel of each purpose, and talks with one person."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import audience, errors
from bot.audience import Audience
from bot.calls import Calls
from bot.errors import SlackRefused
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import chat_channels
from domain.operations.chat_channels import Channel, ChannelClass

log = logging.getLogger(__name__)

ASKED_SECONDS = 1.0
"""So long a command may wait until it is known who reads along."""


class Purpose(StrEnum):
    """What a channel is for."""

    ALL = ""
    """Everything that has no channel of its own."""
    DISPUTES = "disputes"
    APPROVALS = "approvals"


@dataclass(frozen=True, slots=True)
class Plan:
    """Which channel is for what; what is not set goes into the one channel for everything."""

    main: str
    disputes: str = ""
    approvals: str = ""

    def of(self, purpose: Purpose) -> str:
        """Return the channel for that purpose."""
        own = {Purpose.DISPUTES: self.disputes, Purpose.APPROVALS: self.approvals}.get(purpose, "")
        return own or self.main

    def room(self, purpose: Purpose) -> Purpose:
        """Return the purpose by which the channel is told from others: ``ALL`` where it is the one for everything."""
        return purpose if self.of(purpose) != self.main else Purpose.ALL

    def all(self) -> tuple[str, ...]:
        """Return every channel, each once."""
        return tuple(dict.fromkeys(each for each in (self.main, self.disputes, self.approvals) if each))


class Rooms:
    """Knows the channels, and asks Slack about one whenever what is known has grown old."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, *, plan: Plan) -> None:
        self._core, self._client, self._calls = core, client, calls
        self.plan = plan

    async def audience(self, channel: str) -> Audience:
        """Return who reads along in a channel.

        Raises:
            SlackRefused: People of another company do, so nothing may be posted.
            TryLater: Slack is busy or away.
        """
        readers = audience.of((await self.channel(channel)).channel_class)
        if readers is None:
            raise SlackRefused(errors.EXTERNAL)
        return readers

    async def channel(self, channel: str) -> Channel:
        """Return what is known of a channel; Slack is asked where that is nothing, or old.

        Raises:
            TryLater: Slack is busy or away.
        """
        known = await chat_channels.known(self._core, channel=channel)
        if known is not None and known.is_current(self._core.clock.now()):
            return known
        return await self.learn(channel, known=known)

    async def learn(self, channel: str, *, known: Channel | None = None) -> Channel:
        """Ask Slack about a channel and keep the answer.

        A channel that Slack does not describe counts as public until it does; what was known to be shared with
        others stays so.

        Raises:
            TryLater: Slack is busy or away.
        """
        try:
            told = await self._calls.make(lambda: self._client.conversations_info(channel=channel))
        except SlackRefused as refused:
            log.warning("Slack does not describe a channel, it counts as public: %s", refused)
            if known is not None and known.channel_class is ChannelClass.EXTERNAL:
                return known
            return await chat_channels.keep(
                self._core,
                channel=channel,
                name=known.name if known else channel,
                channel_class=ChannelClass.UNKNOWN,
            )
        described = told.get("channel")
        found = described if isinstance(described, dict) else {}
        return await chat_channels.keep(
            self._core,
            channel=channel,
            name=str(found.get("name") or channel),
            channel_class=class_of(found),
            slack_id=str(found["user"]) if found.get("is_im") and found.get("user") else None,
        )

    async def direct(self, slack_id: str) -> str:
        """Return the channel of the talk with one person, and open it if need be.

        Raises:
            SlackRefused: Slack does not let us write to that person.
            TryLater: Slack is busy or away.
        """
        known = await chat_channels.with_person(self._core, slack_id=slack_id)
        if known is not None:
            return known.id
        opened = await self._calls.make(lambda: self._client.conversations_open(users=[slack_id]))
        described = opened.get("channel")
        channel = str(described.get("id") or "") if isinstance(described, dict) else ""
        if not channel:
            raise self._calls.half("no channel")
        await chat_channels.keep(
            self._core, channel=channel, name=slack_id, channel_class=ChannelClass.DIRECT, slack_id=slack_id
        )
        return channel

    async def is_external(self, channel: str) -> bool:
        """Tell whether people of another company are known to read along; in doubt, of a stranger's channel, not.

        For answers that one person alone sees, so Slack is asked seldom, and not waited for long.
        """
        if not channel or channel.startswith("D"):
            return False
        try:
            async with asyncio.timeout(ASKED_SECONDS):
                return (await self.channel(channel)).channel_class is ChannelClass.EXTERNAL
        except (TryLater, TimeoutError):
            known = await chat_channels.known(self._core, channel=channel)
            return known is not None and known.channel_class is ChannelClass.EXTERNAL


def class_of(described: Mapping[str, Any]) -> ChannelClass:
    """Return who can read along in a channel that Slack describes."""
    if any(described.get(each) for each in ("is_ext_shared", "is_pending_ext_shared", "pending_shared")):
        return ChannelClass.EXTERNAL
    if described.get("is_im"):
        return ChannelClass.DIRECT
    if "is_private" not in described and not described.get("is_mpim"):
        return ChannelClass.UNKNOWN
    return ChannelClass.PRIVATE if described.get("is_private") or described.get("is_mpim") else ChannelClass.PUBLIC
