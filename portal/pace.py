"""Pace: no more calls at the payment provider in a second than it bears, whoever of us makes them."""

import asyncio
import time
from collections.abc import Callable

BURST_SECONDS = 0.2
"""After a pause the calls of so long a time may begin at once: with those of the next second 24, of 25 allowed."""


class Pace:
    """Lets so many calls begin in a second, after a pause a few at once; those that wait go in their order."""

    def __init__(self, calls_a_second: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._every, self._now = 1 / calls_a_second, now
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = self._now()
        at = max(self._next, now - BURST_SECONDS)
        self._next = at + self._every
        if at > now:
            await asyncio.sleep(at - now)
