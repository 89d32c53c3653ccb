"""Counters: how often something happened in a while, shared by all portals through Redis, or of this process alone.

Where Redis does not answer, this process counts by itself until it does: a limit that counts too little for a while
does less harm than a page that nobody reaches.
"""

import asyncio
import time

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

log = structlog.get_logger(__name__)

ALONE_SECONDS = 5.0
"""After Redis failed, it is not asked for so long: each try costs a payer the wait."""

WAIT_SECONDS = 0.5
"""The longest wait for Redis."""


class Counters:
    """Fixed windows, counted. With *redis_url* all processes that have the same one count together."""

    def __init__(self, *, redis_url: str | None = None, alone_seconds: float = ALONE_SECONDS) -> None:
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._storage = _storage(redis_url) if redis_url else None
        self._shared = FixedWindowRateLimiter(self._storage) if self._storage else None
        self._pause, self._alone_until = alone_seconds, 0.0

    @property
    def alone(self) -> bool:
        """Whether this process counts by itself although it should not have to."""
        return bool(self._alone_until)

    async def hit(self, limit: RateLimitItem, *marks: str) -> bool:
        """Count one and tell whether the limit bears it."""
        if self._shared is None or time.monotonic() < self._alone_until:
            return await self._own.hit(limit, *marks)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                within = await self._shared.hit(limit, *marks)
        except Exception as error:  # the rim: whatever Redis or its library does, the payer gets the page
            self._left_alone(error)
            return await self._own.hit(limit, *marks)
        if self._alone_until:
            self._alone_until = 0.0
            log.info("limits are counted in Redis again")
        return within

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._storage is not None:  # the library has no way of its own to close what it opened
            await self._storage.bridge.storage.aclose()  # type: ignore[attr-defined]

    def _left_alone(self, error: Exception) -> None:
        if not self._alone_until:
            log.warning("Redis does not answer; this process counts its limits alone", error=type(error).__name__)
        self._alone_until = time.monotonic() + self._pause


def _storage(url: str) -> RedisStorage:
    """Return the library's storage; its own retries would make a payer wait for many seconds."""
    options: dict[str, object] = {
        "socket_connect_timeout": WAIT_SECONDS,
        "socket_timeout": WAIT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    return RedisStorage(f"async+{url}", implementation="redispy", key_prefix="plixo", **options)  # type: ignore[arg-type]
