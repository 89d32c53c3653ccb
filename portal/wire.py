"""The wire: what happens between the socket and the first route: slow and broken requests, and the last minutes.

aiohttp answers what it cannot parse with the very bytes that it could not parse, and logs them; both may hold a token
or a cookie. Here such a request is told nothing and logged by its kind alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from portal.unsent import Unsent

log = structlog.get_logger(__name__)

LONGEST_LINE = 32 * 1024
"""Bytes of a request line or header that are read, so that an absurd address gets our page and not the parser's."""

MOST_HEADERS = 100

HEAD_SECONDS = 20.0
"""How long the head of a request may take to arrive, from the connection or its first byte on."""

IDLE_SECONDS = 75.0
"""How long a connection is kept for its next request: a little longer than the proxies' usual minute, since a proxy
that sends on a connection in the moment in which we close it loses the request."""


@dataclass
class Standing:
    """Whether this process is about to stop: no longer ready, and each answer ends its connection."""

    stopping: bool = False
    degraded: Callable[[], Awaitable[Sequence[str]]] | None = None
    """Names what around this process is not as it should be; such things take nobody out of a balancer."""


def standing_text(degraded: Sequence[str], *, useless: bool = False) -> str:
    """Return what `/readyz` says: whether more may be sent here, and the names of what is degraded."""
    return ("not ready\n" if useless else "ready\n") + (f"degraded: {', '.join(degraded)}\n" if degraded else "")


class Runner(web.AppRunner):
    """A runner whose connections are ours: nothing of a request that cannot be read is told or logged."""

    def __init__(
        self,
        app: web.Application,
        *,
        headers: Mapping[str, str],
        shutdown_timeout: float = 20.0,
        head_seconds: float = HEAD_SECONDS,
        unsent: Unsent | None = None,
    ) -> None:
        super().__init__(app, access_log=None, shutdown_timeout=shutdown_timeout)
        self._headers, self._head_seconds, self._unsent = dict(headers), head_seconds, unsent or Unsent()

    @property
    def server(self) -> Callable[[], asyncio.Protocol] | None:  # type: ignore[override] # a site only calls it
        """Return what makes the protocol of each connection."""
        manager = super().server
        if manager is None:
            return None
        return partial(
            _Connection, manager, headers=self._headers, head_seconds=self._head_seconds, unsent=self._unsent
        )


def limits() -> dict[str, Any]:
    """Return what aiohttp's own protocol is given, whoever runs the application."""
    return {
        "max_line_size": LONGEST_LINE,
        "max_field_size": LONGEST_LINE,
        "max_headers": MOST_HEADERS,
        "keepalive_timeout": IDLE_SECONDS,
        "access_log": None,
    }


class _Connection(web.RequestHandler):
    """One connection of a browser or proxy."""

    def __init__(self, manager: web.Server, *, headers: Mapping[str, str], head_seconds: float, unsent: Unsent) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), **limits())
        self._told, self._head_seconds, self._unsent = headers, head_seconds, unsent
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)
        if self.transport is not None:
            self.transport.set_write_buffer_limits(high=0)  # so that we hear of any byte that is not taken
        self._await_head()

    def pause_writing(self) -> None:
        """Give whoever reads the answer a time for it."""
        super().pause_writing()
        if self.transport is not None:
            self._unsent.began(self.transport)

    def resume_writing(self) -> None:
        """Take note that the answer was read."""
        self._unsent.ended(self.transport)
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Take bytes; when a head has begun and is not complete, its time runs."""
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self._stop_waiting()
        elif self._deadline is None and not self._request_in_progress:
            self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the deadlines."""
        self._stop_waiting()
        self._unsent.ended(self.transport)
        super().connection_lost(exc)

    def close(self) -> None:
        """End the connection when it is idle; aiohttp's own would drop what is still to come of a request's body."""
        if not self._request_in_progress:
            super().close()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - aiohttp's signature
        """Wait for the request that is being served, its body included, then end the connection."""
        loop, seconds = asyncio.get_running_loop(), timeout or 0.0
        until = loop.time() + seconds
        while self._request_in_progress and loop.time() < until:  # noqa: ASYNC110 - aiohttp has no event for it
            await asyncio.sleep(0.05)
        await super().shutdown(max(until - loop.time(), 1.0))

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read, or what broke outside of every route, without a word of it."""
        del message
        if status >= 500:
            log.error("a request failed outside of its route", status=status, exc_info=exc)
        else:
            log.info("a request could not be read", status=status, error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already")
        said = (
            "This request could not be read.\n" if status < 500 else "Something went wrong. Please try again later.\n"
        )
        response = web.Response(status=status, text=said, headers=self._told)
        response.force_close()
        return response

    def _await_head(self) -> None:
        self._deadline = asyncio.get_running_loop().call_later(self._head_seconds, self._cut_off)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut_off(self) -> None:
        self._deadline = None
        if not self._request_in_progress:
            self.force_close()
