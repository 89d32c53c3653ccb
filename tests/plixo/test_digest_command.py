"""`plixo digest`: on the screen and as JSON."""

import json
from pathlib import Path

import pytest

from domain.kernel.core import Core
from tests.builders import an_account, an_invoice
from tests.domain.operations.reports.books import euros, queued
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_the_digest_is_shown_and_printed_as_json(plixo: Shell, core: Core) -> None:
    account = await an_account(core, "Acme\x1b[2J Ltd")
    await an_invoice(core, "A", account=account, amount=euros(1200))
    await queued(core, await an_invoice(core, "B", amount=euros(100)), state="queued", waits="gate")

    told = await plixo("digest")
    as_json = json.loads((await plixo("digest", "--weekly", "--json")).out)

    assert "1 mail waits for a gate that is closed: 100.00 EUR" in told.out
    assert "\x1b" not in told.out
    assert as_json["kind"] == "weekly"
    assert {each["topic"] for each in as_json["parts"]} >= {"held", "exposures", "ageing"}


async def test_an_empty_book_has_nothing_to_tell(plixo: Shell) -> None:
    assert "nothing happened" in (await plixo("digest")).out
