"""Downloads: the bytes of a file that is kept at Slack, fetched with our token from Slack's own host and no other."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.calls import Calls
from bot.errors import SlackAway, SlackRefused
from domain.kernel.speech import phrase, say
from domain.operations.imports import handing

FILES_HOST = "files.slack.com"

SECONDS = 120.0
"""Within it a file is here, or it is tried again."""

CHUNK = 1 << 16

UNHANDED = phrase("Slack does not hand the file out ({code}).")
ELSEWHERE = phrase("The file does not lie at Slack, so it cannot be fetched. Upload it here.")
FORBIDDEN = phrase("Slack does not hand the file out: the app may not read files; install it again from its manifest.")
LOST = phrase("Slack does not hand the file out: it is gone.")
PAGE = phrase("Slack sent a page instead of the file: the app may not read files. Install it again.")


class Unfetchable(Exception):
    """Say to people why a file cannot be had, however often it is tried."""


@dataclass(frozen=True, slots=True)
class Described:
    """A file as Slack describes it."""

    id: str
    name: str
    size: int
    owner: str
    address: str = field(repr=False)
    """Where its bytes are; only who shows the token gets them."""
    threads: tuple[tuple[str, str], ...] = ()
    """The channels in which it was shared, with the messages that did."""

    def thread(self, channel: str) -> str:
        """Return the message by which it was shared in a channel; empty when Slack does not tell."""
        return next((ts for shared_in, ts in self.threads if shared_in == channel), "")


class Downloads:
    """Fetches files."""

    def __init__(self, client: AsyncWebClient, calls: Calls, *, api_url: str) -> None:
        self._client, self._calls = client, calls
        api = urlsplit(api_url)
        self._own = (api.scheme, api.netloc)
        """Where the Web API is asked; a stand-in keeps its files there, too."""

    async def described(self, file_id: str) -> Described:
        """Return what Slack says of a file.

        Raises:
            Unfetchable: There is no such file, or we may not see it.
            TryLater: Slack is busy or away.
        """
        try:
            told = await self._calls.make(lambda: self._client.files_info(file=file_id))
        except SlackRefused as refused:
            raise Unfetchable(say(UNHANDED, code=str(refused))) from None
        found = told.get("file")
        if not isinstance(found, dict):
            raise self._calls.half("no file")
        return Described(
            id=file_id,
            name=str(found.get("name") or found.get("title") or "file"),
            size=_number(found.get("size")),
            owner=str(found.get("user") or ""),
            address=str(found.get("url_private_download") or found.get("url_private") or ""),
            threads=tuple(_shares(found.get("shares"))),
        )

    async def fetched(self, file: Described, *, most: int) -> bytes:
        """Return the file's bytes, read no further than *most*.

        Raises:
            Unfetchable: It is larger, lies elsewhere than at Slack, or is not handed out.
            TryLater: Slack is busy or away.
        """
        if file.size > most:
            raise Unfetchable(str(handing.too_large(file.name, most)))
        address = urlsplit(file.address)
        at_slack = (address.scheme, address.netloc) == ("https", FILES_HOST)
        if not at_slack and (address.scheme, address.netloc) != self._own:
            raise Unfetchable(say(ELSEWHERE))
        session = self._client.session
        assert session is not None, "the bot gives its clients a session"
        headers = {"Authorization": f"Bearer {self._client.token}"}
        timeout = aiohttp.ClientTimeout(total=SECONDS, sock_read=20)
        try:
            async with session.get(
                file.address, headers=headers, allow_redirects=False, timeout=timeout, max_line_size=8190
            ) as answer:
                _require_handed_out(answer)
                return await _read(answer, file.name, most)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackAway(errors.OUTAGE_WAIT, f"a file does not come ({type(error).__name__})") from None


def _require_handed_out(answer: aiohttp.ClientResponse) -> None:
    """Let pass what is the file itself.

    A token that may not read files is answered by a way to the page for signing in.

    Raises:
        Unfetchable: It is not handed out.
        SlackAway: Slack is busy or ill.
    """
    if answer.status == 429 or answer.status >= 500:
        raise SlackAway(errors.OUTAGE_WAIT, f"a file does not come ({answer.status})")
    if answer.status != 200:
        raise Unfetchable(say(FORBIDDEN if answer.status in (301, 302, 303, 307, 308, 401, 403) else LOST))


async def _read(answer: aiohttp.ClientResponse, name: str, most: int) -> bytes:
    read = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        read += chunk
        if len(read) > most:
            raise Unfetchable(str(handing.too_large(name, most)))
        await asyncio.sleep(0)
    head = bytes(read[:512]).lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise Unfetchable(say(PAGE))
    return bytes(read)


def _shares(value: Any) -> list[tuple[str, str]]:
    groups = value.values() if isinstance(value, dict) else ()
    return [
        (str(channel), str(each.get("ts")))
        for group in groups
        if isinstance(group, dict)
        for channel, messages in group.items()
        if isinstance(messages, list)
        for each in messages
        if isinstance(each, dict) and each.get("ts")
    ]


def _number(value: Any) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
