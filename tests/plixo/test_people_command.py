"""`plixo role`, `access`, `settings` and `audit`: what the shell shows of people, and what it writes into a file."""

import asyncio
import csv
import json
import os
from pathlib import Path

import pytest

from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.people import access
from domain.people.roles import Role
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


def read(file: Path) -> list[str]:
    """Return the lines of a file."""
    return file.read_text(encoding="utf-8-sig").splitlines()


async def granted(plixo: Shell, slack_id: str = "U1CARLA", role: str = "Controller", name: str = "Carla") -> None:
    """Give a role."""
    answer = await plixo("role", "grant", slack_id, role, "--name", name, "--reason", "first one")
    assert answer.code == 0, answer.err


async def test_who_holds_what_is_listed_and_the_last_controller_stays(plixo: Shell) -> None:
    await granted(plixo)

    listed = await plixo("role", "list", "--json")
    refused = await plixo("role", "revoke", "U1CARLA", "Controller", "--reason", "gone")

    assert [(each["name"], each["role"]) for each in json.loads(listed.out)] == [("Carla", "Controller")]
    assert refused.code == 1
    assert "Carla is the last Controller" in refused.err
    assert "move money" in (await plixo("role", "table")).out


async def test_a_request_is_decided_in_the_shell(plixo: Shell, core: Core) -> None:
    stranger = Actor(ActorKind.PERSON, "eve", frozenset())
    wish = await access.request(
        core, slack_id="U9EVE", name="Eve", role=Role.CONTROLLER, reason="I audit you", actor=stranger
    )

    waits = await plixo("access", "list")
    given = await plixo("access", "approve", str(wish.access_id), "--role", "Viewer", "--hours", "2")
    late = await plixo("access", "deny", str(wish.access_id), "--reason", "no")

    assert "Eve: Controller  I audit you" in waits.out
    assert "approved: Viewer for 2 hours (asked for: Controller)" in given.out
    assert (late.code, "nothing left to decide" in late.err) == (1, True)


async def test_settings_are_shown_and_set(plixo: Shell) -> None:
    await granted(plixo)

    done = await plixo("settings", "Carla", "digest time", "07:30")
    addressed = await plixo("settings", "Carla", "digest address", "carla@merchant.example")
    unconfirmed = await plixo("settings", "Carla", "--code", "nonsense")
    wrong = await plixo("settings", "Carla", "language", "klingon")
    shown = await plixo("settings", "carla", "--json")

    assert "digest time of Carla: as usual → 07:30" in done.out
    assert wrong.code == 1
    assert json.loads(shown.out)["digest time"] == "07:30"
    assert "mailed a code" in addressed.out
    assert (unconfirmed.code, json.loads(shown.out)["confirmed"]) == (1, "no")


async def test_the_log_is_shown_and_taken_along_and_that_is_in_it(plixo: Shell, tmp_path: Path) -> None:
    await granted(plixo)
    file = tmp_path / "audit.csv"

    act = await plixo("audit", "show", "#1")
    written = await plixo("audit", "export", "--by", "command line", "--csv", str(file))
    again = await plixo("audit", "export", "--csv", str(file))
    unknown = await plixo("audit", "export", "--by", "Nobody", "--csv", str(tmp_path / "other.csv"))
    after = await plixo("audit", "show", "#2", "--json")

    assert "who      command line (shell)" in act.out
    assert "1 acts are in" in written.out
    rows = list(csv.reader(await asyncio.to_thread(read, file)))
    assert [row[4] for row in rows] == ["what", "role.granted"]
    assert (again.code, "exists" in again.err) == (1, True)
    assert unknown.code == 1
    left = await asyncio.to_thread(os.listdir, tmp_path)
    assert [each for each in left if "csv" in each] == ["audit.csv"]
    assert json.loads(after.out)["act"]["kind"] == "audit.exported"
