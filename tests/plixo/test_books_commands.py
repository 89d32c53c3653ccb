"""Ageing, control totals, parity, twins, statements and camt.053 in the shell."""

import json
import shutil
from pathlib import Path

import pytest

from domain.kernel import sentences
from domain.kernel.core import Core
from domain.ledger import twins
from domain.ledger.models import Account, Invoice
from tests.builders import an_account, an_invoice
from tests.domain.cash_application.test_camt import STATEMENTS
from tests.domain.ledger.test_falls import a_fall
from tests.domain.ledger.test_payments import euros
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_control_totals_are_previewed_taken_once_and_compared(plixo: Shell, core: Core, tmp_path: Path) -> None:
    await an_invoice(core, "INV-1", amount=euros(12_500))
    report = tmp_path / "ageing.csv"
    report.write_text("Invoice,Due Date,Balance,Currency\nINV-1,2026-03-03,130.00,EUR\nINV-2,soon,1.00,EUR\n")
    take = ("import", "control", str(report))

    asked = await plixo(*take)
    seen = await plixo(*take, "--as-of", "2026-03-10", "--dry-run", "--json")
    taken = await plixo(*take, "--as-of", "2026-03-10")
    compared = await plixo("parity", "--csv", str(tmp_path / "differing.csv"))

    assert asked.code == 1
    assert "--as-of" in asked.err
    assert (json.loads(seen.out)["applied"], json.loads(seen.out)["rejected"]) == (False, 1)
    assert taken.code == 0
    assert "2 rows read, 1 rejected" in taken.out
    assert (tmp_path / "ageing.rejects.csv").exists()
    assert compared.code == 1
    assert "DIFFERS" in compared.out
    assert "INV-1" in (tmp_path / "differing.csv").read_text()


async def test_without_control_totals_there_is_nothing_to_compare(plixo: Shell, core: Core) -> None:
    answer = await plixo("ledger", "parity", "--json")

    assert (answer.code, json.loads(answer.out)) == (1, None)


async def test_what_is_open_is_shown_by_age(plixo: Shell, core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(12_500))

    told, document = await plixo("ageing"), await plixo("ledger", "ageing", "--json")

    assert "125.00 EUR open in 1 invoices" in told.out
    assert json.loads(document.out)["currencies"][0]["total"]["invoices"] == 1


async def test_a_pair_of_customers_is_listed_and_merged_or_dismissed(plixo: Shell, core: Core) -> None:
    for first, second in (("Acme Ltd", "ACME Limited"), ("Beta GmbH", "BETA G.m.b.H.")):
        await an_invoice(core, f"INV-{first[0]}", account=await an_account(core, first))
        await an_account(core, second)
    await twins.find(core)
    listed = json.loads((await plixo("twins", "--json")).out)
    pairs = {pair["kept"]["name"][0]: pair["twin_id"] for pair in listed}

    merged = await plixo("twins", "merge", pairs["A"])
    dismissed = await plixo("twins", "dismiss", pairs["B"])
    again = await plixo("account", "dismiss", pairs["A"])

    assert "ACME Limited was merged into Acme Ltd" in merged.out
    assert "Beta GmbH and BETA G.m.b.H. are two customers" in dismissed.out
    assert again.code == 1
    assert await Account.filter(state="merged").count() == 1


async def test_a_merger_is_previewed_before_it_is_done(plixo: Shell, core: Core) -> None:
    await an_account(core, "Acme Ltd")
    await an_invoice(core, "INV-1", account=await an_account(core, "Holding"))

    seen = await plixo("account", "merge", "Acme Ltd", "Holding", "--dry-run")
    done = await plixo("account", "merge", "Acme Ltd", "Holding")

    assert "Holding → Acme Ltd: 1 invoices. Dry run" in seen.out
    assert "Holding was merged into Acme Ltd, with 1 invoices" in done.out
    assert (await Invoice.get()).account_id == (await Account.get(name="Acme Ltd")).id


async def test_a_statement_is_shown_and_written_for_a_spreadsheet_and_for_paper(
    plixo: Shell, core: Core, tmp_path: Path
) -> None:
    await an_invoice(core, "INV-1", account=await an_account(core, "Acme Ltd"), amount=euros(12_500))
    table, paper = tmp_path / "acme.csv", tmp_path / "acme.pdf"

    shown = await plixo("statement", "acme ltd", "--csv", str(table), "--pdf", str(paper))
    unknown = await plixo("statement", "nobody")

    assert shown.code == 0
    assert "INV-1" in table.read_text()
    assert paper.read_bytes().startswith(b"%PDF-")
    assert unknown.code == 1


async def test_a_camt_statement_is_imported_by_the_cash_command(plixo: Shell, core: Core, tmp_path: Path) -> None:
    shutil.copy(STATEMENTS / "house-bank-02.xml", tmp_path / "march.xml")

    first = await plixo("cash", "import", str(tmp_path / "march.xml"))
    second = await plixo("import", "bank", str(tmp_path / "march.xml"), "--json")

    assert "march.xml: camt.053, 6 entries of DE02120300000000202051" in first.out
    assert "1 of the new ones wait for a person whatever they match" in first.out
    assert "8 rows read: 6 new, 0 known, 0 rejected, 2 left out" in first.out
    told = json.loads(second.out)
    assert (told["format"], told["new"], told["known"]) == ("camt.053", 0, 6)


async def test_what_lowered_an_invoice_is_told_and_may_be_said(plixo: Shell, core: Core, tmp_path: Path) -> None:
    await an_invoice(core, "INV-1", account=await an_account(core, "Acme Ltd"), amount=euros(10_000))
    books = tmp_path / "books.csv"
    due = (await Invoice.get()).due_on
    books.write_text(
        f"Invoice Number,Customer,Due Date,Amount,Balance,Currency\nINV-1,Acme Ltd,{due},100.00,60.00,EUR\n"
    )

    seen = await plixo("import", "invoices", str(books), "--dry-run")
    done = await plixo("import", "invoices", str(books), "--lowered", "credit", "--json")

    assert "lowered in the books, cause unknown: 40.00 EUR on 1 invoices" in seen.out
    assert json.loads(done.out)["lowered"] == 1
    [row] = await core.database.rows("SELECT reason, amount_minor FROM credit")
    assert (sentences.said(row["reason"]), row["amount_minor"]) == ("credited in the books", 4000)


async def test_what_lowered_an_invoice_is_told_later(plixo: Shell, core: Core) -> None:
    await a_fall(core)

    waits = await plixo("lowered", "list")
    own = await plixo("lowered", "tell", "INV-1", "--as", "correction", "--reason", "typing mistake")
    done = await plixo("lowered", "tell", "INV-1", "--as", "payment", "--amount", "15.00", "--on", "2026-03-01")

    assert "INV-1  Acme  40.00 EUR lowered on" in waits.out
    assert (own.code, done.code) == (1, 0)
    assert "15.00 EUR that the books took off was a payment; 60.00 EUR left to pay" in done.out
    assert "of 25.00 EUR the cause is still not known" in done.out
