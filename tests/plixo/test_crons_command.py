"""`plixo cron` and `plixo maintenance`: list, pause, preview and prolong in the shell."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_a_cron_is_paused_shown_and_resumed(plixo: Shell) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"

    paused = await plixo("cron", "pause", "audit-balances", "--reason", "the books move", "--until", until)
    listed = await plixo("cron")
    as_json = json.loads((await plixo("cron", "--json")).out)
    resumed = await plixo("cron", "resume", "audit-balances")

    assert "audit-balances is paused until" in paused.out
    assert "meanwhile: A balance that is wrong" in paused.err
    assert "paused by command line until" in listed.out
    assert [each["cron"]["name"] for each in as_json if each["pause"]] == ["audit-balances"]
    assert "audit-balances runs again (nobody said why)" in resumed.out


async def test_what_cannot_be_paused_is_refused_with_the_reason(plixo: Shell) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"

    never = await plixo("cron", "pause", "end-roles", "--reason", "no", "--until", until)
    unknown = await plixo("cron", "resume", "weather")

    assert never.code == 1
    assert "Rights that were lent" in never.err
    assert unknown.code == 1
    assert "No cron is called 'weather'; there are plan-reminders" in unknown.err


async def test_maintenance_is_previewed_prolonged_and_ended_in_the_shell(plixo: Shell) -> None:
    until, later = (f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M}" for days in (2, 3))

    preview = json.loads((await plixo("maintenance", "preview", "--until", until, "--json")).out)
    early = await plixo("maintenance", "prolong", "--until", later)
    await plixo("maintenance", "on", "--reason", "the bank moves", "--until", until)
    prolonged = await plixo("maintenance", "prolong", "--until", later)
    ended = await plixo("maintenance", "off")

    assert preview["mails"] == 0
    assert early.code == 1
    assert "the bank moves" in prolonged.out
    assert "Maintenance is over" in ended.out
