"""Rates: how often one peer may do a thing in a minute, counted in memory, for each process by itself.

The counting is done between two bytes of a session, so it must neither wait nor start anything. One table for the
running minute does; it is thrown away with the minute, and so it cannot grow.
"""

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

MINUTE = 60.0

MAX_PEERS = 50_000
"""Counted at a time. Whoever comes with more addresses than that in a minute is met by the limit on all connections."""


class Rates:
    """The counters of one server."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._counts: Counter[tuple[str, str]] = Counter()
        self._ends = time() + MINUTE

    def seconds_over(self, what: str, peer: str, *, limit: int) -> int:
        """Count one act; return 0 when it is within the limit, or after how many seconds it will be."""
        now = self._time()
        if now >= self._ends or len(self._counts) >= MAX_PEERS:
            self._counts.clear()
            self._ends = now + MINUTE
        self._counts[what, peer] += 1
        if self._counts[what, peer] <= limit:
            return 0
        return max(1, int(self._ends - now) + 1)


def address(text: str) -> str:
    """Return an address as it is compared: without a zone, and IPv4 as IPv4 however the system writes it."""
    plain = text.partition("%")[0]
    try:
        found = ip_address(plain)
    except ValueError:
        return text
    return str(found.ipv4_mapped or found) if isinstance(found, IPv6Address) else str(found)


def network(text: str) -> str:
    """Return what counts as one peer: an IPv4 address, or the /64 that one IPv6 customer holds."""
    plain = address(text)
    try:
        found = ip_address(plain)
    except ValueError:
        return plain
    return plain if found.version == 4 else str(ip_network((found, 64), strict=False))
