"""`plixo cash …`: the card of a bank line, and the decisions about it."""

import json
from pathlib import Path

from domain.cash_application import posting
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from domain.operations import short_ids
from tests.builders import an_invoice
from tests.domain.cash_application.lines import a_bank_line
from tests.plixo.test_cli import Shell


async def test_a_card_is_printed_and_a_proposal_is_taken(core: Core, empty_database: str, tmp_path: Path) -> None:
    plixo = Shell(tmp_path, empty_database)
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "INV-1042", Money(12133, "EUR"), payer="Acme Ltd")
    await posting.apply_cash(core)
    short = short_ids.short(line.id)

    _, card, _ = await plixo("cash", "show", short, "--json")
    code, posted, _ = await plixo("cash", "post", short)

    told = json.loads(card)
    assert (told["line"]["confidence"], told["line"]["invoices"]) == (60, ["INV-1042"])
    assert told["ways"][0]["reasons"] == ["names INV-1042", "3.67 EUR less than is open"]
    assert (code, "Bank line posted: 121.33 EUR" in posted) == (0, True)
    assert (await Invoice.get()).open_minor == 367


async def test_a_second_decision_is_refused_with_exit_code_one(core: Core, empty_database: str, tmp_path: Path) -> None:
    plixo = Shell(tmp_path, empty_database)
    line = await a_bank_line(core, "interest")
    words = ("cash", "ignore", str(line.id), "--reason", "interest")
    await plixo(*words)

    code, _, errors = await plixo(*words)

    assert (code, "ignored already" in errors) == (1, True)
