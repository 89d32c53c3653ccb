"""Balances in the shell: the audit, unapplied cash, credit notes, write-offs and voids."""

import json
from pathlib import Path

import pytest

from domain.kernel.core import Core
from domain.ledger import audit, write_offs
from domain.ledger.models import WriteOff
from tests.domain.ledger.people import OPAL
from tests.domain.ledger.test_credit_notes import a_note, books, left
from tests.domain.ledger.test_payments import euros, receive, standing
from tests.domain.ledger.test_placing import loose_money
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_the_audit_says_what_agrees_and_ends_with_one_when_something_differs(plixo: Shell, core: Core) -> None:
    await books(core, 10000)
    await receive(core, "INV-1", 2500)

    well = await plixo("ledger", "audit", "--json")
    await core.database.execute("UPDATE invoice SET open_minor = 7400")
    wrong = await plixo("ledger", "audit")

    told = json.loads(well.out)
    assert (well.code, told["invoices"], told["differing"]) == (0, 1, 0)
    assert told["flows"][0]["received"] == {"amount": "25.00", "currency": "EUR"}
    assert wrong.code == 1
    assert "DIFFERS  invoice INV-1: 74.00 EUR open and open, should be 75.00 EUR open" in wrong.out


async def test_the_check_tells_what_the_nights_audit_found(plixo: Shell, core: Core) -> None:
    await books(core, 10000)
    await core.database.execute("UPDATE invoice SET open_minor = 7400")
    never = await plixo("check", "--json")

    await audit.nightly(core)
    wrong = await plixo("check", "--json")

    found = [next(each for each in json.loads(answer.out) if each["name"] == "balances") for answer in (never, wrong)]
    assert [(each["state"], each["remedy"][:20]) for each in found] == [
        ("warn", "`plixo ledger audit`"), ("fail", "`plixo ledger audit`"),
    ]  # fmt: skip
    assert "P1: 1 balances differ" in found[1]["what"]


async def test_unapplied_cash_is_found_placed_shown_and_taken_back(plixo: Shell, core: Core) -> None:
    account, _ = await books(core, 10000)
    payment = await loose_money(core, 12000, account)

    found = await plixo("unapplied", "acme", "--json")
    placed = await plixo("place", str(payment), "INV-1", "--amount", "40")
    entries = await plixo("ledger", "entries", "INV-1", "--json")
    entry = json.loads(entries.out)["lines"][0]
    taken = await plixo("unplace", entry["id"], "--reason", "wrong one")

    assert json.loads(found.out)["lines"][0]["payment_id"] == str(payment)
    assert "40.00 EUR of unapplied cash placed" in placed.out
    assert (entry["undone_by"], "taken off again" in taken.out) == ("unplace", True)
    assert await standing("INV-1") == ("open", 10000)


async def test_who_holds_the_shell_approves_what_somebody_else_proposed_and_nothing_of_its_own(
    plixo: Shell, core: Core
) -> None:
    await books(core, 10000, 10000)
    event = await write_offs.propose(core, invoice_number="INV-1", amount=euros(4000), reason="insolvent", actor=OPAL)

    approved = await plixo("writeoff", "approve", str(event.write_off_id))
    proposed = await plixo("void", "INV-2", "--reason", "sent twice")
    own = await plixo("writeoff", "approve", str((await WriteOff.get(kind="void")).id))

    assert "40.00 EUR written off" in approved.out
    assert "proposed" in proposed.out
    assert (own.code, await standing("INV-1"), await standing("INV-2")) == (1, ("open", 6000), ("open", 10000))


async def test_credit_notes_are_listed_shown_and_spread(plixo: Shell, core: Core) -> None:
    account, _ = await books(core, 1000, 2000)
    await a_note(core, account, 2500)

    listed = await plixo("credit-note", "list", "--json")
    spread = await plixo("credit-note", "apply", "CN-1", "--oldest")

    assert json.loads(listed.out)[0]["number"] == "CN-1"
    assert spread.out.count("credit note CN-1 applied") == 2
    assert await left() == ("applied", 0)
