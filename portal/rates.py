"""Rates: how often one address, link or session may do a thing, as one table."""

from collections.abc import Mapping
from hashlib import sha256

from aiohttp import web
from limits import RateLimitItem, parse

from portal import askers
from portal.askers import Proxies
from portal.counters import Counters

ADDRESS, KEY, ALL = "address", "key", "all"

RULES: Mapping[str, tuple[tuple[str, RateLimitItem], ...]] = {
    "enter": ((ADDRESS, parse("30/minute")), (KEY, parse("10/minute")), (ALL, parse("3000/minute"))),
    "guess": ((ADDRESS, parse("60/minute")),),  # sessions that are not ours
    "pay": ((KEY, parse("12/minute")),),
    "ask": ((KEY, parse("30/minute")),),  # each is a call at the payment provider
    "act": ((KEY, parse("30/minute")),),
    "support": ((ADDRESS, parse("20/hour")), (ALL, parse("600/hour"))),
    "trail": ((ADDRESS, parse("30/minute")), (ALL, parse("600/minute"))),
    "download": ((KEY, parse("60/minute")),),
    "statement": ((KEY, parse("10/minute")),),  # each is a piece of work
    "unsubscribe": ((ADDRESS, parse("600/minute")), (KEY, parse("10/minute")), (ALL, parse("3000/minute"))),
    # … where one address may be a mail provider that asks for all of its users
    "forward": ((ADDRESS, parse("30/hour")), (KEY, parse("6/hour")), (ALL, parse("1000/hour"))),
    "others": ((ADDRESS, parse("60/hour")), (KEY, parse("20/hour")), (ALL, parse("2000/hour"))),
    "fresh": ((ADDRESS, parse("20/hour")), (KEY, parse("4/hour")), (ALL, parse("2000/hour"))),
}
"""What is counted by what. A key is a link's token or a session's secret, so whoever guesses locks nobody out."""


class TooMany(Exception):
    """Say that it was too often, and after how many seconds it is allowed again at the latest."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds} s")


class Rates:
    """The limits of this portal."""

    def __init__(self, *, proxies: Proxies = Proxies(), counters: Counters | None = None) -> None:  # noqa: B008 - frozen
        self.counters = counters or Counters()
        self._proxies = proxies

    async def count(self, what: str, request: web.Request, *, key: str = "") -> None:
        """Count one act.

        Raises:
            TooMany: One of its limits is reached.
        """
        marks = {ADDRESS: self.address(request), KEY: sha256(key.encode("utf-8", "replace")).hexdigest(), ALL: "all"}
        for by, limit in RULES[what]:
            if not await self.counters.hit(limit, what, by, marks[by]):
                raise TooMany(limit.get_expiry())

    def address(self, request: web.Request) -> str:
        """Return who asks, for counting."""
        return askers.address(request, self._proxies)
