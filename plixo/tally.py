"""The tally: what this process sees of the world outside, added to what all processes saw, a few times a minute.

Figures of one process (`/metrics`) are for whoever scrapes it. Whether something is wrong is judged from the database
by any replica, so what each sees must be there: whether calls of Stripe, mails, webhooks, pages and the disk fare well.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import structlog

from domain.kernel.core import Core
from domain.kernel.watch import Work
from domain.operations import outside_calls
from domain.operations.outside_calls import Tally
from plixo.checks import LEAST_FREE_BYTES

log = structlog.get_logger(__name__)

EVERY_SECONDS = 10.0
"""How often it is written down; a process that is killed loses what it saw since."""

MOST = 400
"""Lines that are remembered while the database is away; the oldest go first."""

_MAILS = {"sent": True, "later": False, "failed": False, "unknown": False, "refused": False}
_CALLS = {"ok": True, "away": False, "failed": False, "refused": False}
_INBOUND = {"stored": True, "not_stored": False}
"""How an outcome counts; what is not named says nothing about the other side."""

_NO_PAGES = frozenset({"healthz", "stripe_webhook", "missing", "static"})
"""Routes that no payer looks at, or that answer whatever anybody makes up."""

_CLOSED = 503
"""The pages are closed on purpose, or their database is away, which is noticed by itself."""


def parties(work: Work) -> Iterator[tuple[str, bool]]:
    """Yield of whom a piece of work tells something, and whether it fared well."""
    match work.kind:
        case "stripe" if work.outcome in _CALLS:
            yield "stripe", _CALLS[work.outcome]
            if work.name == "open":
                yield "checkout", _CALLS[work.outcome]
        case "mail" if work.outcome in _MAILS:
            yield "relay", _MAILS[work.outcome]
        case "inbound" if work.outcome in _INBOUND:
            yield "inbound", _INBOUND[work.outcome]
        case "request" if work.outcome.isdigit():
            status = int(work.outcome)
            if work.name == "stripe_webhook":
                yield "webhook", status < 400
            elif work.name not in _NO_PAGES and status != _CLOSED:
                yield "pages", status < 500


class Counter:
    """Counts in memory, and writes down what it counted; a watcher of this process's work."""

    def __init__(self, core: Core, *, folder: Path) -> None:
        self._core, self._folder = core, folder
        self._counts: dict[tuple[str, datetime], list[int]] = {}
        self._looked: datetime | None = None

    def began(self, work: Work) -> None:
        """Do nothing: only what has ended tells anything."""

    def ended(self, work: Work) -> None:
        """Count the work."""
        for party, fine in parties(work):
            self._count(party, fine=fine)

    def carried(self) -> str:
        """Return nothing."""
        return ""

    async def write(self) -> None:
        """Add what was counted to the table; while the database is away it is remembered, and that it was away."""
        self._look_at_disk()
        taken, self._counts = self._counts, {}
        try:
            await outside_calls.add(
                self._core, [Tally(party, minute, *counts) for (party, minute), counts in taken.items()]
            )
        except Exception as error:  # the rim: whatever it was, the database did not take it
            log.warning("what was seen of the world outside is not written down", error=type(error).__name__)
            self._counts = dict(list({**taken, **self._counts}.items())[-MOST:])
            self._counts[("database", self._minute())] = [0, 1]

    def _look_at_disk(self) -> None:
        """Look once a minute whether there is room; a folder that is not there yet is not full."""
        if self._looked == (minute := self._minute()):
            return
        self._looked = minute
        try:
            self._count("disk", fine=shutil.disk_usage(self._folder).free >= LEAST_FREE_BYTES)
        except OSError:
            return

    def _count(self, party: str, *, fine: bool) -> None:
        counts = self._counts.setdefault((party, self._minute()), [0, 0])
        counts[0 if fine else 1] += 1

    def _minute(self) -> datetime:
        return outside_calls.minute_of(self._core.clock.now())


@asynccontextmanager
async def kept(counter: Counter) -> AsyncIterator[None]:
    """Write down what is counted every few seconds, and what is left at the end."""

    async def write() -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await counter.write()

    task = asyncio.create_task(write())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await counter.write()
