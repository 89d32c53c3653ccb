"""Replies: show an answer to the one person who typed or clicked."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import blocks, errors
from bot.asks import ReplyTo
from bot.blocks import Message

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0
TRIES = 3
LONGEST_WAIT_SECONDS = 5.0
"""A person waits in front of the screen; what takes longer is asked again."""


def payload(message: Message, *, own: bool = False) -> dict[str, Any]:
    """Return the message as an answer that only one person sees."""
    broken = blocks.problems(message)
    if broken:
        log.error("blocks are not sent, the sentence is: %s", "; ".join(broken))
    shown = {} if broken else {"blocks": list(message.blocks)}
    replaces = own and message.replaces
    return {"response_type": "ephemeral", "replace_original": replaces, "text": message.text, **shown}


class Replies:
    """Sends answers by the address that came with the request, or else through the Web API."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        client: AsyncWebClient,
        *,
        badge: Callable[[Message], Message] = lambda message: message,
    ) -> None:
        self._session, self._client, self._badge = session, client, badge

    async def send(self, to: ReplyTo, message: Message) -> None:
        """Show *message*; an answer that cannot be delivered is logged and given up."""
        message = self._badge(message)
        if to.response_url and await self._by_address(to.response_url, payload(message, own=to.own)):
            return
        if not to.channel:
            log.warning("an answer could not be shown: no way to whoever asked")
            return
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._client.chat_postEphemeral(
                    channel=to.channel, user=to.slack_id, text=message.text, blocks=list(message.blocks), parse="none"
                )
        except SlackApiError as error:
            log.warning("an answer could not be shown: %s", errors.meant(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("an answer could not be shown: %s", type(error).__name__)

    async def replace(self, to: ReplyTo, message: Message) -> None:
        """Show *message* in the place of an answer that one person sees, for as long as Slack lets us; else nothing."""
        body = payload(self._badge(message), own=True)
        if not (to.lasting and await self._by_address(to.response_url, body)):
            log.info("an answer is not shown anew")

    async def _by_address(self, address: str, body: dict[str, Any]) -> bool:
        """Post to the request's own address; blocks that Slack refuses are left out, a pause it asks for is kept."""
        for _ in range(TRIES):
            status, wait = await self._try(address, body)
            if status == 200:
                return True
            if 400 <= status < 500 and status != 429:
                if "blocks" not in body:
                    return False
                body = {name: value for name, value in body.items() if name != "blocks"}
                continue
            await asyncio.sleep(min(wait, LONGEST_WAIT_SECONDS))
        return False

    async def _try(self, address: str, body: dict[str, Any]) -> tuple[int, float]:
        """Return the status, 0 for no answer, and how many seconds to wait before the next try."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._session.post(address, json=body) as answer:
                said = answer.headers.get("Retry-After", "")
                return answer.status, float(said) if said.isascii() and said.isdigit() else 1.0
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.info("no answer from the address of a request: %s", type(error).__name__)
            return 0, 1.0
