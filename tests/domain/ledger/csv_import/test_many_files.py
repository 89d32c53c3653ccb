"""Whatever files come in whatever order: numbers add up, previews are true, repeats change nothing, money balances."""

import csv
import io
import random
from dataclasses import fields
from io import BytesIO

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.ledger.csv_import import DecimalMark, Outcome
from tests.domain.ledger.csv_import.files import a_request, everything, imported, previewed

COLUMNS: dict[str, list[str]] = {
    "Invoice Number": ["1", "2", "3", "4", "05", "5", "5.0", "006", "6", "7.0", "", "A-1", "a-1", "A 1", "=1+1"],
    "Customer Number": ["C-1", "C-2", "", "", "042", "42"],
    "Customer": ["Acme", "ACME", "Beta", "Gamma Ltd", "", "Gamma  ltd"],
    "Invoice Date": ["2026-01-01", "2026-01-01", "", "2026-02-01", "2026-04-01"],
    "Due Date": ["2026-02-10", "2026-02-10", "2026-03-01", "", "soon"],
    "Currency": ["EUR", "EUR", "EUR", "USD", ""],
    "Amount": ["100.00", "100.00", "100.00", "90.00", "", "-1.00", "(100.00)", "100.00 CR"],
    "Balance": ["100.00", "40.00", "0.00", "", "", "70.00"],
    "Status": ["", "", "", "open", "paid", "void", "draft", "partly paid"],
    "Paid Date": ["", "", "", "2026-02-01"],
    "Contact Name": ["Anna", "Bert", ""],
    "Contact Email": ["a@x.example", "A@X.example", "b@x.example", "", "b@x.example;c@x.example", "nobody"],
    "Country": ["DE", "", "FR"],
    "Document Type": ["", "", "Invoice", "Gutschrift", "Payment", "order", "?"],
    "Original Invoice": ["", "1", "05", "A-1"],
    "Paid Amount": ["", "", "60.00", "0.00"],
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
        " LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS minor FROM credit GROUP BY 1) c ON c.invoice_id = i.id"
        " GROUP BY i.id, c.minor"
        " HAVING i.total_minor - coalesce(sum(a.amount_minor), 0) - coalesce(c.minor, 0) <> i.open_minor"
    )
    assert wrong == []
    wrong = await core.database.rows(
        "SELECT n.number FROM credit_note n LEFT JOIN allocation a ON a.credit_note_id = n.id GROUP BY n.id"
        " HAVING n.total_minor - n.used_elsewhere_minor - coalesce(sum(a.amount_minor), 0) <> n.open_minor"
    )
    assert wrong == []
    loose = await core.database.rows(
        "SELECT p.object_id FROM payment p LEFT JOIN allocation a ON a.payment_id = p.id"
        " GROUP BY p.id HAVING coalesce(sum(a.amount_minor), 0) <> p.amount_minor"
    )
    assert loose == []


LEDGER = """
    SELECT i.number, i.state, i.total_minor, i.open_minor, i.due_on, a.number AS customer, a.name FROM invoice i
    JOIN account a ON a.id = i.account_id
    UNION ALL
    SELECT n.number, n.state, n.total_minor, n.open_minor, NULL, a.number, a.name FROM credit_note n
    JOIN account a ON a.id = n.account_id ORDER BY 1, 2, 3
"""


@pytest.mark.parametrize("seed", range(4))
async def test_the_order_of_rows_does_not_matter(core: Core, seed: int) -> None:
    chance = random.Random(seed)
    names = {"C-1": "Acme", "C-2": "Beta", "": "Gamma Ltd", "042": "Delta"}
    columns = tuple(name for name in COLUMNS if name not in ("Contact Name", "Country"))
    rows = []
    for _ in range(25):
        row = {name: chance.choice(COLUMNS[name]) for name in columns}
        row["Customer Number"] = chance.choice(list(names))
        row["Customer"] = names[row["Customer Number"]]
        rows.append(",".join(row.values()))
    ledgers, told = [], []

    for _ in range(3):
        chance.shuffle(rows)
        await core.database.execute("TRUNCATE account, import_batch CASCADE")
        content = "\n".join([",".join(columns), *rows, ""])
        event = await imported(core, content, decimal_mark=DecimalMark.POINT, currency="EUR")
        ledgers.append(await core.database.rows(LEDGER))
        told.append((event.read, event.new, event.rejected, event.left_out))

    assert ledgers[0] == ledgers[1] == ledgers[2]
    assert told[0] == told[1] == told[2]


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE invoice; --",
    "<script>alert(1)</script>",
    "%s %(now)s {0}",
    "a;=1+1",
    "\\.",
    "\\N",
    'x"y',
    "@SUM(1)",
    "NaN",
    "1e999",
    "١٢",
    "\u202egpj.exe",
    "x" * 5000,
]


async def test_hostile_cells_are_stored_as_they_stand_or_rejected_and_run_nowhere(core: Core) -> None:
    columns = list(COLUMNS)
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(columns)
    good = ["1", "C-1", "Acme", "2026-01-01", "2026-02-10", "EUR", "100.00", "", "", "", "", "", "", "", "", ""]
    for number, text in enumerate(HOSTILE):
        for place in range(len(columns)):
            row = [f"{number}-{place}", *good[1:]]
            row[place] = text
            rows.writerow(row)
    log = BytesIO()

    event = await csv_import.apply(
        core, a_request(out.getvalue(), decimal_mark=DecimalMark.POINT), actor=SHELL, rejected=log
    )

    parts = (event.new, event.changed, event.unchanged, event.conflicting, event.rejected, event.left_out)
    assert sum(parts) == event.read == len(HOSTILE) * len(columns)
    for row in csv.reader(io.StringIO(log.getvalue().decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) or ";=" in cell for cell in row)
    assert await core.database.rows("SELECT number FROM invoice WHERE number = %s", (HOSTILE[1],))
    await money_balances(core)
