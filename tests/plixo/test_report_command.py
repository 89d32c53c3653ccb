"""`plixo report`: on the screen, as JSON and as CSV."""

import json
from pathlib import Path

import pytest

from domain.kernel.core import Core
from tests.builders import an_account, an_invoice
from tests.domain.operations.reports.books import euros
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_the_report_is_shown_printed_as_json_and_as_csv(plixo: Shell, core: Core) -> None:
    await an_invoice(core, "A", account=await an_account(core, "Acme\x1b[2J Ltd"), amount=euros(1200))

    told = await plixo("report", "exposures")
    as_json = await plixo("report", "exposures", "--currency", "eur", "--json")
    as_csv = await plixo("report", "weekly", "--csv")

    assert "1,200.00 EUR" in told.out
    assert "\x1b" not in told.out
    assert json.loads(as_json.out)["sheets"][0]["rows"][0]["open_sum"] == "1200.00"
    assert "exposures,EUR," in as_csv.out


async def test_reports_and_digests_are_written_to_files_whose_names_say_as_what(
    plixo: Shell, core: Core, tmp_path: Path
) -> None:
    await an_invoice(core, "A", account=await an_account(core, "Acme Ltd"), amount=euros(1200))
    await an_invoice(core, "B", account=await an_account(core, "Globex"), amount=euros(7))
    paper, table, digest = tmp_path / "r.pdf", tmp_path / "r.CSV", tmp_path / "d.pdf"

    await plixo("report", "weekly", "--out", str(paper))
    await plixo("report", "exposures", "--customer", "acme", "--out", str(table))
    await plixo("digest", "--weekly", "--out", str(digest))
    wrong = await plixo("report", "--out", str(tmp_path / "r.docx"))
    nobody = await plixo("report", "--segment", "nothing")

    assert paper.read_bytes().startswith(b"%PDF")
    assert "Acme Ltd" in table.read_text(encoding="utf-8-sig")
    assert "Globex" not in table.read_text(encoding="utf-8-sig")
    assert digest.read_bytes().startswith(b"%PDF")
    assert (wrong.code, nobody.code) == (2, 1)
    assert "everyone" in nobody.err


async def test_a_period_of_the_future_is_refused(plixo: Shell) -> None:
    told = await plixo("report", "dso", "--from", "2199-01-01", "--to", "2199-02-01")

    assert told.code == 1
    assert "up to today" in told.err
