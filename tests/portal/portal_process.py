"""The portal as a process of its own, as a deployment runs it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import nursery
from tests.nursery import Child

SECONDS = 120.0
"""For whatever is waited for, on a slow machine."""


@dataclass(frozen=True)
class Served:
    """A running portal."""

    process: Child
    port: int
    log: Path
    addresses: Mapping[str, str]
    """Where each of its parts listens, as it says itself."""

    def stop(self) -> None:
        """Ask it to stop, as a supervisor does."""
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Wait for its end and return its exit code."""
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()


@asynccontextmanager
async def a_portal(folder: Path, address: str, **settings: str) -> AsyncIterator[Served]:
    """Start ``plixo run portal`` on any free port; what still runs in the end is killed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLIXO_")}
    environment |= {
        "PLIXO_DATABASE_URL": address,
        "PLIXO_DATA_DIR": str(folder / "data"),
        "PLIXO_PORTAL_PORT": "0",
        **settings,
    }
    log = folder / "portal.log"
    with log.open("wb") as errors:
        process = await nursery.start(
            "plixo", "run", "portal", cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    try:
        said: dict[str, str] = {}
        async with asyncio.timeout(SECONDS):
            async for line in process.stdout:
                if line.startswith(b"ready"):
                    break
                part, _, there = line.decode().strip().partition(": ")
                said[part.partition(",")[0]] = there
        assert "portal" in said, log.read_text()[-2000:]
        yield Served(process, int(said["portal"].rpartition(":")[2]), log, said)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
