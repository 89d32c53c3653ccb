"""Settings of the mail server: what they lead to, and what is wrong is said at the start."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from domain.kernel.core import Core
from inbound_mail.encryption import CertificateUnusable
from inbound_mail.server import serve
from plixo import checks, parts
from plixo.settings import Settings


def settings(**given: Any) -> Settings:
    """Return settings that no environment and no file has touched."""
    return Settings(_env_file=None, **given)


def test_the_limits_of_the_server_are_those_that_are_set() -> None:
    limits = parts.mail_limits(
        settings(
            inbound_max_bytes=100_000,
            inbound_connections=7,
            inbound_connections_of_peer=6,
            inbound_connections_a_minute=5,
            inbound_mails_a_minute=4,
        )
    )

    assert limits.max_bytes == 100_000
    assert (limits.connections, limits.connections_of_peer) == (7, 6)
    assert (limits.connections_a_minute, limits.mails_a_minute) == (5, 4)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"inbound_proxies": ["10.0.0.0/99"]}, "not a network"),
        ({"inbound_proxies": ["proxy.example"]}, "not a network"),
        ({"inbound_proxies": ["10.0.0.1/8"]}, "not a network"),
        ({"inbound_tls_required": True}, "need inbound_tls_cert_file"),
        ({"inbound_tls_key_file": Path("key.pem")}, "need inbound_tls_cert_file"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(**given)


def test_without_a_certificate_there_is_no_encryption() -> None:
    assert parts.encryption(settings()) is None


def test_a_certificate_that_cannot_be_used_ends_the_start_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateUnusable, match=r"chain\.pem"):
        parts.encryption(settings(inbound_tls_cert_file=tmp_path / "chain.pem"))


async def test_the_check_names_a_certificate_that_cannot_be_used(tmp_path: Path) -> None:
    result = await checks._inbound(settings(inbound_tls_cert_file=tmp_path / "chain.pem"))

    assert result.state == "fail"
    assert "chain.pem" in result.what


@pytest.mark.parametrize("proxies", [[], ["127.0.0.0/8"], ["10.0.0.0/8"]])
async def test_the_check_is_greeted_whether_or_not_this_machine_is_a_proxy(core: Core, proxies: Sequence[str]) -> None:
    server = await serve(core, host="127.0.0.1", port=0, proxies=proxies)

    result = await checks._inbound(settings(inbound_port=server.port, inbound_proxies=list(proxies)))
    await server.close()

    assert result.state == "ok"


async def test_the_check_says_when_nobody_listens(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0)
    port = server.port
    await server.close()

    result = await checks._inbound(settings(inbound_port=port))

    assert result.state == "warn"
