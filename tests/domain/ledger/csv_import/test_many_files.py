"""Whatever files come in whatever order: numbers add up, previews are true, repeats change nothing, money balances."""

import random
from dataclasses import fields

import pytest

from domain.kernel.core import Core
from domain.ledger.csv_import import DecimalMark, Outcome
from tests.domain.ledger.csv_import.files import everything, imported, previewed

COLUMNS: dict[str, list[str]] = {
    "Invoice Number": ["1", "2", "3", "4", "05", "5", "006", "6", "7.0", "", "A-1", "a-1", "A 1"],
    "Customer Number": ["C-1", "C-2", "", "", "042", "42"],
    "Customer": ["Acme", "ACME", "Beta", "Gamma Ltd", "", "Gamma  ltd"],
    "Invoice Date": ["2026-01-01", "2026-01-01", "", "2026-02-01", "2026-04-01"],
    "Due Date": ["2026-02-10", "2026-02-10", "2026-03-01", "", "soon"],
    "Currency": ["EUR", "EUR", "EUR", "USD", ""],
    "Amount": ["100.00", "100.00", "100.00", "90.00", "", "-1.00"],
    "Balance": ["100.00", "40.00", "0.00", "", "", "70.00"],
    "Status": ["", "", "", "open", "paid", "void", "draft", "partly paid"],
    "Paid Date": ["", "", "", "2026-02-01"],
    "Contact Name": ["Anna", "Bert", ""],
    "Contact Email": ["a@x.example", "A@X.example", "b@x.example", "", "b@x.example;c@x.example", "nobody"],
    "Country": ["DE", "", "FR"],
}

CONTACT_COLUMNS = ("Customer Number", "Customer", "Contact Name", "Contact Email", "Country")


def a_file(chance: random.Random, columns: tuple[str, ...]) -> str:
    """Return a file of a few rows in which much is wrong or said twice."""
    rows = [",".join(chance.choice(COLUMNS[name]) for name in columns) for _ in range(chance.randint(1, 12))]
    return "\n".join([",".join(columns), *rows, ""])


@pytest.mark.parametrize("seed", range(12))
async def test_files_in_any_order_keep_the_ledger_true(core: Core, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(8):
        kind = chance.choice(["invoices", "invoices", "invoices", "contacts"])
        columns = tuple(COLUMNS) if kind == "invoices" else CONTACT_COLUMNS
        if kind == "invoices":
            columns = tuple(name for name in columns if name not in chance.choice([(), (), ("Amount",), ("Customer",)]))
        content = a_file(chance, columns)
        said = (
            {"decimal_mark": DecimalMark.POINT, "currency": chance.choice([None, "EUR"])} if kind == "invoices" else {}
        )

        preview = await previewed(core, content, kind, **said)
        event = await imported(core, content, kind, **said)
        after = await everything(core)
        again = await imported(core, content, kind, **said)

        told = {each.name: getattr(event, each.name) for each in fields(Outcome)}
        assert told == {each.name: getattr(preview.outcome, each.name) for each in fields(Outcome)}, content
        parts = (event.new, event.changed, event.unchanged, event.conflicting, event.rejected, event.left_out)
        rows = [line for line in content.splitlines()[1:] if line.strip(",")]
        assert sum(parts) == event.read == len(rows), content
        assert (again.new, again.changed, again.customers_new, again.contacts_new) == (0, 0, 0, 0), content
        assert again.read == event.read
        assert await everything(core) == after, content
        await money_balances(core)


async def money_balances(core: Core) -> None:
    """Check that every balance is what was billed less what was applied, and that a name or number is one customer."""
    wrong = await core.database.rows(
        "SELECT i.number FROM invoice i LEFT JOIN allocation a ON a.invoice_id = i.id"
        " GROUP BY i.id HAVING i.total_minor - coalesce(sum(a.amount_minor), 0) <> i.open_minor"
    )
    assert wrong == []
    loose = await core.database.rows(
        "SELECT p.object_id FROM payment p LEFT JOIN allocation a ON a.payment_id = p.id"
        " GROUP BY p.id HAVING coalesce(sum(a.amount_minor), 0) <> p.amount_minor"
    )
    assert loose == []
