"""Settings: one way in, clear words when one is wrong, and no secret that shows itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from plixo.settings import Settings


@pytest.fixture(autouse=True)
def _nothing_set_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away what the developer's own shell or folder sets."""
    for name in [each for each in os.environ if each.startswith("PLIXO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def shell(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from plixo.cli import main; main()", *words],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_everything_has_a_default() -> None:
    settings = Settings()

    assert settings.portal_port == 8080
    assert settings.inbound_port == 8025
    assert settings.portal_host == settings.inbound_host == "127.0.0.1"


def test_the_environment_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIXO_MERCHANT_ZONE", "Europe/Berlin")
    monkeypatch.setenv("PLIXO_STRIPE_WEBHOOK_SECRETS", '["whsec_new", "whsec_old"]')

    settings = Settings()

    assert settings.merchant_zone == "Europe/Berlin"
    assert [each.get_secret_value() for each in settings.stripe_webhook_secrets] == ["whsec_new", "whsec_old"]


def test_a_file_sets_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLIXO_MERCHANT_NAME=From the file\nPLIXO_PORTAL_PORT=9001\nSOMEONE_ELSES=x\n")
    monkeypatch.setenv("PLIXO_PORTAL_PORT", "9002")

    settings = Settings()

    assert (settings.merchant_name, settings.portal_port) == ("From the file", 9002)


def test_what_is_not_set_follows_from_what_is() -> None:
    settings = Settings(mail_from="billing@northwind.example", public_url="https://pay.northwind.example/")

    assert settings.mail_domain == "northwind.example"
    assert settings.merchant_contact == "billing@northwind.example"
    assert settings.public_url == "https://pay.northwind.example"


def test_secrets_do_not_show_themselves() -> None:
    settings = Settings.model_validate(
        {
            "database_url": "postgresql://plixo:s3cret@db/plixo",
            "stripe_api_key": "rk_s3cret",
            "slack_bot_token": "xoxb-s3cret",
            "smtp_password": "s3cret",
            "signing_keys": "1:" + "ab" * 32,
            "stripe_webhook_secrets": ["whsec_s3cret"],
        }
    )

    shown = f"{settings!r} {settings} {settings.model_dump_json()}"

    assert "s3cret" not in shown
    assert "abab" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("merchant_zone", "Europe/Atlantis"),
        ("merchant_zone", "../../etc/passwd"),
        ("merchant_currency", "EURO"),
        ("merchant_currency", "XAU"),
        ("merchant_locale", "klingon"),
        ("portal_port", "70000"),
        ("portal_port", "http"),
        ("smtp_tls", "maybe"),
        ("database_pool", "0"),
        ("mail_from", "billing"),
        ("public_url", "pay.northwind.example"),
        ("stripe_webhook_secrets", "whsec_no_list"),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PLIXO_{name.upper()}", value)

    with pytest.raises((ValidationError, ValueError)):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLIXO_MERCHANT_ZONE", "Europe/Atlantis"),
        ("PLIXO_MERCHANT_CURRENCY", "EURO"),
        ("PLIXO_PORTAL_PORT", "70000"),
        ("PLIXO_STRIPE_WEBHOOK_SECRETS", "whsec_s3cret"),
    ],
)
def test_the_shell_names_the_wrong_setting_and_ends_with_2(name: str, value: str) -> None:
    ended = shell("migrate", **{name: value})

    assert ended.returncode == 2
    assert name in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "s3cret" not in ended.stderr


def test_a_database_that_is_away_is_named_without_its_password() -> None:
    for command in ("migrate", "queue"):
        ended = shell(command, PLIXO_DATABASE_URL="postgresql://plixo:s3cret@127.0.0.1:1/ledger")

        assert ended.returncode == 1
        assert "No connection to the database 'ledger'" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert "s3cret" not in ended.stderr + ended.stdout


def test_an_address_that_is_none_is_refused_without_showing_it() -> None:
    ended = shell("migrate", PLIXO_DATABASE_URL="mysql://plixo:s3cret@db/ledger")

    assert (ended.returncode, ended.stderr) == (1, "PLIXO_DATABASE_URL is not a PostgreSQL address.\n")
