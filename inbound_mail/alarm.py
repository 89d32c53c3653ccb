"""An alarm: one timer for a deadline that is moved with every command, and seldom comes."""

import asyncio
from collections.abc import Callable


class Alarm:
    """Rings once the time has come. The timer is set anew only where it would come too late."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop, self._ring, self._due = loop, ring, 0.0
        self._timer: asyncio.TimerHandle | None = None

    def set(self, due: float) -> None:
        """Ring then, by the clock of the loop, instead of when it was set to ring before."""
        self._due = due
        if self._timer is None or self._timer.when() > due:
            self.cancel()
            self._timer = self._loop.call_at(due, self._look_at_clock)

    def cancel(self) -> None:
        """Do not ring."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_at_clock(self) -> None:
        self._timer = None
        if self._due > self._loop.time():
            self._timer = self._loop.call_at(self._due, self._look_at_clock)
        else:
            self._ring()
