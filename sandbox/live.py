"""Tell open pages what has changed: a stream of names of panes, no more."""

import asyncio
import json
from collections.abc import Mapping

from aiohttp import web

PANES: Mapping[str, tuple[str, ...]] = {
    "slack.message": ("channel", "guide"),
    "slack.ephemeral": ("channel",),
    "slack.view": ("modal",),
    "slack.pane": ("object",),
    "slack.home": ("channel",),
    "slack.command": ("guide",),
    "slack.file": ("channel", "guide"),
    "mail": ("mail", "guide"),
    "stripe.session": ("stripe", "guide"),
    "stripe.refund": ("stripe",),
    "stripe.dispute": ("stripe",),
    "stripe.event": ("stripe",),
    "stripe.delivery": ("stripe",),
    "clock": ("clock",),
}
"""Which panes show which kinds of documents."""

KEEPALIVE_SECONDS = 15
MOST_LISTENERS = 50


class Live:
    """Everybody who has the page open."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[frozenset[str] | None]] = set()

    def changed(self, kinds: frozenset[str]) -> None:
        """Tell all pages which panes are out of date."""
        panes = frozenset(pane for kind in kinds for pane in PANES.get(kind, ()))
        if panes:
            for listener in self._listeners:
                listener.put_nowait(panes)

    def close(self) -> None:
        """End all streams."""
        for listener in self._listeners:
            listener.put_nowait(None)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve one page until it is closed; changes that come close together are told together."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.\n")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        mine: asyncio.Queue[frozenset[str] | None] = asyncio.Queue()
        self._listeners.add(mine)
        try:
            await response.write(b"retry: 1000\n\n")
            while (panes := await self._next(mine)) is not None:
                await response.write(b"data: " + json.dumps(sorted(panes)).encode() + b"\n\n" if panes else b": \n\n")
        except ConnectionError:
            pass  # the page was closed
        finally:
            self._listeners.discard(mine)
        return response

    async def _next(self, mine: asyncio.Queue[frozenset[str] | None]) -> frozenset[str] | None:
        try:
            async with asyncio.timeout(KEEPALIVE_SECONDS):
                panes = await mine.get()
        except TimeoutError:
            return frozenset()
        await asyncio.sleep(0.05)
        while panes is not None and not mine.empty():
            more = mine.get_nowait()
            panes = None if more is None else panes | more
        return panes
