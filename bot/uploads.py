"""Uploads: a file into a channel or a thread, once, by the three steps that Slack wants.

Between the third step and our note of it the process can die, or Slack's answer get lost. So its id is written down
before that step, and whoever finds it later asks Slack whether the file was shared: it comes twice only when Slack
itself does not know that yet. Twice is better than never.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.calls import Calls
from bot.errors import SlackAway, SlackRefused
from domain.kernel.core import Core
from domain.operations import chat_messages

_LEAST_SECONDS = 10.0

_LEAST_A_SECOND = 100_000
"""Bytes: a large file on a slow line may take longer than a call, or no try would ever be the last."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that leaves."""

    name: str
    body: bytes = field(repr=False)
    alt: str = ""
    """What a screen reader says of a picture."""


class Uploads:
    """Brings files to Slack."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls) -> None:
        self._core, self._client, self._calls = core, client, calls

    async def is_done(self, key: str) -> bool:
        """Tell whether the file of that key was brought, as far as we know."""
        known = await chat_messages.found(self._core, keys=[key])
        return bool(known) and known[0].ts is not None

    async def once(
        self, file: Upload, *, key: str, channel: str, thread_ts: str = "", invoice_id: UUID | None = None
    ) -> None:
        """Bring the file of that key into a channel or a thread there, unless it was brought before.

        Raises:
            SlackRefused: Slack takes no files until a person has changed something.
            TryLater: Slack is busy or away.
        """
        (reserved,) = await chat_messages.reserve(self._core, keys=[key], channel=channel, invoice_id=invoice_id)
        begun = reserved.message
        if begun.ts is not None:
            return
        file_id = begun.upload
        if not file_id or not await self._is_shared(file_id):
            file_id = await self._sent(file, channel)
            await chat_messages.uploading(self._core, key=key, file_id=file_id)
            await self._calls.make(
                lambda: self._client.files_completeUploadExternal(
                    files=[{"id": file_id, "title": file.name}], channel_id=channel, thread_ts=thread_ts or None
                ),
                place=channel,
            )
        await chat_messages.mark_posted(self._core, keys=[key], channel=channel, ts=file_id)

    async def _sent(self, file: Upload, channel: str) -> str:
        """Send the bytes, which nobody sees yet; return Slack's id of the file."""
        promised = await self._calls.make(
            lambda: self._client.files_getUploadURLExternal(
                filename=file.name, length=len(file.body), alt_txt=file.alt or None
            ),
            place=channel,
        )
        file_id, address = str(promised.get("file_id") or ""), str(promised.get("upload_url") or "")
        if not file_id or not address:
            raise self._calls.half("no place for a file")
        seconds = _LEAST_SECONDS + len(file.body) / _LEAST_A_SECOND
        await self._calls.make(lambda: self._put(address, file.body, seconds=seconds), place=channel, seconds=seconds)
        return file_id

    async def _is_shared(self, file_id: str) -> bool:
        """Ask Slack whether a file of ours was shared with anybody."""
        try:
            told = await self._calls.make(lambda: self._client.files_info(file=file_id))
        except SlackRefused:
            return False  # a file that was never completed is none
        found: Any = told.get("file")
        return isinstance(found, dict) and any(found.get(each) for each in ("shares", "channels", "groups", "ims"))

    async def _put(self, address: str, body: bytes, *, seconds: float) -> None:
        session = self._client.session
        assert session is not None, "the bot gives its clients a session"
        headers, timeout = {"Content-Type": "application/octet-stream"}, aiohttp.ClientTimeout(total=seconds, connect=5)
        async with session.post(address, data=body, headers=headers, timeout=timeout) as answer:
            if answer.status != 200:
                raise SlackAway(errors.OUTAGE_WAIT, f"Slack did not take a file ({answer.status})")
