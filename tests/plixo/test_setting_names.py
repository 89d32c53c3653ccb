"""A setting that was typed wrong is told by its name, with the one that was meant, and never with its value."""

from pathlib import Path

import pytest

from plixo import setting_names
from plixo.settings import Settings


async def test_a_name_that_was_typed_wrong_is_told_from_the_file_and_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PLIXO_SMTP_PASWORD=s3cret\nPLIXO_SMTP_HOST=x\nPLIXO_QUITE_OTHER=s3cret\nOTHER=1\n")
    monkeypatch.setenv("PLIXO_SLACK_CHANNELL", "s3cret")
    monkeypatch.setenv("PLIXO_SOAK_SEED", "1")

    found = await setting_names.check(Settings())

    assert found.state == "warn"
    assert "PLIXO_SMTP_PASWORD is no setting; did you mean PLIXO_SMTP_PASSWORD?" in found.what
    assert "PLIXO_QUITE_OTHER is no setting" in found.what
    assert "did you mean PLIXO_SLACK_CHANNEL?" in found.what
    assert "SOAK" not in found.what
    assert "s3cret" not in f"{found}"
    assert "PLIXO_SMTP_HOST is" not in found.what


def test_settings_and_files_of_secrets_are_known() -> None:
    names = ["PLIXO_MERCHANT_ZONE", "plixo_smtp_host", "PLIXO_SMTP_PASSWORD_FILE", "PLIXO_SECRETS_DIR", "HOME"]

    assert setting_names.unknown(names) == []
