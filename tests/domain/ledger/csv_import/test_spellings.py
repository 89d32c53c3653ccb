"""Numbers that a spreadsheet changed are taken for what they were, with evidence; without it they wait."""

import pytest

from domain.kernel.core import Core
from domain.ledger.csv_import import cells
from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.faults import Fault
from tests.domain.ledger.csv_import.files import HEADER, codes_of, everything, imported, invoices, previewed

KNOWN = (
    f"{HEADER}\n0070012345,Acme,2026-03-31,125.00,EUR\n80012345,Acme,2026-03-31,80.00,EUR\n"
    "INV-9,Acme,2026-03-31,9.00,EUR\n"
)


@pytest.mark.parametrize(
    ("text", "bare", "mangled"),
    [
        ("70012345.0", "70012345", True),
        ("70012345,00", "70012345", True),
        ("0070012345.0", "70012345", True),
        ("7.0012345E+07", "70012345", True),
        ("7,0012345e7", "70012345", True),
        ("7E9", "7000000000", True),
        ("70,012,345", "70012345", False),
        ("70.012.345", "70012345", False),
        ("70 012 345", "70012345", False),
        ("70012345", "", False),
        ("INV-1.0", "", False),
        ("1.5", "", False),
        ("70,01,2345", "", False),
    ],
)
def test_what_a_number_may_have_been_is_read_from_its_digits(text: str, bare: str, mangled: bool) -> None:
    spelt = cells.spelling(text, Field.INVOICE_NUMBER)

    assert (spelt.bare, spelt.mangled) == (bare, mangled)


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "7.12345E+2", "0.0"])
def test_digits_that_are_lost_are_not_made_up(text: str) -> None:
    with pytest.raises(Fault, match="number_mangled"):
        cells.spelling(text, Field.INVOICE_NUMBER)


@pytest.mark.parametrize("number", ["70012345", "70012345.0", "7.0012345E+07", '"70,012,345"', "70.012.345"])
async def test_with_the_same_customer_currency_and_total_it_is_the_invoice_on_file(core: Core, number: str) -> None:
    await imported(core, KNOWN)
    before = await everything(core)

    event = await imported(core, f"{HEADER}\n{number},Acme,2026-03-31,125.00,EUR\n")

    assert (event.unchanged, event.recognised, event.rejected) == (1, 1, 0)
    shown = number.strip('"')
    assert event.notes == (f"line 2, invoice {shown}: taken as 0070012345 (same customer, currency and total)",)
    assert await everything(core) == before


async def test_a_preview_shows_what_was_recognised(core: Core) -> None:
    await imported(core, KNOWN)

    outcome = (await previewed(core, f"{HEADER}\n80012345.0,Acme,2026-03-31,80.00,EUR\n")).outcome

    assert (outcome.recognised, outcome.unchanged) == (1, 1)
    assert "taken as 80012345" in outcome.notes[0]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("70012345.0,Beta,2026-03-31,125.00,EUR", "number_mangled"),
        ("70012345.0,Acme,2026-03-31,125.00,USD", "number_mangled"),
        ("70012345.0,Acme,2026-03-31,125.01,EUR", "number_mangled"),
        ("70012346.0,Acme,2026-03-31,125.00,EUR", "number_mangled"),
        ("70012345,Beta,2026-03-31,125.00,EUR", "leading_zeros_lost"),
    ],
)
async def test_without_that_evidence_it_waits(core: Core, row: str, code: str) -> None:
    await imported(core, KNOWN)

    assert await codes_of(core, f"{HEADER}\n{row}\n") == [(2, code)]
    assert len(await invoices(core)) == 3


async def test_two_that_it_could_be_are_no_evidence(core: Core) -> None:
    await imported(core, f"{KNOWN}070012345,Acme,2026-03-31,125.00,EUR\n")

    assert await codes_of(core, f"{HEADER}\n70012345.0,Acme,2026-03-31,125.00,EUR\n") == [(2, "number_mangled")]


async def test_a_number_that_may_be_meant_with_its_marks_is_taken_as_it_stands(core: Core) -> None:
    await imported(core, KNOWN)

    event = await imported(core, f"{HEADER}\n12.345.678,Acme,2026-03-31,125.00,EUR\n")

    assert (event.new, event.recognised) == (1, 0)
    assert "12.345.678" in await invoices(core)


async def test_a_mangled_row_and_the_true_one_are_one_invoice(core: Core) -> None:
    await imported(core, KNOWN)
    rows = "0070012345,Acme,2026-03-31,125.00,EUR\n70012345.0,Acme,2026-03-31,125.00,EUR\n"

    assert await codes_of(core, f"{HEADER}\n{rows}") == [(3, "duplicate_row")]


async def test_a_payment_reaches_the_invoice_that_the_number_was(core: Core) -> None:
    await imported(core, KNOWN)

    event = await imported(core, f"{HEADER},Balance\n70012345.0,Acme,2026-03-31,125.00,EUR,25.00\n")

    assert (event.changed, event.recognised) == (1, 1)
    assert (await invoices(core))["0070012345"]["open_minor"] == 2500


CUSTOMERS = "Customer Number,Customer,Contact Email\n0042,Acme,a@acme.example\n77,Beta,b@beta.example\n"


@pytest.mark.parametrize("number", ["42", "42.0", "4.2E1"])
async def test_a_customer_of_the_same_digits_and_name_is_the_one_on_file(core: Core, number: str) -> None:
    await imported(core, CUSTOMERS, "contacts")
    before = await everything(core)

    event = await imported(core, f"Customer Number,Customer\n{number},ACME\n".replace("ACME", "Acme"), "contacts")

    assert (event.unchanged, event.recognised) == (1, 1)
    assert event.notes == (f"line 2, customer {number}: taken as 0042 (same name)",)
    assert await everything(core) == before


@pytest.mark.parametrize(
    ("row", "code"),
    [("42.0,Gamma", "number_mangled"), ("42.0,", "number_mangled"), ("42,", "leading_zeros_lost")],
)
async def test_a_customer_without_the_same_name_waits(core: Core, row: str, code: str) -> None:
    await imported(core, CUSTOMERS, "contacts")

    assert await codes_of(core, f"Customer Number,Customer\n{row}\n", "contacts") == [(2, code)]
    assert len(await core.database.rows("SELECT id FROM account")) == 2


async def test_rows_of_a_recognised_customer_and_of_its_true_number_are_one_customer(core: Core) -> None:
    await imported(core, CUSTOMERS, "contacts")
    head = "Invoice,Customer Number,Customer,Due Date,Amount,Currency"

    event = await imported(core, f"{head}\n1,42.0,Acme,2026-03-31,1,EUR\n2,0042,Acme,2026-03-31,1,EUR\n")

    assert (event.new, event.customers_new, event.rejected) == (2, 0, 0)
    assert {row["customer_number"] for row in (await invoices(core)).values()} == {"0042"}
