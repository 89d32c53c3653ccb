"""Ctrl-C during an import leaves nothing behind, in whichever pass it comes, and says so."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from domain.kernel.core import Core
from tests.domain.ledger.csv_import.files import everything
from tests.plixo.test_import_command import command

ROWS = 250_000
"""So many that each pass takes some time on any machine."""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A large file."""
    path = tmp_path / "big.csv"
    with path.open("w", encoding="ascii") as out:
        out.write("Invoice Number,Customer,Due Date,Amount,Currency\n")
        out.writelines(f"INV-{n},Customer {n % 500},2026-03-31,{n % 900 + 1}.00,EUR\n" for n in range(ROWS))
    return path


async def reads(process: asyncio.subprocess.Process, path: Path) -> bool:
    """Wait until the process has read a part of the file; tell whether it has come so far."""
    watched = psutil.Process(process.pid)
    while process.returncode is None:
        try:
            for file in watched.open_files():
                if Path(file.path) == path and file.position > 1 << 17:
                    return True
        except psutil.Error:
            return False
        await asyncio.sleep(0.002)
    return False


async def started(path: Path, database: str, *words: str) -> asyncio.subprocess.Process:
    """Start the import of a file."""
    environment = {**os.environ, "PLIXO_DATABASE_URL": database, "PLIXO_DATA_DIR": str(path.parent / "data")}
    return await asyncio.create_subprocess_exec(
        *command("invoices", str(path), *words), env=environment, cwd=path.parent, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        preexec_fn=_heeds_interrupts)  # fmt: skip


def _heeds_interrupts() -> None:
    """Undo what a shell does to whatever it starts in the background, tests among them: ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform != "linux", reason="where a file is read is told by Linux only")
async def test_in_the_first_pass(core: Core, empty_database: str, ledger: Path) -> None:
    before = await everything(core)
    process = await started(ledger, empty_database)

    assert await reads(process, ledger)
    process.send_signal(signal.SIGINT)
    out, errors = await process.communicate()

    assert (process.returncode, out) == (130, b"")
    assert b"Cancelled: nothing was changed." in errors
    assert await everything(core) == before


async def test_in_the_second_pass(core: Core, empty_database: str, ledger: Path) -> None:
    before = await everything(core)
    process = await started(ledger, empty_database, "--save", "books")
    assert process.stdout is not None

    assert b"big.csv" in await process.stdout.readline()  # how it is read is told between the passes
    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()

    assert process.returncode == 130
    assert b"Cancelled: nothing was changed." in errors
    assert await everything(core) == before
    assert await core.database.rows("SELECT name FROM import_mapping") == []
