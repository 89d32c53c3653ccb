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


async def test_a_period_of_the_future_is_refused(plixo: Shell) -> None:
    told = await plixo("report", "dso", "--from", "2199-01-01", "--to", "2199-02-01")

    assert told.code == 1
    assert "up to today" in told.err
