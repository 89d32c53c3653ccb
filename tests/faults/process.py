"""A process of the product as ``plixo run PART …`` starts it, but with the clock of the test: CLOCK-FILE PART …."""

import asyncio
import ctypes
import signal
import sys
from pathlib import Path

from plixo import logs, run, shell
from plixo.part import Part
from tests.faults.shifted import ShiftedClock

PR_SET_PDEATHSIG = 1
"""Of ``prctl(2)``: which signal comes when whoever started this process is dead."""


def main(clock: str, parts: list[str]) -> None:
    """Run the parts until the process is asked to end, or the test is dead."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    settings = shell.settings()
    logs.configure(settings)
    chosen = [Part(each) for each in parts] or list(Part)
    asyncio.run(run.until_stopped(settings, chosen, clock=ShiftedClock(Path(clock))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
