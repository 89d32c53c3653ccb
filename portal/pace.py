"""Pace: no more calls at the payment provider in a second than it bears, whoever of us makes them."""

import asyncio
import time
from collections.abc import Callable


class Pace:
    """Lets so many calls begin in a second, a first burst of as many at once; those that wait go in their order."""

    def __init__(self, calls_a_second: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._every, self._burst, self._now = 1 / calls_a_second, 1.0, now
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = self._now()
        at = max(self._next, now - self._burst)
        self._next = at + self._every
        if at > now:
            await asyncio.sleep(at - now)
