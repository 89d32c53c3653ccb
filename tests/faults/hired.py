"""A process of the product: started as a deployment starts it, and then killed, stopped or starved."""

import asyncio
import contextlib
import os
import resource
import signal
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from plixo import cluster
from plixo.part import Part
from plixo.settings import Settings
from tests import nursery
from tests.faults.wires import Wire
from tests.nursery import Child
from tests.sources import ROOT

START_SECONDS = 180.0
STOP_SECONDS = 60.0

NO_FILE = 1
"""The most bytes of a file that a process may write while its disk counts as full."""


@dataclass
class Hired:
    """One process."""

    name: str
    parts: tuple[Part, ...]
    """None: all of them."""
    settings: Settings
    clock: Path
    log: Path
    database: Wire
    """Its way to the database."""
    process: Child | None = None
    wanted: bool = False
    """Whether it should be running."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process is not None and self.process.returncode is None

    @property
    def ended_by_itself(self) -> int | None:
        """Its exit code, when it should run and does not."""
        return self.process.returncode if self.wanted and self.process is not None else None

    async def start(self) -> None:
        """Start it, unless it runs, and wait until it says that it is ready."""
        if self.runs:
            return
        self.wanted = True
        self.ready.clear()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PLIXO_")}
        with self.log.open("ab") as log:
            self.process = await nursery.start(
                "process", str(self.clock), *(each.value for each in self.parts), module="tests.faults.process",
                env=environment | cluster.environment(self.settings), cwd=ROOT,
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        self._reading = asyncio.create_task(self._read(self.process))
        waiting = asyncio.create_task(self.ready.wait())
        await asyncio.wait({waiting, self._reading}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        assert self.ready.is_set(), f"{self.name} does not start: {self.log.read_text()[-2000:]}"

    async def _read(self, process: Child) -> None:
        async for line in process.stdout:
            if line.strip() == b"ready":
                self.ready.set()
        await process.wait()

    def send(self, how: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None and self.runs:
            os.kill(self.process.pid, how)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, on purpose; one that takes too long is killed."""
        self.wanted = False
        if self.process is None or not self.runs:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
            try:
                await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
                raise AssertionError(f"{self.name} did not end within {STOP_SECONDS:.0f} s") from None

    def starve(self, starved: bool) -> None:
        """Let it, and what it has started, write no file, or let it again."""
        if self.process is None or not self.runs:
            return
        first = psutil.Process(self.process.pid)
        for each in (first, *first.children(recursive=True)):
            with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
                _, most = resource.prlimit(each.pid, resource.RLIMIT_FSIZE)
                resource.prlimit(each.pid, resource.RLIMIT_FSIZE, (NO_FILE if starved else most, most))
