"""`plixo import bank`, `plixo import remittance` and `plixo cash remittance`."""

import json
from pathlib import Path

import pytest

from domain.kernel.core import Core
from tests.plixo.test_cli import Shell

BANK = "Booking Date,Payer Name,Reference,Amount,Currency\n2026-03-05,Acme Ltd,INV-1,125.00,EUR\nnever,x,y,1.00,EUR\n"
ADVICE = "Invoice,Amount Paid,Currency\nINV-1,125.00,EUR\n"


@pytest.fixture
def run(empty_database: str, tmp_path: Path) -> Shell:
    """Runs `plixo`."""
    return Shell(tmp_path, empty_database)


async def test_a_statement_is_imported_with_a_summary_and_a_log(core: Core, run: Shell, tmp_path: Path) -> None:
    (tmp_path / "bank.csv").write_text(BANK)

    code, out, _ = await run("import", "bank", "bank.csv", "--account", "main")

    assert code == 0
    assert "2 rows read: 1 new, 0 known, 1 rejected" in out
    assert "new, came in: 125.00 EUR" in out
    assert "never" in (tmp_path / "bank.rejects.csv").read_text()
    assert len(await core.database.rows("SELECT id FROM bank_line WHERE bank_account = 'main'")) == 1


async def test_a_dry_run_tells_the_same_as_a_document(core: Core, run: Shell, tmp_path: Path) -> None:
    (tmp_path / "bank.csv").write_text(BANK)

    _, out, _ = await run("import", "bank", "bank.csv", "--dry-run", "--json")

    told = json.loads(out)
    assert (told["new"], told["applied"], told["columns"]["amount"]) == (1, False, "Amount")
    assert not await core.database.rows("SELECT id FROM bank_line")


async def test_a_question_is_refused_where_nobody_can_answer(core: Core, run: Shell, tmp_path: Path) -> None:
    (tmp_path / "bank.csv").write_text("Date,Amount\n2026-03-05,1.00\n")

    code, _, errors = await run("import", "bank", "bank.csv")

    assert code == 1
    assert "--currency" in errors
    assert not await core.database.rows("SELECT id FROM bank_line")


async def test_an_advice_is_taken_shown_listed_and_saved(core: Core, run: Shell, tmp_path: Path) -> None:
    (tmp_path / "advice.csv").write_text(ADVICE)

    code, out, _ = await run("import", "remittance", "advice.csv")
    assert code == 0
    assert "INV-1: 125.00 EUR; not known here" in out

    [row] = await core.database.rows("SELECT id FROM remittance")
    short = str(row["id"])[:8]
    assert short in (await run("cash", "remittance"))[1]
    assert (await run("cash", "remittance", short, "--save", "copy.csv"))[0] == 0
    assert (tmp_path / "copy.csv").read_text() == ADVICE


async def test_a_file_is_never_written_over(core: Core, run: Shell, tmp_path: Path) -> None:
    (tmp_path / "advice.csv").write_text(ADVICE)
    await run("import", "remittance", "advice.csv")
    [row] = await core.database.rows("SELECT id FROM remittance")

    code, _, errors = await run("cash", "remittance", str(row["id"]), "--save", "advice.csv")

    assert code == 1
    assert "cannot be written" in errors


@pytest.mark.parametrize("kind", ["bank", "remittance"])
async def test_templates_are_printed(run: Shell, kind: str) -> None:
    code, out, _ = await run("import", "template", kind)

    assert (code, out.count("\n")) == (0, 1)
