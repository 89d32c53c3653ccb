"""Unfurling: a pay link that somebody pastes into a channel shows nothing of the payer but a warning.

It is a Work Object as well: whoever may look at the invoice opens its pane (``bot.panes``), alone.

It is done at once or not at all: an hour later nobody looks at it. The address itself is never stored nor logged.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import readers
from bot.calls import Calls
from bot.errors import SlackRefused
from bot.rooms import Rooms
from bot.views import panes
from bot.views import unfurls as views
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.pay_links import pasted

log = logging.getLogger(__name__)

MOST_LINKS = 5
"""Of one message; links beyond that show nothing, as any address does."""

COMPOSER = "composer"
"""Where a link stands that is only being typed; it comes again once it is sent."""

EVENT = "link_shared"


class Unfurler:
    """Answers pasted links."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, *, rooms: Rooms) -> None:
        self._core, self._client, self._calls, self._rooms = core, client, calls, rooms

    async def shared(self, event: Mapping[str, Any]) -> None:
        """Show below each pay link of a message what everybody may see; where other companies read, nothing."""
        channel, ts = str(event.get("channel") or ""), str(event.get("message_ts") or "")
        if not channel or not ts or event.get("source") == COMPOSER:
            return
        try:
            found = await self._unfurled(event)
            if found:
                await self._rooms.audience(channel)
                await self._show(found, channel=channel, ts=ts)
        except (SlackRefused, TryLater) as trouble:
            log.warning("a pasted link is not unfurled: %s", trouble)

    async def _show(self, found: Mapping[str, tuple[dict[str, Any], panes.Entity]], *, channel: str, ts: str) -> None:
        """Show the warnings, as objects where the app may have any: an older manifest must not cost the warning."""
        unfurls = {address: shown for address, (shown, _) in found.items()}
        metadata = {"entities": [entity for _, entity in found.values()]}
        call = partial(self._client.chat_unfurl, channel=channel, ts=ts, unfurls=unfurls)
        try:
            await self._calls.make(partial(call, metadata=metadata), place=channel)
        except SlackRefused as no:
            log.warning("a pasted link is shown without its object: %s", no.code)
            await self._calls.make(call, place=channel)

    async def _unfurled(self, event: Mapping[str, Any]) -> dict[str, tuple[dict[str, Any], panes.Entity]]:
        """Return what is shown below each link and the object that it is, by its address as Slack wrote it."""
        links = event.get("links")
        told = [each for each in links if isinstance(each, dict)] if isinstance(links, list) else []
        found: dict[str, tuple[dict[str, Any], panes.Entity]] = {}
        for address in dict.fromkeys(str(each.get("url") or "") for each in told[:MOST_LINKS]):
            invoice_id = await pasted.invoice_of(self._core, address=address)
            if invoice_id is not None:
                with readers.spoken_to(self._core, readers.everybody(self._core)):
                    shown = views.pay_link(invoice_id)
                    home = self._core.merchant.public_url
                    entity = panes.pasted(invoice_id, address=address, home=home, warning=shown.text)
                found[address] = {"blocks": list(shown.blocks), "fallback": shown.text}, entity
        return found
