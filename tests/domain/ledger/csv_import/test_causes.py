"""What lowered an invoice: a credit note of the file, a payment that it tells of, or a cause that nobody knows yet."""

from datetime import date
from typing import Any

import pytest

from domain.kernel import sentences, timeline
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import audit, credit_notes, statements
from domain.ledger.csv_import import Lowered
from domain.ledger.import_events import CreditImported, InvoiceLowered, PaymentImported
from tests.domain.ledger.csv_import.files import everything, imported, invoices, previewed

HEADER = "Document Type,Invoice Number,Customer,Invoice Date,Due Date,Amount,Balance,Currency,Original Invoice,Status"


def a_file(*rows: str) -> str:
    """Return a file of those rows."""
    return "\n".join([HEADER, *rows, ""])


def an_invoice(number: str, balance: str, *, total: str = "100.00", status: str = "", whose: str = "Acme") -> str:
    """Return the row of an invoice; the higher its number, the later it is due."""
    return f"Invoice,INV-{number},{whose},2026-01-01,2026-02-0{number},{total},{balance},EUR,,{status}"


def a_note(number: str, balance: str, *, total: str = "30.00", names: str = "", whose: str = "Acme") -> str:
    """Return the row of a credit note."""
    return f"Credit Note,CN-{number},{whose},2026-02-01,,{total},{balance},EUR,{names},"


async def causes(core: Core) -> dict[str, dict[str, int]]:
    """Return what took each invoice down, by cause, in minor units."""
    rows = await core.database.rows(
        "SELECT i.number, coalesce(n.number, 'paid') AS cause, sum(a.amount_minor)::int AS minor FROM allocation a"
        " JOIN invoice i ON i.id = a.invoice_id LEFT JOIN credit_note n ON n.id = a.credit_note_id GROUP BY 1, 2"
        " UNION ALL SELECT i.number, c.reason, sum(c.amount_minor)::int FROM credit c"
        " JOIN invoice i ON i.id = c.invoice_id WHERE c.state = 'approved' AND c.origin = 'books' GROUP BY 1, 2"
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["number"], {})[sentences.said(row["cause"])] = row["minor"]
    return found


async def used(core: Core) -> dict[str, tuple[int, int]]:
    """Return of each credit note what is left, and what went to no invoice that we know."""
    rows = await core.database.rows("SELECT number, open_minor, used_elsewhere_minor FROM credit_note")
    return {row["number"]: (row["open_minor"], row["used_elsewhere_minor"]) for row in rows}


async def true(core: Core) -> None:
    """Check that every balance is what its entries say, and the customer's account what its invoices say."""
    found = await audit.run(core)
    assert found.differing == 0, found.differences
    for row in await core.database.rows("SELECT id FROM account"):
        told = await statements.of_account(core, account_id=row["id"], since=date(2025, 1, 1))
        assert [book.off_by.minor for book in told.books] == [0] * len(told.books)


UNKNOWN = "lowered in the books, cause unknown"


async def test_a_credit_note_that_names_the_invoice_is_taken_off_it_and_is_no_payment(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00"), a_note("1", "30.00", names="INV-1")))

    event = await imported(core, a_file(an_invoice("1", "70.00"), a_note("1", "0.00", names="INV-1")))

    assert await causes(core) == {"INV-1": {"CN-1": 3000}}
    assert await used(core) == {"CN-1": (0, 0)}
    assert await core.database.rows("SELECT id FROM payment") == []
    assert (event.credited, event.lowered) == (1, 0)
    assert event.examples == ("line 2, INV-1: 30.00 EUR credited (CN-1), 70.00 EUR left",)
    assert event.notes == ("taken off by credit notes of the file, no money: 30.00 EUR on 1 invoices",)
    await true(core)


async def test_each_cause_is_told_on_the_timeline_and_the_balances_follow_one_another(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00"), a_note("1", "30.00")))

    await imported(core, a_file(an_invoice("1", "0.00", status="paid"), a_note("1", "0.00", names="INV-1")))

    row = await core.database.row("SELECT id FROM invoice")
    assert row is not None
    events = [entry.event for entry in await timeline.of_invoice(core, row["id"])]
    assert [event.told() for event in events] == [
        "30.00 EUR of credit note CN-1 applied in the books, as a ledger file shows; 70.00 EUR left to pay",
        "70.00 EUR paid by 10 Mar 2026 according to an imported ledger file; nothing left to pay",
        "Invoice settled in full (100.00 EUR)",
    ]
    assert isinstance(events[0], CreditImported)
    assert isinstance(events[1], PaymentImported)
    await true(core)


async def test_without_a_cause_in_the_file_it_is_lowered_in_the_books_and_never_cash(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))

    event = await imported(core, a_file(an_invoice("1", "60.00")))

    assert await causes(core) == {"INV-1": {UNKNOWN: 4000}}
    assert await core.database.rows("SELECT id FROM payment") == []
    assert event.lowered == 1
    assert event.examples == (f"line 2, INV-1: 40.00 EUR {UNKNOWN}, 60.00 EUR left",)
    assert event.notes[0].startswith(f"{UNKNOWN}: 40.00 EUR on 1 invoices; booked as lowered in the books")
    row = await core.database.row("SELECT id FROM invoice")
    assert row is not None
    told = [entry.event for entry in await timeline.of_invoice(core, row["id"])]
    assert [type(each) for each in told] == [InvoiceLowered]
    found = await audit.run(core)
    assert [flow.received.minor for flow in found.flows] == []
    account = await core.database.row("SELECT id FROM account")
    assert account is not None
    book = (await statements.of_account(core, account_id=account["id"], since=date(2025, 1, 1))).books[0]
    assert (book.sums["received"].minor, [line.kind for line in book.lines]) == (0, ["invoice", "lowered"])
    await true(core)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(Lowered.PAYMENT, {"paid": 4000}), (Lowered.CREDIT, {"credited in the books": 4000})],
)
async def test_a_person_may_say_what_it_was(core: Core, said: Lowered, expected: dict[str, int]) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))

    event = await imported(core, a_file(an_invoice("1", "60.00")), lowered=said)

    assert await causes(core) == {"INV-1": expected}
    assert event.notes[0].endswith("as you said")
    await true(core)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(  # one of two invoices fell by just as much
            (an_invoice("1", "100.00"), an_invoice("2", "100.00"), a_note("1", "30.00")),
            (an_invoice("1", "50.00"), an_invoice("2", "70.00"), a_note("1", "0.00")),
            {"INV-1": {UNKNOWN: 5000}, "INV-2": {"CN-1": 3000}},
            id="just as much",
        ),
        pytest.param(
            (an_invoice("1", "100.00"), an_invoice("2", "100.00"), a_note("1", "30.00")),
            (an_invoice("1", "80.00"), an_invoice("2", "80.00"), a_note("1", "0.00")),
            {"INV-1": {"CN-1": 2000}, "INV-2": {"CN-1": 1000, UNKNOWN: 1000}},
            id="the oldest first",
        ),
        pytest.param(
            (an_invoice("1", "100.00"), an_invoice("2", "100.00"), a_note("1", "30.00")),
            (an_invoice("1", "80.00", status="partly paid"), an_invoice("2", "60.00"), a_note("1", "0.00")),
            {"INV-1": {"paid": 2000}, "INV-2": {"CN-1": 3000, UNKNOWN: 1000}},
            id="rows that tell of no payment before those that do",
        ),
        pytest.param(
            (an_invoice("1", "100.00"), a_note("1", "30.00"), a_note("2", "20.00", total="20.00")),
            (an_invoice("1", "50.00"), a_note("1", "0.00"), a_note("2", "0.00", total="20.00", names="INV-1")),
            {"INV-1": {"CN-1": 3000, "CN-2": 2000}},
            id="two notes",
        ),
        pytest.param(
            (an_invoice("1", "100.00"), an_invoice("2", "100.00"), a_note("1", "30.00", names="INV-1")),
            (an_invoice("1", "100.00"), an_invoice("2", "70.00"), a_note("1", "0.00", names="INV-1")),
            {"INV-2": {"CN-1": 3000}},
            id="used on another than it corrects",
        ),
        pytest.param(
            (an_invoice("1", "100.00"), an_invoice("2", "100.00", whose="Beta"), a_note("1", "30.00")),
            (an_invoice("1", "100.00"), an_invoice("2", "70.00", whose="Beta"), a_note("1", "0.00")),
            {"INV-2": {UNKNOWN: 3000}},
            id="never another customer's",
        ),
    ],
)
async def test_what_was_used_goes_where_the_customers_invoices_fell(
    core: Core, before: tuple[str, ...], after: tuple[str, ...], expected: dict[str, Any]
) -> None:
    await imported(core, a_file(*before))
    preview = await previewed(core, a_file(*after))

    event = await imported(core, a_file(*after))

    assert await causes(core) == expected
    assert preview.outcome.notes == event.notes
    await true(core)


async def test_history_that_was_credited_before_the_first_import_is_no_payment_either(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "70.00"), a_note("1", "0.00", names="INV-1"), an_invoice("2", "0.00")))

    assert await causes(core) == {"INV-1": {"CN-1": 3000}, "INV-2": {UNKNOWN: 10000}}
    assert (await invoices(core))["INV-2"]["state"] == "settled"
    await true(core)


async def test_a_credit_that_was_used_on_nothing_we_see_is_used_elsewhere(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00"), a_note("1", "30.00")))

    await imported(core, a_file(an_invoice("1", "100.00"), a_note("1", "10.00")))

    assert await causes(core) == {}
    assert await used(core) == {"CN-1": (1000, 2000)}
    await true(core)


async def test_money_on_account_that_the_books_used_is_no_second_payment(core: Core) -> None:
    on_account = "Payment,P-1,Acme,2026-02-02,,-50.00,{left},EUR,,"
    await imported(core, a_file(an_invoice("1", "100.00"), on_account.format(left="-50.00")))

    await imported(core, a_file(an_invoice("1", "50.00", status="partly paid"), on_account.format(left="0.00")))

    assert await causes(core) == {"INV-1": {"P-1": 5000}}
    await true(core)


async def test_the_same_file_again_changes_nothing(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00"), an_invoice("2", "100.00"), a_note("1", "30.00")))
    later = a_file(an_invoice("1", "60.00"), an_invoice("2", "50.00", status="partly paid"), a_note("1", "0.00"))
    await imported(core, later)
    before = await everything(core)

    event = await imported(core, later)

    assert (event.unchanged, event.credited, event.lowered) == (3, 0, 0)
    assert await everything(core) == before


async def test_closed_is_not_paid(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00"), an_invoice("2", "100.00")))

    await imported(core, a_file(an_invoice("1", "0.00", status="closed"), an_invoice("2", "0.00", status="paid")))

    assert await causes(core) == {"INV-1": {UNKNOWN: 10000}, "INV-2": {"paid": 10000}}
    await true(core)


async def test_a_credit_note_that_was_applied_here_is_not_applied_again_when_the_books_do_it_too(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00"), a_note("1", "30.00", names="INV-1")))
    await credit_notes.apply(core, number="CN-1", actor=SHELL)

    event = await imported(core, a_file(an_invoice("1", "70.00"), a_note("1", "0.00", names="INV-1")))

    assert (event.unchanged, event.changed) == (2, 0)
    assert await causes(core) == {"INV-1": {"CN-1": 3000}}
    await true(core)
