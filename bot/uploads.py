"""Uploads: a file into a thread, by the three steps that Slack wants."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.calls import Calls
from bot.errors import SlackAway

_LEAST_SECONDS = 10.0

_LEAST_A_SECOND = 100_000
"""Bytes: a large file on a slow line may take longer than a call, or no try would ever be the last."""


async def share(
    client: AsyncWebClient, calls: Calls, *, name: str, body: bytes, channel: str, thread_ts: str = "", alt: str = ""
) -> str:
    """Upload a file into a channel or a thread there; return Slack's id of it.

    *alt* is what a screen reader says of a picture.

    Raises:
        SlackRefused: Slack takes no files until a person has changed something.
        TryLater: Slack is busy or away.
    """
    promised = await calls.make(
        lambda: client.files_getUploadURLExternal(filename=name, length=len(body), alt_txt=alt or None), place=channel
    )
    file_id, address = str(promised.get("file_id") or ""), str(promised.get("upload_url") or "")
    if not file_id or not address:
        raise calls.half("no place for a file")
    seconds = _LEAST_SECONDS + len(body) / _LEAST_A_SECOND
    await calls.make(lambda: _put(client, address, body, seconds=seconds), place=channel, seconds=seconds)
    await calls.make(
        lambda: client.files_completeUploadExternal(
            files=[{"id": file_id, "title": name}], channel_id=channel, thread_ts=thread_ts or None
        ),
        place=channel,
    )
    return file_id


async def _put(client: AsyncWebClient, address: str, body: bytes, *, seconds: float) -> None:
    session = client.session
    assert session is not None, "the bot gives its clients a session"
    headers, timeout = {"Content-Type": "application/octet-stream"}, aiohttp.ClientTimeout(total=seconds, connect=5)
    async with session.post(address, data=body, headers=headers, timeout=timeout) as answer:
        if answer.status != 200:
            raise SlackAway(errors.OUTAGE_WAIT, f"Slack did not take a file ({answer.status})")
