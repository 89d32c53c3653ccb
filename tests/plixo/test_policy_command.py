"""``plixo policy``: a policy travels as a file, and is decided about by two."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from domain.kernel.core import Core
from domain.policies import policies, queries
from domain.policies.policies import Running
from plixo import runtime
from plixo.cli import app
from plixo.settings import Settings
from tests.conftest import KEYS, emptied
from tests.domain.policies.conftest import AS_SHIPPED
from tests.domain.policies.policies_made import ANNA

SHADOW = ("mode: autopilot", "mode: shadow")


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_address: str) -> Iterator[Path]:
    """A deployment with an empty database and the policy that ships."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLIXO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PLIXO_DATABASE_URL", database_address)
    monkeypatch.setenv("PLIXO_SIGNING_KEYS", f"1:{KEYS.newest.secret.hex()}")
    monkeypatch.setenv("PLIXO_MERCHANT_ZONE", "Europe/Berlin")
    with psycopg.connect(emptied(database_address), autocommit=True) as connection:
        connection.execute(AS_SHIPPED)  # whoever ran before may have left versions
        yield tmp_path
        connection.execute(AS_SHIPPED)


def plixo(*words: str) -> Result:
    """Run ``plixo policy …``."""
    return CliRunner().invoke(app, ["policy", *words])


def done(*words: str) -> str:
    """Run it, and return what it printed."""
    result = plixo(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def exported(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the policy in force to a file, with some words replaced."""
    text = done("export")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = folder / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_was_exported_and_is_applied_changes_nothing_and_says_so(deployed: Path) -> None:
    file = exported(deployed)

    assert "Nothing changes" in done("diff", str(file))
    assert "Nothing changes: version 1, which is in force, says the same." in done("apply", str(file))
    assert len(json.loads(done("list", "--json"))) == 1


def test_an_applied_file_is_a_proposal_with_its_differences(deployed: Path) -> None:
    file = exported(deployed, SHADOW)

    change, warning = done("diff", str(file)).splitlines()
    assert change == "segment everyone: mode: autopilot → shadow"
    assert warning.startswith("Look at this: cadences[0].steps[4]: 'default' hands over to a person, and nobody may")
    assert json.loads(done("diff", str(file), "--json"))["warnings"] == [warning.removeprefix("Look at this: ")]
    assert done("apply", str(file), "--note", "calmer").splitlines()[0] == (
        "Policy version 2 proposed: segment everyone: mode: autopilot → shadow"
    )
    shown = json.loads(done("show", "--version", "2", "--json"))
    assert (shown["state"], shown["notes"], shown["document"]["segments"][0]["mode"]) == (
        "proposed",
        "calmer",
        "shadow",
    )
    assert done("diff", "--to", "2").splitlines()[0] == "segment everyone: mode: autopilot → shadow"


def test_the_shell_does_not_publish_what_it_proposed(deployed: Path) -> None:
    done("apply", str(exported(deployed, SHADOW)))

    refused = plixo("publish", "2", "--running", "move")

    assert refused.exit_code == 1
    assert "somebody with the right to it decides in Slack" in refused.stderr
    assert "PLIXO_SECOND_PERSON=false" in refused.stderr


def test_a_company_of_one_publishes_by_setting(deployed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIXO_SECOND_PERSON", "false")
    done("apply", str(exported(deployed, SHADOW)))

    told = done("publish", "2", "--running", "move")

    assert told.startswith("Policy version 2, proposed by command line, is in force; 0 running invoices moved")
    assert [each["state"] for each in json.loads(done("list", "--json"))] == ["published", "retired"]


def test_the_shell_publishes_what_a_person_proposed(deployed: Path) -> None:
    async def proposed() -> None:
        async with runtime.for_one_command(Settings()) as core:
            await by_anna(core)

    asyncio.run(proposed())

    assert "is in force" in done("publish", "2", "--running", Running.FINISH.value)


async def by_anna(core: Core) -> None:
    """Let Anna propose that a person approves each draft."""
    document = (await queries.in_force(core)).document
    segment = document.segments[0].model_copy(update={"notes": "Anna's"})
    await policies.propose(core, document=document.model_copy(update={"segments": (segment,)}), notes="", actor=ANNA)


def test_running_must_be_said(deployed: Path) -> None:
    assert plixo("publish", "2").exit_code == 2


def test_faults_of_a_file_are_told_with_their_lines(deployed: Path) -> None:
    file = exported(deployed, ("reminder-overdue, tone: Confident", "reminder-overdu, tone: Confident"))
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "reminder-overdu," in text)

    for command in ("diff", "apply", "preview"):
        refused = plixo(command, str(file))
        assert refused.exit_code == 1
        assert refused.stderr.startswith(f"policy.yaml:{line}: cadences[0].steps[3].letter: there is no letter")


def test_a_file_that_is_no_text_is_refused_with_the_line(deployed: Path) -> None:
    (deployed / "policy.yaml").write_bytes(b"segments:\n  - name: M\xfcller\n")

    assert plixo("apply", "policy.yaml").stderr == "policy.yaml:2: not UTF-8; save the file as UTF-8\n"


def test_a_preview_shows_segments_and_the_calendar(deployed: Path) -> None:
    told = done("preview", str(exported(deployed, SHADOW)))

    assert told.startswith("everyone (shadow, cadence default): 0 invoices, nothing open\n")
    assert "3 days before the due date: reminder-due (Neutral)" in told
    assert "Every open invoice has its segment." in told


def test_a_proposal_is_rejected_with_a_reason(deployed: Path) -> None:
    done("mode", "everyone", "shadow")

    assert "rejected: not now" in done("reject", "2", "--reason", "not now")
    assert plixo("reject", "2", "--reason", "again").stderr == (
        "Version 2 is rejected by command line; only a proposal can be decided.\n"
    )


def test_an_unknown_version_is_refused(deployed: Path) -> None:
    assert "There is no policy version 9" in plixo("show", "--version", "9").stderr
