"""Exports: files with what was asked for, harmless in a spreadsheet, for those who may see it, and noted."""

import csv
import io
from typing import Any

import pytest

from domain.casework import worklist
from domain.kernel import request_ids
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed, Refusal
from domain.ledger import csv_import, invoice_papers, receipts
from domain.ledger.csv_import import ImportRequest
from domain.ledger.invoice_papers import Paper
from domain.operations import export_tables, exports
from domain.operations.exports import What
from domain.operations.refusals import NothingToExport, TableTooLarge
from tests.builders import an_account, an_invoice, paid


def rows_of(body: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


async def test_ageing_is_listed_by_customer_and_no_name_is_run_as_a_formula(core: Core) -> None:
    await an_invoice(core, "INV-1", account=await an_account(core, '=HYPERLINK("https://evil.example")'))

    made = await exports.made(core, what=What.AGEING, words=(), actor=SHELL)

    (row,) = rows_of(made.body)
    assert (made.rows, row["customer"][:2], row["1-30"], row["open"]) == (1, "'=", "125.00", "125.00")


async def test_the_queue_is_listed_in_its_order(core: Core) -> None:
    await an_invoice(core, "INV-1", days_past_due=1)
    await an_invoice(core, "INV-2", days_past_due=100, email="b@globex.example")
    await worklist.refresh(core)

    made = await exports.made(core, what=What.QUEUE, words=(), actor=SHELL)

    assert [row["number"] for row in rows_of(made.body)] == ["INV-2", "INV-1"]


@pytest.mark.parametrize("what", [What.UNAPPLIED, What.SUPPRESSIONS, What.CASH])
async def test_a_list_of_nothing_is_a_file_with_headers(core: Core, what: What) -> None:
    made = await exports.made(core, what=what, words=("all",), actor=SHELL)

    assert (made.rows, len(made.body.splitlines())) == (0, 1)


async def test_papers_are_found_by_the_invoice(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1")
    await invoice_papers.add(core, papers=[Paper("INV-1", b"%PDF-1.7 an invoice")], actor=SHELL)
    await paid(core, invoice)
    payment: Any = await core.database.row("SELECT id FROM payment")
    await receipts.issued(core, payment_id=payment["id"])

    invoice_file = await exports.made(core, what=What.INVOICE, words=("inv-1",), actor=SHELL)
    receipt = await exports.made(core, what=What.RECEIPT, words=("INV-1",), actor=SHELL)

    assert (invoice_file.name, invoice_file.body) == ("invoice-INV-1.pdf", b"%PDF-1.7 an invoice")
    assert receipt.body.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "start"), [(("Acme", "Ltd"), b"%PDF"), (("Acme", "Ltd", "csv"), b"\xef\xbb\xbfcurrency")]
)
async def test_a_statement_comes_as_a_paper_or_as_a_table(core: Core, words: tuple[str, ...], start: bytes) -> None:
    await an_invoice(core, "INV-1", account=await an_account(core, "Acme Ltd"))

    made = await exports.made(core, what=What.STATEMENT, words=words, actor=SHELL)

    assert made.body.startswith(start)


async def test_the_rejects_of_the_last_import_come_back(core: Core) -> None:
    header = b"Invoice Number,Customer,Due Date,Amount,Currency\n"
    text = header + b"INV-1,Acme,2026-03-31,x,EUR\nINV-2,Acme,2026-03-31,1.00,EUR\n"
    request = ImportRequest(kind="invoices", file_name="ledger.csv", stream=io.BytesIO(text))
    await csv_import.apply(core, request, actor=SHELL)

    made = await exports.made(core, what=What.REJECTS, words=(), actor=SHELL)

    assert (made.name, b"amount_malformed" in made.body) == ("ledger.rejects.csv", True)


@pytest.mark.parametrize("what", [What.INVOICE, What.RECEIPT, What.REJECTS, What.STATEMENT])
async def test_what_is_not_there_is_refused_in_words(core: Core, what: What) -> None:
    with pytest.raises(Refusal) as no:
        await exports.made(core, what=what, words=() if what is What.REJECTS else ("INV-9",), actor=SHELL)

    assert isinstance(no.value, NothingToExport) or what is What.STATEMENT
    assert await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'export.made'") == []


async def test_each_file_is_noted_with_its_taker(core: Core) -> None:
    await exports.made(core, what=What.AGEING_CHART, words=(), actor=SHELL)

    row: Any = await core.database.row("SELECT actor, fact ->> 'what' AS what FROM timeline_entry")
    assert row == {"actor": "command line", "what": "ageing chart"}


async def test_a_file_that_is_made_again_until_it_can_be_brought_is_noted_once(core: Core) -> None:
    for request in ("abcdefgh23", "abcdefgh23", "jkmnpqrs45"):
        with request_ids.serving(request):
            await exports.made(core, what=What.CASH, words=(), actor=SHELL)

    rows = await core.database.rows("SELECT request_id FROM timeline_entry WHERE kind = 'export.made' ORDER BY id")
    assert [row["request_id"] for row in rows] == ["abcdefgh23", "jkmnpqrs45"]


async def test_full_addresses_and_rejects_are_for_those_with_the_right(core: Core) -> None:
    viewer = Actor(ActorKind.PERSON, "Vera", frozenset({Permission.VIEW}))

    for what in (What.SUPPRESSIONS, What.REJECTS):
        with pytest.raises(NotAllowed):
            await exports.made(core, what=what, words=(), actor=viewer)
        with pytest.raises(NotAllowed):
            await exports.ask(core, what=what, words=(), chat_id="U1", actor=viewer)


async def test_a_table_that_is_too_large_for_the_chat_is_refused(core: Core) -> None:
    await an_invoice(core)

    with pytest.raises(TableTooLarge, match="shell"):
        await export_tables.written(core, "ageing", {"today": core.clock.now().date()}, most=100)
