"""The demo's clock: the machine's time plus an offset that people move forwards."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

log = logging.getLogger(__name__)

Hook = Callable[[datetime], Awaitable[None]]
"""Called after each move with the new present, such as: run the crons that have fallen due."""

FILE = "clock.json"

FARTHEST = timedelta(days=3660)
"""Ten years ahead: farther only calendars and certificates break."""


@dataclass(frozen=True, slots=True)
class SavedClock:
    """The clock that a demo left in its folder, for whoever looks at that folder from outside."""

    offset: timedelta

    def now(self) -> datetime:
        """Return the demo's present moment, aware, in UTC."""
        return datetime.now(UTC) + self.offset


def saved(state_folder: Path) -> SavedClock | None:
    """Return the clock of the demo that keeps its state there; None where no demo does, or its file is not readable."""
    try:
        seconds = float(json.loads((state_folder / FILE).read_text())["offset_seconds"])
        return SavedClock(timedelta(seconds=seconds))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


class ClockOnlyGoesForwards(ValueError):
    """Say that a move was not a step forwards, or went too far."""


class MovableClock:
    """Tell the machine's time plus the offset; the offset survives restarts."""

    def __init__(self, state_folder: Path, *, first: Callable[[datetime], datetime] | None = None) -> None:
        """Take up the offset of earlier; *first* says at which moment a clock begins that nobody has moved yet."""
        state_folder.mkdir(parents=True, exist_ok=True)
        self._file = state_folder / FILE
        self._first = first
        self._offset = self._read()
        self._hooks: list[Hook] = []
        self._moving = asyncio.Lock()

    @property
    def offset(self) -> timedelta:
        """How far the clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        """Return the demo's present moment, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def on_move(self, hook: Hook) -> None:
        """Call *hook* after each move, in the order in which hooks were added."""
        self._hooks.append(hook)

    async def move(self, by: timedelta) -> datetime:
        """Move the clock forwards, then call the hooks one after another; return the new present.

        Raises:
            ClockOnlyGoesForwards: The step is zero or negative, or leads farther than ten years ahead.
        """
        if by <= timedelta(0) or self._offset + by > FARTHEST:
            raise ClockOnlyGoesForwards("The clock goes forwards only, and at most ten years ahead.")
        async with self._moving:
            self._write(self._offset + by)
            self._offset += by
            for hook in self._hooks:
                try:
                    await hook(self.now())
                except Exception:  # the rim: what one listener cannot do must not keep the others from the news
                    log.exception("a listener of the demo's clock failed")
        return self.now()

    def _read(self) -> timedelta:
        try:
            return timedelta(seconds=float(json.loads(self._file.read_text())["offset_seconds"]))
        except FileNotFoundError:
            return self._begun()
        except (ValueError, KeyError, TypeError):
            log.warning("%s cannot be read; the demo's clock starts at the machine's time", self._file.name)
            return timedelta(0)

    def _begun(self) -> timedelta:
        if self._first is None:
            return timedelta(0)
        now = datetime.now(UTC)
        offset = max(self._first(now) - now, timedelta(0))
        self._write(offset)
        return offset

    def _write(self, offset: timedelta) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        os.replace(part, self._file)  # noqa: PTH105 - one atomic step
