"""Make the API fail on purpose, the next time or the next few times it is called."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """A way in which a call of the API goes wrong."""

    RATE_LIMITED = "429"
    """Refused before any work; the SDK does not try again by itself."""
    LOCK_TIMEOUT = "409"
    """Refused before any work; the SDK tries again."""
    FAILS_BEFORE = "500, nothing done"
    FAILS_AFTER = "500, done all the same"
    """The work is done and kept under the idempotency key: the next try gets the result."""
    FAILS_FOR_GOOD = "500, kept"
    """The key keeps the 500: every further try with it gets the same."""
    HANGS_UP = "connection lost after the work"
    SLOW = "slow"


@dataclass
class PlannedFault:
    """A fault that waits for its call."""

    fault: Fault
    times: int
    path: str
    seconds: float


class Faults:
    """The faults that are planned; each call takes the first that fits."""

    def __init__(self) -> None:
        self._planned: list[PlannedFault] = []

    def plan(self, fault: Fault, *, times: int = 1, path: str = "", seconds: float = 3.0) -> None:
        """Let the next *times* calls whose path contains *path* go wrong; *seconds* is for slow ones."""
        self._planned.append(PlannedFault(fault, times, path, seconds))

    def clear(self) -> None:
        """Let everything go well again."""
        self._planned.clear()

    def take(self, path: str) -> PlannedFault | None:
        """Return the fault of this call, or None."""
        for planned in self._planned:
            if planned.path in path:
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
                return planned
        return None
