"""`plixo import mappings`, `forget` and `absent` show what is kept of earlier imports."""

import json
from pathlib import Path

from domain.kernel.core import Core
from tests.domain.ledger.csv_import.files import ONE, imported
from tests.plixo.test_cli import Shell


async def test_a_full_export_with_a_layout_of_its_own(core: Core, empty_database: str, tmp_path: Path) -> None:
    run = Shell(tmp_path, empty_database)
    await imported(core, ONE)
    (tmp_path / "books.csv").write_text(ONE.replace("INV-1", "INV-2").replace("Due Date", "Zahlbar"))

    code, out, errors = await run(
        "import", "invoices", "books.csv", "--full", "--map", "Zahlbar=due-date", "--save", "books"
    )
    kept = json.loads((await run("import", "mappings", "--json"))[1])
    _, absent, _ = await run("import", "absent")
    _, again, _ = await run("import", "invoices", "books.csv", "--dry-run")
    forgotten, _, _ = await run("import", "forget", "books")
    gone, _, reason = await run("import", "forget", "books")

    assert (code, errors) == (0, "")
    assert "← Zahlbar (as you said): 2026-03-31" in out
    assert (tmp_path / "books.absent.csv").read_text(encoding="utf-8").splitlines() == absent.splitlines()
    assert absent.splitlines()[1].startswith("invoice,INV-1,,Acme Ltd,EUR,125.00,125.00,2026-03-31,")
    assert [(each["name"], each["kind"], each["answers"]["columns"]) for each in kept] == [
        ("books", "invoices", [["Zahlbar", "due-date"]])
    ]
    assert "layout known as books, by command line, " in again
    assert (forgotten, gone) == (0, 1)
    assert "No layout of invoices files is kept as 'books'" in reason
