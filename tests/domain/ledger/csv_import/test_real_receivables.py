"""2,466 real receivables are taken as they are."""

import csv
from datetime import date, datetime
from pathlib import Path

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from tests.domain.ledger.csv_import.files import everything, invoices
from tests.shared_data import shared_data

AS_OF = date(2013, 6, 30)


def receivables() -> Path:
    """Return the file, or skip."""
    return shared_data("ar", "WA_Fn-UseC_-Accounts-Receivable.csv")


def as_read_by_hand() -> dict[str, tuple[str, date, date, date, int]]:
    """Return customer, dates and cents of each invoice."""
    with receivables().open(newline="", encoding="ascii") as file:
        return {
            row["invoiceNumber"]: (
                row["customerID"], day(row["InvoiceDate"]), day(row["DueDate"]), day(row["SettledDate"]),
                round(float(row["InvoiceAmount"]) * 100),
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def day(text: str) -> date:
    """Read a date as that file writes it."""
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007


async def test_the_receivables_are_taken_as_of_a_day(core: Core) -> None:
    path = receivables()
    expected = as_read_by_hand()
    request = csv_import.ImportRequest(kind="invoices", file_name=path.name, path=path, currency="USD", as_of=AS_OF)

    event = await csv_import.apply(core, request, actor=SHELL)

    taken = {number: row for number, row in expected.items() if row[1] <= AS_OF}
    assert (event.read, event.new, event.left_out, event.rejected) == (2466, len(taken), 2466 - len(taken), 0)
    stored = await invoices(core)
    assert stored.keys() == taken.keys()
    for number, (customer, issued, due, settled, cents) in taken.items():
        row = stored[number]
        assert (row["customer_number"], row["issued_on"], row["due_on"]) == (customer, issued, due)
        assert (row["currency"], row["total_minor"]) == ("USD", cents)
        assert (row["state"], row["settled_on"]) == (("settled", settled) if settled <= AS_OF else ("open", None))
    assert sum(number.startswith("0") for number in stored) == sum(number.startswith("0") for number in taken)


async def test_the_receivables_twice_change_nothing(core: Core) -> None:
    path = receivables()
    request = csv_import.ImportRequest(kind="invoices", file_name=path.name, path=path, currency="USD")
    first = await csv_import.apply(core, request, actor=SHELL)
    before = await everything(core)

    second = await csv_import.apply(core, request, actor=SHELL)

    assert (first.new, first.customers_new, second.unchanged) == (2466, 100, 2466)
    assert await everything(core) == before
    totals = await core.database.row("SELECT sum(total_minor) AS billed, sum(open_minor) AS open FROM invoice")
    assert totals == {"billed": 14770318, "open": 0}
