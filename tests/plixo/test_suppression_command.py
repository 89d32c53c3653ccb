"""The shell's commands for addresses that must not be mailed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.deliverability import suppression_lists
from domain.kernel.core import Core
from tests.clocks import START, StandingClock
from tests.domain.deliverability.mailings_made import a_mailing
from tests.domain.deliverability.test_evidence import bounce
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


async def test_what_is_known_of_an_address_reads_like_sentences(plixo: Shell, core: Core, clock: StandingClock) -> None:
    clock.advance(seconds=(datetime.now(UTC) - START).total_seconds())  # the shell's clock is the machine's
    await bounce(core, await a_mailing(core))
    await plixo("suppress", "anna@acme.example", "--reason", "their system moves", "--until", "2099-03-20")

    out = (await plixo("suppression", "show", "anna@acme.example")).out
    nobody = (await plixo("suppression", "show", "nobody@acme.example")).out

    assert out.startswith("anna@acme.example must not be mailed.\n  manual since ")
    assert " until 2099-03-20, by " in out
    assert "\n      why: their system moves\n" in out
    assert "mailbox trouble (mailbox full 5.2.2) about INV-1042, proven, a bounce day, rule " in out
    assert "1 bounce day since mail to it last worked; 3 suppress it for a while." in out
    assert "None" not in out
    assert nobody == "nobody@acme.example may be mailed.\n"


@pytest.mark.parametrize(
    ("typed", "ends"), [("2099-03-20", "2099-03-20T23:59:59+00:00"), ("2099-03-20T14:00", "2099-03-20T14:00:00+00:00")]
)
async def test_until_a_day_means_until_it_is_over_at_the_merchants(
    plixo: Shell, core: Core, typed: str, ends: str
) -> None:
    await plixo("suppress", "anna@acme.example", "--reason", "moving", "--until", typed)

    [kept] = await suppression_lists.explain(core, address="anna@acme.example")

    assert kept.until is not None
    assert kept.until.astimezone(UTC).isoformat() == ends


async def test_an_end_that_is_no_day_is_wrong_use(plixo: Shell, core: Core) -> None:
    assert (await plixo("suppress", "anna@acme.example", "--reason", "moving", "--until", "soon")).code == 2


async def test_a_list_is_tried_loaded_and_its_faults_are_kept_beside_it(plixo: Shell, core: Core) -> None:
    file = a_file(plixo, "email,reason\nanna@acme.example,bounce\nnobody,bounce\n")

    tried = await plixo("suppression", "load", str(file), "--reason", "old system", "--dry-run")
    loaded = await plixo("suppression", "load", str(file), "--reason", "old system", "--json")

    assert "1 new" in tried.out
    assert "Nothing was changed." in tried.out
    document = json.loads(loaded.out)
    assert (document["new"], document["rejected"]) == (1, 1)
    assert "3,email,nobody,address_malformed" in content(document["rejects"])


async def test_what_is_wrong_is_said_and_ends_with_code_one(plixo: Shell, core: Core) -> None:
    answer = await plixo("suppress", "nobody", "--reason", "x")

    assert answer.code == 1
    assert "Not an e-mail address" in answer.err
