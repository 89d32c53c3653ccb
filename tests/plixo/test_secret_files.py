"""Secrets come from files that their owner alone may read, and show themselves nowhere."""

import os
import re
from pathlib import Path

import pytest
from typer.core import TyperGroup

from plixo import secret_files
from plixo.cli import loaded
from plixo.command_table import ENTRIES
from plixo.secret_files import SecretFileUnusable
from plixo.settings import Settings

KEY = "rk_test_of_a_file"


@pytest.fixture(autouse=True)
def _nothing_set_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [each for each in os.environ if each.startswith("PLIXO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def secret_file(file: Path, text: str, mode: int = 0o600) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def test_a_variable_names_the_file_of_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLIXO_STRIPE_API_KEY_FILE", str(secret_file(tmp_path / "stripe", KEY + "\n")))

    settings = Settings()

    assert settings.stripe_api_key is not None
    assert settings.stripe_api_key.get_secret_value() == KEY
    assert KEY not in repr(settings)


def test_a_folder_holds_secrets_under_the_names_of_their_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret_file(tmp_path / "run" / "plixo_smtp_password", "one")
    secret_file(tmp_path / "run" / "stripe_webhook_secrets", "whsec_1\nwhsec_2\n")
    monkeypatch.setenv("PLIXO_SECRETS_DIR", str(tmp_path / "run"))

    settings = Settings()

    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == "one"
    assert [each.get_secret_value() for each in settings.stripe_webhook_secrets] == ["whsec_1", "whsec_2"]


def test_a_file_that_everybody_may_read_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = secret_file(tmp_path / "stripe", KEY, 0o644)
    monkeypatch.setenv("PLIXO_STRIPE_API_KEY_FILE", str(file))

    with pytest.raises(SecretFileUnusable, match="everybody may read") as refused:
        Settings()

    assert KEY not in str(refused.value)


def test_a_secret_that_is_set_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLIXO_STRIPE_API_KEY_FILE", str(secret_file(tmp_path / "stripe", KEY)))
    monkeypatch.setenv("PLIXO_STRIPE_API_KEY", "rk_test_other")

    with pytest.raises(SecretFileUnusable, match="take one away"):
        Settings()


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIXO_SIGNING_KEYS_FILE", "/nowhere/keys")

    with pytest.raises(SecretFileUnusable, match="PLIXO_SIGNING_KEYS: /nowhere/keys"):
        Settings()


def test_what_is_a_secret_by_its_name_is_one_by_its_type() -> None:
    named = {
        name
        for name in Settings.model_fields
        if re.search(r"token|secret|password|api_key|signing_keys|database_url|redis_url", name)
    }

    assert named == {name for name, field in Settings.model_fields.items() if secret_files.is_secret(field)}


def test_no_command_takes_a_secret_as_a_word_of_its_line() -> None:
    secret = {name for name, field in Settings.model_fields.items() if secret_files.is_secret(field)}

    def options(command: object) -> set[str]:
        if isinstance(command, TyperGroup):
            return set().union(*(options(each) for each in command.commands.values()))
        return {str(each.name) for each in getattr(command, "params", ())}

    taken = set().union(*(options(loaded(entry)) for entry in ENTRIES))

    assert taken & (secret - {"database_url"}) == set()
