"""Finding: whether a message of ours stands in a channel, by the key that each carries in its metadata."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.calls import Calls
from bot.errors import MessageGone, SlackRefused

log = logging.getLogger(__name__)

EVENT_TYPE = "plixo_message"
PAGE = 200
MOST_PAGES = 5
"""So many messages are looked through for one whose fate is unknown: it was posted seconds or minutes ago."""


def metadata(keys: Sequence[str]) -> dict[str, Any]:
    """Return what a message carries so that it is recognised."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": " ".join(keys)}}


async def look_up(
    client: AsyncWebClient, calls: Calls, *, keys: Sequence[str], channel: str, thread_ts: str = ""
) -> Mapping[str, str]:
    """Return the time stamps of the messages of these keys, of those that stand in the channel or the thread.

    Raises:
        MessageGone: There is no such thread.
        TryLater: Slack is busy or away.
    """
    wanted = set(keys)
    found: dict[str, str] = {}
    cursor = ""
    for _ in range(MOST_PAGES):
        try:
            page = await _page(client, calls, channel=channel, thread_ts=thread_ts, cursor=cursor)
        except SlackRefused as refused:  # one message twice is better than none
            log.error("the channel cannot be read, so a message may come twice: %s", refused)
            break
        except MessageGone:
            if thread_ts:
                raise
            break
        for message in page.get("messages") or ():
            for key in wanted & _keys(message):
                found[key] = str(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor or wanted <= found.keys():
            break
    return found


async def _page(
    client: AsyncWebClient, calls: Calls, *, channel: str, thread_ts: str, cursor: str
) -> AsyncSlackResponse:
    if not thread_ts:
        return await calls.make(
            lambda: client.conversations_history(
                channel=channel, limit=PAGE, include_all_metadata=True, cursor=cursor or None
            ),
            place=channel,
        )
    return await calls.make(
        lambda: client.conversations_replies(
            channel=channel, ts=thread_ts, limit=PAGE, include_all_metadata=True, cursor=cursor or None
        ),
        place=channel,
    )


def _keys(message: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys that a message of ours stands for."""
    carried = message.get("metadata") or {}
    if carried.get("event_type") != EVENT_TYPE:
        return frozenset()
    return frozenset(str((carried.get("event_payload") or {}).get("key", "")).split())
