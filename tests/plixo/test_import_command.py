"""`plixo import` asks on a terminal, refuses elsewhere, and leaves a log of what it did not take."""

import asyncio
import json
import os
import pty
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from domain.kernel.core import Core
from tests.nursery import Answer
from tests.plixo.test_cli import Shell

FILE = "Invoice Number,Customer,Due Date,Amount,Currency\nINV-1,Acme Ltd,2026-03-31,125.00,EUR\n"
BAD = f"{FILE}INV-2,=cmd|calc,never,1.00,EUR\n"

Run = Callable[..., Awaitable[Answer]]


@pytest.fixture
def environment(empty_database: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a process that uses the test's database."""
    return {**os.environ, "PLIXO_DATABASE_URL": empty_database, "PLIXO_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def run(empty_database: str, tmp_path: Path) -> Run:
    """Runs `plixo import` and returns exit code, output and errors."""
    return partial(Shell(tmp_path, empty_database), "import")


def command(*words: str) -> tuple[str, ...]:
    """Return the words that start the command."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
    code += "from plixo.commands.imports import import_app; import_app()"
    return (sys.executable, "-W", "ignore", "-c", code, *words)


async def test_a_file_is_imported_with_a_summary(core: Core, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILE)

    code, out, _ = await run("invoices", "a.csv")

    assert code == 0
    assert "Invoice Number ← Invoice Number" in out
    assert "1 rows read: 1 new, 0 changed, 0 unchanged, 0 conflicting, 0 rejected" in out
    assert await core.database.rows("SELECT number FROM invoice") == [{"number": "INV-1"}]


async def test_a_dry_run_changes_nothing(core: Core, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILE)

    code, out, _ = await run("invoices", "a.csv", "--dry-run")

    assert (code, out.splitlines()[-1]) == (0, "Dry run: nothing was changed.")
    assert await core.database.rows("SELECT number FROM invoice") == []


async def test_rejected_rows_are_logged_beside_the_file_until_they_are_right(
    core: Core, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(BAD)
    log = tmp_path / "a.rejects.csv"

    code, out, _ = await run("invoices", "a.csv", "--json")

    assert code == 0
    told = json.loads(out)
    assert (told["new"], told["rejected"], told["reasons"][0]["code"]) == (1, 1, "date_malformed")
    assert Path(told["rejects"]).name == "a.rejects.csv"
    assert log.read_text(encoding="utf-8-sig").splitlines()[1].startswith("3,Due Date,never,date_malformed,")

    (tmp_path / "a.csv").write_text(FILE)
    await run("invoices", "a.csv")
    assert not log.exists()


async def test_no_file_but_a_reject_log_is_ever_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(BAD)
    (tmp_path / "precious.csv").write_text("mine")

    for place in ("precious.csv", "a.csv"):
        code, _, errors = await run("invoices", "a.csv", "--rejects", place)
        assert (code, "--rejects" in errors) == (1, True)

    assert (tmp_path / "precious.csv").read_text() == "mine"
    assert (tmp_path / "a.csv").read_text() == BAD


async def test_what_is_missing_is_refused_without_a_terminal(core: Core, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Invoice Number,Customer,Due Date,Amount\n1,Acme,3/4/2026,12.50\n")

    code, out, errors = await run("invoices", "a.csv")

    assert (code, out) == (1, "")
    assert "--currency" in errors
    assert "--date-order dmy|mdy" in errors
    assert await core.database.rows("SELECT number FROM invoice") == []


async def test_what_is_missing_is_asked_on_a_terminal(core: Core, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Invoice Number,Customer,Zahlbar,Amount\n1,Acme,3/4/2026,12.50\n")
    keyboard, screen = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *command("invoices", "a.csv"), env=environment, cwd=tmp_path, stdin=screen,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)  # fmt: skip
    os.write(keyboard, b"nothing like it\nZahlbar\neur\nmdy\nbooks\n")

    out, errors = await process.communicate()

    os.close(keyboard)
    os.close(screen)
    assert process.returncode == 0, errors.decode()
    assert errors.decode().count("?") == 5
    assert b"Imported." in out
    assert await core.database.rows("SELECT due_on::text AS due, currency FROM invoice") == [
        {"due": "2026-03-04", "currency": "EUR"}
    ]
    assert await core.database.rows("SELECT name FROM import_mapping") == [{"name": "books"}]


async def test_columns_and_decimals_can_be_said(core: Core, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("Nummer;Kunde;Fällig;Betrag\n1;Größe;31.03.2026;1.250\n".encode("cp1252"))

    code, _, errors = await run(
        "invoices", "a.csv", "--encoding", "cp1252", "--map", "Nummer=invoice-number", "--currency", "eur",
        "--decimal-mark", "comma")  # fmt: skip

    assert (code, errors) == (0, "")
    assert await core.database.rows("SELECT total_minor FROM invoice") == [{"total_minor": 125000}]


@pytest.mark.parametrize("words", [("invoices", "gone.csv"), ("invoices", "a.csv", "--map", "x"), ("nothing",)])
async def test_wrong_use_ends_with_code_2(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.csv").write_text(FILE)

    code, _, _ = await run(*words)

    assert code == 2


@pytest.mark.parametrize("kind", ["invoices", "contacts"])
async def test_the_template_with_its_examples_can_be_imported(core: Core, run: Run, tmp_path: Path, kind: str) -> None:
    code, out, _ = await run("template", kind, "--examples")
    (tmp_path / "t.csv").write_text(out)

    imported, told, _ = await run(kind, "t.csv", "--json")

    assert (code, imported) == (0, 0)
    summary = json.loads(told)
    assert (summary["rejected"], summary["new"]) == (0, summary["read"])
    assert summary["not_used"] == []
