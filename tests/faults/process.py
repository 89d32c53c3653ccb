"""A process of the product as ``plixo run PART …`` starts it, but with the clock of the test: CLOCK-FILE PART …."""

import asyncio
import sys
from pathlib import Path

from plixo import logs, run, shell
from plixo.part import Part
from tests.faults.shifted import ShiftedClock


def main() -> None:
    """Run the parts until the process is asked to end."""
    _, clock, *parts = sys.argv
    settings = shell.settings()
    logs.configure(settings)
    chosen = [Part(each) for each in parts] or list(Part)
    asyncio.run(run.until_stopped(settings, chosen, clock=ShiftedClock(Path(clock))))
