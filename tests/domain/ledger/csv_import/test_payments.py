"""Payments of the past come in the invoice file: closed at once, on their day, without reminders."""

from datetime import date
from typing import Any

import pytest

from domain.kernel.core import Core
from tests.domain.ledger.csv_import.files import codes_of, everything, imported, invoices

HEAD = "Invoice Number,Customer,Due Date,Amount,Paid Amount,Balance,Currency,Status,Last Payment Date"


async def payments(core: Core) -> list[dict[str, Any]]:
    """Return every payment with its invoice."""
    return await core.database.rows(
        "SELECT i.number, p.amount_minor, p.received_on FROM payment p JOIN allocation a ON a.payment_id = p.id"
        " JOIN invoice i ON i.id = a.invoice_id ORDER BY i.number, p.amount_minor"
    )


@pytest.mark.parametrize(
    "row",
    [
        "1,Acme,2026-01-31,100.00,60.00,,EUR,partly paid,2026-02-03",
        "1,Acme,2026-01-31,100.00,,40.00,EUR,partly paid,2026-02-03",
        "1,Acme,2026-01-31,100.00,60.00,40.00,EUR,,2026-02-03",
        "1,Acme,2026-01-31,100.00,-60.00,,EUR,open,2026-02-03",
    ],
)
async def test_a_part_payment_is_booked_on_the_day_that_the_file_names(core: Core, row: str) -> None:
    await imported(core, f"{HEAD}\n{row}\n")

    assert await payments(core) == [{"number": "1", "amount_minor": 6000, "received_on": date(2026, 2, 3)}]
    stored = (await invoices(core))["1"]
    assert (stored["state"], stored["open_minor"], stored["settled_on"]) == ("open", 4000, None)


async def test_the_next_part_has_the_day_of_its_own_file(core: Core) -> None:
    await imported(core, f"{HEAD}\n1,Acme,2026-01-31,100.00,60.00,,EUR,,2026-02-03\n")

    await imported(core, f"{HEAD}\n1,Acme,2026-01-31,100.00,90.00,,EUR,,2026-02-20\n")

    assert [(row["amount_minor"], row["received_on"]) for row in await payments(core)] == [
        (3000, date(2026, 2, 20)),
        (6000, date(2026, 2, 3)),
    ]


async def test_what_was_paid_in_full_is_closed_at_once(core: Core) -> None:
    await imported(core, f"{HEAD}\n1,Acme,2026-01-31,100.00,100.00,,EUR,,2026-02-03\n")
    before = await everything(core)

    event = await imported(core, f"{HEAD}\n1,Acme,2026-01-31,100.00,100.00,,EUR,,2026-02-03\n")

    stored = (await invoices(core))["1"]
    assert (stored["state"], stored["settled_on"]) == ("settled", date(2026, 2, 3))
    assert event.unchanged == 1
    assert await everything(core) == before


async def test_nothing_paid_yet_is_an_open_invoice(core: Core) -> None:
    await imported(core, f"{HEAD}\n1,Acme,2026-01-31,100.00,0.00,,EUR,open,\n")

    assert await payments(core) == []
    assert (await invoices(core))["1"]["open_minor"] == 10000


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,Acme,2026-01-31,100.00,60.00,50.00,EUR,,", "paid_contradicts"),
        ("1,Acme,2026-01-31,100.00,120.00,,EUR,,", "overpaid"),
        ("1,Acme,2026-01-31,100.00,60.00,,EUR,paid,", "status_contradicts"),
        ("1,Acme,2026-01-31,100.00,lots,,EUR,,", "amount_malformed"),
        ("1,Acme,2026-01-31,,60.00,,EUR,,", "amount_missing"),
    ],
)
async def test_payments_that_do_not_add_up_wait(core: Core, row: str, code: str) -> None:
    assert await codes_of(core, f"{HEAD}\n{row}\n") == [(2, code)]


async def test_a_paid_line_on_account_is_used_up(core: Core) -> None:
    await imported(core, f"{HEAD},Type\nCN-1,Acme,,-100.00,-60.00,,EUR,,,Credit Memo\n")

    rows = await core.database.rows("SELECT open_minor, used_elsewhere_minor FROM credit_note")
    assert rows == [{"open_minor": 4000, "used_elsewhere_minor": 6000}]
