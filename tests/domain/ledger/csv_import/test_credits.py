"""Credit notes, negative lines and money on account: stored once, used once, never taken for invoices."""

from typing import Any

import pytest

from domain.kernel.core import Core
from tests.domain.ledger.csv_import.files import codes_of, everything, imported, invoices, previewed

TYPED = "Document Type,Number,Customer,Invoice Date,Due Date,Amount,Balance,Currency,Original Invoice"

BOOKS = (
    f"{TYPED.replace('Number,', 'Invoice Number,')}\n"
    "Invoice,INV-1,Acme,2026-01-01,2026-01-31,100.00,100.00,EUR,\n"
    "Gutschrift,CN-1,Acme,2026-02-01,,30.00,30.00,EUR,INV-1\n"
    "Payment,P-1,Acme,2026-02-02,,-50.00,-20.00,EUR,\n"
)


async def stored(core: Core) -> dict[str, dict[str, Any]]:
    """Return every credit note by its number."""
    rows = await core.database.rows(
        "SELECT n.number, n.state, n.total_minor, n.open_minor, n.used_elsewhere_minor, n.reason, i.number AS corrects"
        " FROM credit_note n LEFT JOIN invoice i ON i.id = n.invoice_id"
    )
    return {row["number"]: row for row in rows}


async def test_credit_notes_and_money_on_account_are_stored_beside_the_invoices(core: Core) -> None:
    event = await imported(core, BOOKS)

    assert (event.read, event.new, event.credits_new, event.rejected) == (3, 3, 2, 0)
    assert list(await invoices(core)) == ["INV-1"]
    assert await stored(core) == {
        "CN-1": {"number": "CN-1", "state": "open", "total_minor": 3000, "open_minor": 3000,
                 "used_elsewhere_minor": 0, "reason": "credit note", "corrects": "INV-1"},
        "P-1": {"number": "P-1", "state": "open", "total_minor": 5000, "open_minor": 2000,
                "used_elsewhere_minor": 3000, "reason": "payment on account", "corrects": None},
    }  # fmt: skip


async def test_a_preview_of_credits_tells_the_same_and_changes_nothing(core: Core) -> None:
    before = await everything(core)

    preview = await previewed(core, BOOKS)

    assert (preview.outcome.new, preview.outcome.credits_new) == (3, 2)
    assert await everything(core) == before


async def test_the_same_credits_twice_change_nothing(core: Core) -> None:
    await imported(core, BOOKS)
    before = await everything(core)

    event = await imported(core, BOOKS)

    assert (event.unchanged, event.new, event.changed) == (3, 0, 0)
    assert await everything(core) == before


@pytest.mark.parametrize("amount", ["-30.00", "(30.00)", "30.00-", "-€30.00"])
async def test_a_negative_line_is_a_credit_whatever_its_sign_looks_like(core: Core, amount: str) -> None:
    await imported(core, f"Invoice Number,Customer,Due Date,Amount,Currency\nC-7,Acme,,{amount},EUR\n")

    assert {number: row["open_minor"] for number, row in (await stored(core)).items()} == {"C-7": 3000}
    assert await invoices(core) == {}


async def test_what_the_books_have_used_is_not_left_here_and_not_applied_twice(core: Core) -> None:
    await imported(core, BOOKS)

    later = BOOKS.replace("100.00,100.00", "100.00,70.00").replace("30.00,30.00", "30.00,0.00")
    event = await imported(core, later)

    assert (event.changed, event.credits_changed) == (2, 1)
    note = (await stored(core))["CN-1"]
    assert (note["state"], note["open_minor"], note["used_elsewhere_minor"]) == ("applied", 0, 0)
    assert (await invoices(core))["INV-1"]["open_minor"] == 7000
    told = await core.database.rows("SELECT fact ->> 'number' AS number FROM timeline_entry"
                                    " WHERE kind = 'credit-note.changed'")  # fmt: skip
    assert told == [{"number": "CN-1"}]


async def test_a_credit_note_finds_its_invoice_when_that_comes_later(core: Core) -> None:
    header, _, note, _ = BOOKS.splitlines()
    await imported(core, f"{header}\n{note}\n")
    assert (await stored(core))["CN-1"]["corrects"] is None

    event = await imported(core, BOOKS)

    assert (event.new, event.changed, event.unchanged) == (2, 1, 0)
    assert (await stored(core))["CN-1"]["corrects"] == "INV-1"


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("30.00,30.00", "35.00,30.00", "other_total"),
        ("30.00,30.00,EUR", "30.00,30.00,USD", "other_currency"),
        ("CN-1,Acme", "CN-1,Beta", "other_customer"),
        ("-50.00,-20.00", "-50.00,-30.00", "less_open_here"),
    ],
)
async def test_a_credit_that_is_known_otherwise_is_reported_and_left(
    core: Core, was: str, becomes: str, code: str
) -> None:
    await imported(core, BOOKS)
    before = await everything(core)

    event = await imported(core, BOOKS.replace(was, becomes))

    assert event.reasons == {code: 1}
    assert (event.conflicting, event.unchanged) == (1, 2)
    assert await everything(core) == before


async def test_a_credit_that_the_books_call_void_is_reported(core: Core) -> None:
    status = BOOKS.replace("Currency,", "Currency,Status,").replace("EUR,", "EUR,,")
    await imported(core, status)

    event = await imported(core, status.replace("EUR,,INV-1", "EUR,void,INV-1"))

    assert event.reasons == {"credit_withdrawn_in_file": 1}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Invoice,1,Acme,2026-01-01,2026-01-31,100.00,-5.00,EUR,", "overpaid"),
        ("Credit Note,1,Acme,2026-01-01,,-100.00,5.00,EUR,", "signs_differ"),
        ("Avoir,1,Acme,2026-01-01,,10.00,15.00,EUR,", "balance_above_total"),
        ("Who knows,1,Acme,2026-01-01,2026-01-31,10.00,,EUR,", "document_unknown"),
        ("Abono,1,Acme,2026-01-01,,10.00,,EUR,123.0", "number_mangled"),
        ("Abono,1,Acme,2026-01-01,,0.00,,EUR,", "amount_not_positive"),
        (",1,Acme,2026-01-01,,10.00,,EUR,", "due_missing"),
    ],
)
async def test_a_credit_that_contradicts_itself_waits(core: Core, row: str, code: str) -> None:
    assert await codes_of(core, f"{TYPED.replace('Number,', 'Invoice Number,')}\n{row}\n") == [(2, code)]


async def test_an_order_is_no_claim(core: Core) -> None:
    header = BOOKS.splitlines()[0]

    event = await imported(core, f"{header}\nAuftrag,1,Acme,2026-01-01,2026-01-31,10.00,,EUR,\n")

    assert (event.left_out, event.reasons) == (1, {"no_claim": 1})


async def test_rows_about_one_credit_note_count_once(core: Core) -> None:
    header, invoice, note, _ = BOOKS.splitlines()

    assert await codes_of(core, f"{header}\n{invoice}\n{note}\n{note}\n") == [(4, "duplicate_row")]
    assert await codes_of(core, f"{header}\n{note}\n{note.replace('30.00,EUR', '29.00,EUR')}\n") == [
        (2, "duplicate_number"), (3, "duplicate_number")]  # fmt: skip
