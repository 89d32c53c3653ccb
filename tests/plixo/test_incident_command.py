"""`plixo incident`: list, show, open, take, note, rate and end in the shell."""

import json
from pathlib import Path

import pytest

from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_an_incident_is_opened_taken_noted_and_ended_in_the_shell(plixo: Shell) -> None:
    nothing = await plixo("incident")
    opened = await plixo("incident", "open", "P1", "checkout is down")
    taken = await plixo("incident", "take", "1")
    await plixo("incident", "note", "1", "the key was rolled")
    eased = await plixo("incident", "severity", "1", "P3", "--reason", "one customer")
    worse = await plixo("incident", "worse", "1", "--reason", "many customers")
    over = await plixo("incident", "over", "1", "--reason", "the new key works")
    shown = json.loads((await plixo("incident", "show", "1", "--json")).out)
    listed = json.loads((await plixo("incident", "list", "--json")).out)

    assert "no incident" in nothing.out
    assert "Incident 1 (P1): checkout is down" in opened.out
    assert "has taken incident 1" in taken.out
    assert "P3 instead of P1" in eased.out
    assert "P2 instead of P3" in worse.out
    assert "is over" in over.out
    assert shown["incident"]["outcome"] == "the new key works"
    assert [each["told"] for each in shown["history"]][2] == "Note on incident 1: the key was rolled"
    assert [each["number"] for each in listed] == [1]


async def test_what_cannot_be_done_is_refused_with_the_reason(plixo: Shell) -> None:
    unknown = await plixo("incident", "take", "7")
    nonsense = await plixo("incident", "open", "P9", "checkout is down")

    assert (unknown.code, nonsense.code) == (1, 1)
    assert "There is no incident 7" in unknown.err
    assert "P1 payments are blocked" in nonsense.err
