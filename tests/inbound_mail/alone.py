"""A mail server in a process of its own: to be measured from outside, stopped, or killed.

As a program it serves on the database of its first argument and the port of its second until it is told to end.
"""

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from inbound_mail.limits import Limits
from inbound_mail.server import serve
from plixo import database, wiring
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT


@dataclass
class Alone:
    """The process."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def _proc(self) -> Path:
        return Path(f"/proc/{self.process.pid}")

    def kib(self) -> int:
        """Return the memory that it holds, and begin to look for the most that it will hold."""
        (self._proc / "clear_refs").write_text("5", "ascii")
        return self._status("VmRSS")

    def grown_kib(self, before: int) -> int:
        """Return by how much the most that it held since then is above that."""
        return self._status("VmHWM") - before

    def _status(self, what: str) -> int:
        found = re.search(rf"{what}:\s+(\d+) kB", (self._proc / "status").read_text("ascii"))
        assert found is not None
        return int(found[1])

    def kill(self) -> None:
        """Kill −9."""
        self.process.kill()
        self._reap()

    def stop(self) -> int:
        """Ask it to end, and return how it did."""
        self.process.terminate()
        return self._reap()

    def _reap(self) -> int:
        code = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def started(address: str, *, port: int = 0, **limits: Any) -> Alone:
    """Start a server and wait until it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, address, str(port), json.dumps(limits)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the server did not start"
    return Alone(process, int(line))


@contextmanager
def alone(address: str, **limits: Any) -> Iterator[Alone]:
    """Run a server for some tests."""
    server = started(address, **limits)
    try:
        yield server
    finally:
        if server.process.returncode is None:
            server.kill()


async def main(address: str, port: int, limits: dict[str, Any]) -> None:
    """Serve until the process is asked to end."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    async with database.opened(address, pool=4):
        jobs = Jobs(address, wiring.JOBS)
        await jobs.open()
        core = Core(StandingClock(), Database(), jobs, KEYS, MERCHANT, wiring.NOTICES)
        server = await serve(core, host="127.0.0.1", port=port, limits=Limits(**limits))
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await asked.wait()
        await server.close()
        await jobs.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])))
