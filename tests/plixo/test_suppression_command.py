"""The shell's commands for addresses that must not be mailed."""

import json
from pathlib import Path

from domain.kernel.core import Core
from tests.plixo.test_cli import Shell, plixo

__all__ = ["plixo"]


def a_file(plixo: Shell, text: str) -> Path:
    """Write a list into the shell's folder."""
    file = plixo.folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    return file


def content(path: str) -> str:
    """Return what a file holds."""
    return Path(path).read_text(encoding="utf-8-sig")


async def test_an_address_is_suppressed_shown_listed_and_freed(plixo: Shell, core: Core) -> None:
    assert (await plixo("suppress", "anna@acme.example", "--reason", "she asked by phone")).code == 0

    told = json.loads((await plixo("suppression", "show", "ANNA@acme.example", "--json")).out)
    listed = await plixo("suppression", "list", "acme")
    freed = await plixo("unsuppress", "anna@acme.example", "--reason", "she called again")

    assert [(each["reason"], each["state"], each["note"]) for each in told["suppressions"]] == [
        ("manual", "active", "she asked by phone")]  # fmt: skip
    assert told["bounce_days"] == 0
    assert "anna@acme.example  she asked by phone" in listed.out
    assert "may be mailed again" in freed.out
    assert (await plixo("suppression", "list")).out == "no such address is suppressed\n"


async def test_a_list_is_tried_loaded_and_its_faults_are_kept_beside_it(plixo: Shell, core: Core) -> None:
    file = a_file(plixo, "email,reason\nanna@acme.example,bounce\nnobody,bounce\n")

    tried = await plixo("suppression", "load", str(file), "--reason", "old system", "--dry-run")
    loaded = await plixo("suppression", "load", str(file), "--reason", "old system", "--json")

    assert "1 new" in tried.out
    assert "Nothing was changed." in tried.out
    document = json.loads(loaded.out)
    assert (document["new"], document["rejected"]) == (1, 1)
    assert "address_malformed" in content(document["rejects"])


async def test_what_is_wrong_is_said_and_ends_with_code_one(plixo: Shell, core: Core) -> None:
    answer = await plixo("suppress", "nobody", "--reason", "x")

    assert answer.code == 1
    assert "Not an e-mail address" in answer.err
