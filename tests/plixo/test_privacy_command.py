"""`plixo privacy erase`: shows what would go, asks, refuses with all reasons, and begins."""

import json
from pathlib import Path

from domain.kernel.core import Core
from domain.operations.erasing.models import Erasure
from tests.domain.operations.erasing.test_erasing import over
from tests.domain.operations.test_privacy import ZORA, a_history
from tests.plixo.test_cli import Shell


async def test_it_is_shown_asked_and_begun(core: Core, empty_database: str, tmp_path: Path) -> None:
    await a_history(core)
    await over(core)
    plixo = Shell(tmp_path, empty_database)

    shown = await plixo("privacy", "erase", ZORA, "--reason", "by letter", "--dry-run", "--json")
    unasked = await plixo("privacy", "erase", ZORA, "--reason", "by letter")
    begun = await plixo("privacy", "erase", ZORA, "--reason", "by letter", "--yes")
    listed = await plixo("privacy", "list", "--json")

    assert json.loads(shown.out)["kept"] == {"invoices": 2}
    assert unasked.code == 1, "nobody answered"
    assert (begun.code, "Erasure #" in begun.out) == (0, True), begun.err
    assert [each["state"] for each in json.loads(listed.out)] == ["running"]
    assert await Erasure.all().count() == 1


async def test_what_is_still_open_is_named_and_nothing_begins(core: Core, empty_database: str, tmp_path: Path) -> None:
    await a_history(core)
    plixo = Shell(tmp_path, empty_database)

    refused = await plixo("privacy", "erase", ZORA, "--reason", "by letter", "--yes")

    assert refused.code == 1
    assert "an open dispute of theirs" in refused.err
    assert await Erasure.all().count() == 0
