"""Uploads: a file into a thread, by the three steps that Slack wants."""

from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.calls import Calls
from bot.errors import SlackAway


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
    await calls.make(lambda: _put(client, address, body), place=channel)
    await calls.make(
        lambda: client.files_completeUploadExternal(
            files=[{"id": file_id, "title": name}], channel_id=channel, thread_ts=thread_ts or None
        ),
        place=channel,
    )
    return file_id


async def _put(client: AsyncWebClient, address: str, body: bytes) -> None:
    session = client.session
    assert session is not None, "the bot gives its clients a session"
    async with session.post(address, data=body, headers={"Content-Type": "application/octet-stream"}) as answer:
        if answer.status != 200:
            raise SlackAway(errors.OUTAGE_WAIT, f"Slack did not take a file ({answer.status})")
