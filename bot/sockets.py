"""Sockets: the connection of Socket Mode, by which Slack's requests come without a public address."""

import asyncio
from typing import Self

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler


class Socket(AsyncSocketModeHandler):
    """The connection of Socket Mode; it comes back by itself whenever it is lost.

    ``async with`` starts it and does not wait for Slack, so that a start without Slack is a start all the same.
    """

    _connecting: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        """Start to connect."""
        self._connecting = asyncio.create_task(self.connect_async())
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Disconnect for good."""
        self._connecting.cancel()
        await asyncio.gather(self._connecting, return_exceptions=True)
        await self.close_async()

    async def connect_async(self) -> None:
        """Connect, trying until it works or the connection is closed."""
        await super().connect_async()  # type: ignore[no-untyped-call]

    async def close_async(self) -> None:
        """Disconnect for good."""
        await super().close_async()  # type: ignore[no-untyped-call]
