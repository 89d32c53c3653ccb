"""Logs hold no secret, no link and no full address."""

import pytest

from plixo.logs import scrubbed


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123-abc",
        "xapp-1-A-b",
        "rk_live_abc123",
        "sk_test_abc",
        "whsec_abc",
        "postgresql://plixo:password@db/plixo",
        "anna@acme.example",
        "/l/AQIDBAUGBwgJCgsMDQ4PEBESEw",
        "b+ge3dsmjsgazdcnrshe3tgnjtgmztqojq@mail.northwind.example",
    ],
)
def test_a_secret_is_not_in_the_line(secret: str) -> None:
    assert secret not in scrubbed(f"while {secret} was handled")


def test_the_domain_of_an_address_stays_readable() -> None:
    assert scrubbed("to anna@acme.example") == "to a…@acme.example"
