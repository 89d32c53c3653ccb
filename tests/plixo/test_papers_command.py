"""`plixo import pdfs`: files and folders of invoices, each called by its number."""

import json
from pathlib import Path

import pytest

from domain.kernel.core import Core
from tests.builders import an_invoice
from tests.plixo.test_cli import Shell

PDF = b"%PDF-1.7\nan invoice"


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_a_folder_is_taken_in_and_what_fits_nothing_is_told(plixo: Shell, core: Core, tmp_path: Path) -> None:
    await an_invoice(core, "INV-1")
    await an_invoice(core, "INV-2")
    folder = tmp_path / "pdfs" / "march"
    folder.mkdir(parents=True)
    pdfs = dict.fromkeys(("INV-1.pdf", "inv-2.PDF", "INV-9.pdf"), PDF)
    for name, body in {**pdfs, "INV-3.pdf": b"MZ", "a.txt": b""}.items():
        (folder / name).write_bytes(body)

    first = await plixo("import", "pdfs", str(tmp_path / "pdfs"))
    again = await plixo("import", "pdfs", str(folder / "INV-1.pdf"), "--json")

    assert first.code == 1
    assert "2 added, 0 on file already" in first.out
    assert "no invoice is called INV-9" in first.err
    assert "'INV-3.pdf' was not taken: it is no PDF." in first.err
    assert (again.code, json.loads(again.out)["same"]) == (0, ["INV-1"])
