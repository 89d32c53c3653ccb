"""Windows: open a modal, and put something else into one that is open."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import blocks, errors, modals
from bot.blocks import Message
from bot.modals import Modal
from domain.kernel.speech import say

log = logging.getLogger(__name__)

OPEN_SECONDS = 2.5
"""A trigger is good for three seconds."""

CHANGE_SECONDS = 10.0


class Windows:
    """Opens and changes windows through the Web API."""

    def __init__(self, client: AsyncWebClient, *, badge: Callable[[Modal], Modal] = lambda modal: modal) -> None:
        self._client, self._badge = client, badge

    async def open(self, trigger: str, modal: Modal) -> str:
        """Open a window and return its id; empty when it could not be opened."""
        opening = self._client.views_open(trigger_id=trigger, view=self.view(modal))
        return await _view_id(opening, seconds=OPEN_SECONDS)

    async def change(self, window: str, modal: Modal) -> bool:
        """Put *modal* into an open window; False when it was closed meanwhile or Slack does not answer."""
        changing = self._client.views_update(view_id=window, view=self.view(modal))
        return bool(await _view_id(changing, seconds=CHANGE_SECONDS))

    def view(self, modal: Modal) -> dict[str, Any]:
        """Return the view as it is shown, with its badge."""
        return shown(self._badge(modal))


def shown(modal: Modal) -> dict[str, Any]:
    """Return the view; one that breaks a limit of Slack's is replaced by its words, so that something is seen."""
    broken = modals.problems(modal)
    if not broken:
        return modal.view()
    log.error("a window is not shown as it is: %s", "; ".join(broken))
    words = say("This cannot be shown here. The command of the same name does it, too: `/plixo help`.")
    return modals.of(Message(text=words, blocks=(blocks.section(words),))).view()


async def _view_id(call: Awaitable[AsyncSlackResponse], *, seconds: float) -> str:
    try:
        async with asyncio.timeout(seconds):
            answer = await call
    except SlackApiError as error:
        log.warning("a window is not shown: %s", errors.meant(error))
        return ""
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("a window is not shown: %s", type(error).__name__)
        return ""
    return str((answer.get("view") or {}).get("id") or "")
