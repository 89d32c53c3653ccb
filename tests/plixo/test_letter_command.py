"""``plixo letter``: lists letters, shows one on a real invoice, and tells what is wrong with a folder."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.letters import KINDS
from plixo.cli import app


def plixo(*words: str) -> Result:
    """Run ``plixo letter …``."""
    return CliRunner().invoke(app, ["letter", *words])


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which Plixo was never started: nothing here needs a database."""
    monkeypatch.chdir(tmp_path)


def test_every_letter_is_listed_with_the_fields_that_it_may_show() -> None:
    told = {each["letter"]: each for each in json.loads(plixo("list", "--json").stdout)}

    assert set(told) == set(KINDS)
    assert "receipt_number" in told["receipt"]["fields"]
    assert "receipt_number" not in told["reminder-due"]["fields"]
    assert "total_due" in told["reminder-due"]["fields_of_several"]


def test_the_letters_that_ship_are_in_order() -> None:
    answer = plixo("check")

    assert answer.exit_code == 0
    assert "16 letters in 4 languages: all in order." in answer.stdout


@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_wrong_is_told_with_file_and_line_and_exit_code_1(tmp_path: Path, as_json: bool) -> None:
    file = tmp_path / "mine" / "receipt" / "en" / "neutral.txt"
    file.parent.mkdir(parents=True)
    file.write_text("{% block subject %}\n{{ nonsense }}\n{% endblock %}")

    answer = plixo("check", str(tmp_path / "mine"), *(["--json"] if as_json else []))

    assert answer.exit_code == 1
    told = json.loads(answer.stdout)["problems"] if as_json else answer.stderr.splitlines()
    assert any(each.startswith(f"{file}:2: there is no field 'nonsense' here") for each in told)


def test_the_folder_of_the_settings_is_checked_when_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIXO_LETTERS_FOLDER", str(tmp_path / "gone"))

    assert "gone: is not a folder" in plixo("check").stderr
