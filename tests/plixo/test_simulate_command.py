"""`plixo simulate` on a small ledger: tables, chart, CSV, JSON, and what is refused."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.outreach import simulation
from domain.outreach.simulation_results import Simulation
from plixo import simulation_chart
from plixo.cli import app
from plixo.commands import simulate

LEDGER = b"""Invoice Number,Customer Number,Customer Name,Invoice Date,Due Date,Amount,Currency,Status,Paid Date,Email
A,C-1,Acme,2025-01-02,2025-02-03,100.00,EUR,paid,2025-02-20,a@acme.example
B,C-2,Bolt,2025-01-02,2025-02-03,100.00,EUR,open,,b@bolt.example
"""


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell without settings of its own."""
    monkeypatch.setenv("COLUMNS", "120")
    return CliRunner()


async def result(core: Core) -> Simulation:
    """Replay the small ledger."""
    request = csv_import.ImportRequest(kind="invoices", file_name="ledger.csv", stream=BytesIO(LEDGER))
    await csv_import.apply(core, request, actor=SHELL)
    return await simulation.simulate(core)


async def test_the_tables_say_who_was_reminded_and_that_nobody_was_chased_after_paying(core: Core) -> None:
    console = Console(record=True, width=120, file=None, quiet=False)

    simulate.show(await result(core), console)

    told = console.export_text()
    assert "2 invoices of 2 customers" in told
    assert "reminder-overdue" in told
    assert "Nobody would have been chased after paying." in told


async def test_every_day_is_a_line_of_the_csv(core: Core) -> None:
    found = await result(core)

    lines = simulate.day_lines(found).splitlines()

    assert len(lines) == len(found.days) + 1
    assert sum(int(line.split(",")[1]) for line in lines[1:]) == found.mails


@pytest.mark.parametrize("ending", simulate.PICTURES)
async def test_the_chart_is_a_picture_with_its_words_in_it(core: Core, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"chart{ending}"

    described = simulation_chart.draw(await result(core), path)

    drawn = path.read_bytes()
    assert drawn.startswith(b"\x89PNG" if ending == ".png" else b"<?xml")
    assert described.encode() in drawn
    assert "after payment 0" in described


def test_a_chart_of_an_unknown_kind_is_refused(runner: CliRunner) -> None:
    told = runner.invoke(app, ["simulate", "--chart", "year.gif"])

    assert told.exit_code == 2
    assert ".png" in told.output


def test_a_ledger_that_cannot_be_reached_is_told(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIXO_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    told = runner.invoke(app, ["simulate", "--json"])

    assert told.exit_code == 1


async def test_as_json_every_figure_is_there(core: Core, capsys: pytest.CaptureFixture[str]) -> None:
    from plixo import shell

    found = await result(core)

    shell.print_json(shell.plain(found))

    told = json.loads(capsys.readouterr().out)
    assert told["invoices"] == 2
    assert told["days"][0].keys() == {"day", "mails", "items", "drafts", "escalations", "contacts_missing"}
