"""Channels: what Slack tells of them, so that nobody outside reads along unnoticed; and what one is told of them."""

from collections.abc import Mapping
from typing import Any

from bot.routes import Listener
from domain.kernel.core import Core
from domain.operations import chat_channels


async def happened(core: Core, event: Mapping[str, Any]) -> None:
    """Note that something happened to a channel; who reads along there is asked before the next post."""
    told = event.get("channel")
    channel = str(told.get("id") or "") if isinstance(told, dict) else str(told or "")
    known = [each for each in (channel, str(event.get("old_channel_id") or "")) if each]
    if not known or not any([await chat_channels.doubt(core, channel=each) for each in known]):
        return  # a channel that nothing was ever posted to
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "watch_chat")


LISTENERS: Mapping[str, Listener] = dict.fromkeys(
    (
        "channel_archive",
        "channel_deleted",
        "channel_id_changed",
        "channel_left",
        "channel_rename",
        "channel_shared",
        "channel_unarchive",
        "channel_unshared",
        "group_archive",
        "group_deleted",
        "group_left",
        "group_rename",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
    ),
    happened,
)
"""Whatever happens to a channel, it is asked about again."""
