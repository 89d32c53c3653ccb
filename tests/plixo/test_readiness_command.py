"""`plixo readiness`: the board in the shell, overrides, and whom nobody can write to."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.kernel.core import Core
from domain.operations import readiness_judging
from tests.domain.operations.readiness_world import FakeWorld, a_book
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_a_check_that_holds_autopilot_is_told_with_its_remedy_and_code_one(plixo: Shell, core: Core) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await readiness_judging.judge(core, surroundings=FakeWorld())

    board = await plixo("readiness")
    as_json = json.loads((await plixo("readiness", "--json")).out)

    assert board.code == 1
    assert "contacts   fail" in board.out
    assert "add addresses and import them" in board.out
    assert "Autopilot is held: no mail waits for it" in board.out
    assert [each["name"] for each in as_json["checks"] if each["holds"]] == ["contacts"]


async def test_every_check_can_be_judged_anew_from_the_shell(plixo: Shell) -> None:
    board = json.loads((await plixo("readiness", "--check", "--json")).out)

    assert all(each["at"] for each in board["checks"])
    assert board["closed"] is False


async def test_an_override_is_proposed_and_declined_in_the_shell(plixo: Shell, core: Core) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await readiness_judging.judge(core, surroundings=FakeWorld())
    until = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"

    proposed = await plixo("readiness", "override", "contacts", "--reason", "on Monday", "--until", until)
    own = await plixo("readiness", "approve", "contacts")
    declined = await plixo("readiness", "decline", "contacts")
    unknown = await plixo("readiness", "override", "weather", "--reason", "rain", "--until", until)

    assert "Contacts is to be overridden" in proposed.out
    assert own.code == 1
    assert "is not overridden" in declined.out
    assert unknown.code == 1
    assert "No check is called 'weather'" in unknown.err


async def test_customers_without_a_contact_are_listed_and_written(plixo: Shell, core: Core, tmp_path: Path) -> None:
    await a_book(core, reachable=1, unreachable=2)

    shown = await plixo("readiness", "contacts")
    await plixo("readiness", "contacts", "--csv", str(tmp_path / "lacking.csv"))

    assert "125.00 EUR  Customer 1" in shown.out
    assert "Customer 0" not in shown.out
    assert (tmp_path / "lacking.csv").read_text(encoding="utf-8-sig").count("no contact") == 2
