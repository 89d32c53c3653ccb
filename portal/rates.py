"""Rates: how often one address, link or session may do a thing; counted in memory, for each process by itself."""

from collections.abc import Mapping
from hashlib import sha256
from ipaddress import ip_address, ip_network

from aiohttp import web
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

ADDRESS, KEY, ALL = "address", "key", "all"

RULES: Mapping[str, tuple[tuple[str, RateLimitItem], ...]] = {
    "enter": ((ADDRESS, parse("30/minute")), (KEY, parse("10/minute")), (ALL, parse("3000/minute"))),
    "guess": ((ADDRESS, parse("60/minute")),),  # sessions that are not ours
    "pay": ((KEY, parse("12/minute")),),
    "ask": ((KEY, parse("30/minute")),),  # each is a call at the payment provider
    "download": ((KEY, parse("60/minute")),),
    "unsubscribe": ((ADDRESS, parse("600/minute")), (KEY, parse("10/minute")), (ALL, parse("3000/minute"))),
    # … where one address may be a mail provider that asks for all of its users
    "fresh": ((ADDRESS, parse("20/hour")), (KEY, parse("4/hour")), (ALL, parse("2000/hour"))),
}
"""What is counted by what. A key is a link's token or a session's secret, so whoever guesses locks nobody out."""


class TooMany(Exception):
    """Say that it was too often, and after how many seconds it is allowed again at the latest."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds} s")


class Rates:
    """The counters of this process. *trusted_proxies* is how many of our own proxies stand before it."""

    def __init__(self, *, trusted_proxies: int = 0) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._proxies = trusted_proxies

    async def count(self, what: str, request: web.Request, *, key: str = "") -> None:
        """Count one act.

        Raises:
            TooMany: One of its limits is reached.
        """
        marks = {ADDRESS: self.address(request), KEY: sha256(key.encode("utf-8", "replace")).hexdigest(), ALL: "all"}
        for by, limit in RULES[what]:
            if not await self._limiter.hit(limit, what, by, marks[by]):
                raise TooMany(limit.get_expiry())

    def address(self, request: web.Request) -> str:
        """Return who asks: an IPv4 address, or the /64 that one IPv6 customer holds.

        A proxy appends to ``X-Forwarded-For`` whom it heard; what stands before that was written by the asker.
        """
        heard = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
        far = heard[-self._proxies] if 0 < self._proxies <= len(heard) else request.remote or ""
        try:
            address = ip_address(far)
        except ValueError:
            return request.remote or "unknown"
        return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))
