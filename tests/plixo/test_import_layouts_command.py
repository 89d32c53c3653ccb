"""`plixo import mappings`, `forget` and `absent` show what is kept of earlier imports."""

import asyncio
import json
import os
import sys
from pathlib import Path

from domain.kernel.core import Core
from tests.domain.ledger.csv_import.files import ONE, imported


async def run(folder: Path, database: str, *words: str) -> tuple[int, str, str]:
    """Run `plixo import …` and return exit code, output and errors."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\nfrom plixo.cli import app; app()"
    environment = {**os.environ, "PLIXO_DATABASE_URL": database, "PLIXO_DATA_DIR": str(folder / "data")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", code, "import", *words, env=environment, cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)  # fmt: skip
    out, errors = await process.communicate()
    return process.returncode or 0, out.decode("utf-8-sig"), errors.decode()


async def test_a_full_export_with_a_layout_of_its_own(core: Core, empty_database: str, tmp_path: Path) -> None:
    await imported(core, ONE)
    (tmp_path / "books.csv").write_text(ONE.replace("INV-1", "INV-2").replace("Due Date", "Zahlbar"))

    code, out, errors = await run(
        tmp_path, empty_database, "invoices", "books.csv", "--full", "--map", "Zahlbar=due-date", "--save", "books"
    )
    kept = json.loads((await run(tmp_path, empty_database, "mappings", "--json"))[1])
    _, absent, _ = await run(tmp_path, empty_database, "absent")
    _, again, _ = await run(tmp_path, empty_database, "invoices", "books.csv", "--dry-run")
    forgotten, _, _ = await run(tmp_path, empty_database, "forget", "books")
    gone, _, reason = await run(tmp_path, empty_database, "forget", "books")

    assert (code, errors) == (0, "")
    assert "← Zahlbar (as you said): 2026-03-31" in out
    assert (tmp_path / "books.absent.csv").read_text(encoding="utf-8-sig").splitlines() == absent.splitlines()
    assert absent.splitlines()[1].startswith("invoice,INV-1,,Acme Ltd,EUR,125.00,125.00,2026-03-31,")
    assert [(each["name"], each["kind"], each["answers"]["columns"]) for each in kept] == [
        ("books", "invoices", [["Zahlbar", "due-date"]])
    ]
    assert "layout known as books, by command line, " in again
    assert (forgotten, gone) == (0, 1)
    assert "No layout of invoices files is kept as 'books'" in reason
