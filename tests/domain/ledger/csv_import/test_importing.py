"""An import takes good rows, changes what is new, and leaves the rest as it is."""

import asyncio
from datetime import date

import pytest

from domain.kernel import timeline
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger import csv_import
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.ledger.csv_import.files import HEADER, ONE, a_request, everything, imported, invoices, previewed

FULL = (
    "Invoice Number,Customer Number,Customer,Invoice Date,Due Date,Amount,Balance,Currency,Status,Paid Date,"
    "Contact Name,Contact Email,Country,Language,Time Zone\n"
    "0001,C-1,Acme Ltd,2026-01-15,2026-02-14,100.00,100.00,EUR,open,,Anna,Anna@ACME.example,DE,de,Europe/Berlin\n"
    '0002,C-1,Acme Ltd,2026-01-20,2026-02-19,"1,250.50",250.50,EUR,partly paid,,Anna,Anna@ACME.example,DE,de,\n'
    "0003,C-2,Beta & Söhne,2025-12-01,2025-12-31,5000,0,JPY,paid,2025-12-28,,ap@beta.example; kasse@beta.example,JP,,\n"
)


async def test_new_rows_become_invoices_customers_and_contacts(core: Core) -> None:
    event = await imported(core, FULL)

    assert (event.read, event.new, event.customers_new, event.contacts_new) == (3, 3, 2, 3)
    rows = await invoices(core)
    assert rows["0001"] == {
        "number": "0001", "state": "open", "currency": "EUR", "total_minor": 10000, "open_minor": 10000,
        "issued_on": date(2026, 1, 15), "due_on": date(2026, 2, 14), "settled_on": None, "customer": "Acme Ltd",
        "customer_number": "C-1"}  # fmt: skip
    assert (rows["0002"]["state"], rows["0002"]["total_minor"], rows["0002"]["open_minor"]) == ("open", 125050, 25050)
    assert (rows["0003"]["state"], rows["0003"]["total_minor"]) == ("settled", 5000)
    contacts = await core.database.rows("SELECT name, email, email_key FROM contact ORDER BY email_key")
    assert contacts == [
        {"name": "Anna", "email": "Anna@acme.example", "email_key": "anna@acme.example"},
        {"name": "", "email": "ap@beta.example", "email_key": "ap@beta.example"},
        {"name": "", "email": "kasse@beta.example", "email_key": "kasse@beta.example"},
    ]
    accounts = await core.database.rows("SELECT name, country, locale, timezone FROM account ORDER BY number")
    assert accounts == [
        {"name": "Acme Ltd", "country": "DE", "locale": "de", "timezone": "Europe/Berlin"},
        {"name": "Beta & Söhne", "country": "JP", "locale": None, "timezone": None},
    ]


async def test_history_is_closed_at_once_with_its_payment(core: Core) -> None:
    await imported(core, FULL)

    booked = await core.database.rows(
        "SELECT i.number, i.settled_on, p.source, p.object_id, p.received_on, p.amount_minor, a.amount_minor AS applied"
        " FROM payment p JOIN allocation a ON a.payment_id = p.id JOIN invoice i ON i.id = a.invoice_id ORDER BY 1"
    )
    assert booked == [
        {"number": "0002", "settled_on": None, "source": "import", "object_id": "import:0002",
         "received_on": date(2026, 2, 19), "amount_minor": 100000, "applied": 100000},
        {"number": "0003", "settled_on": date(2025, 12, 28), "source": "import", "object_id": "import:0003",
         "received_on": date(2025, 12, 28), "amount_minor": 5000, "applied": 5000},
    ]  # fmt: skip


async def test_history_mails_nobody_and_tells_only_of_the_import(core: Core) -> None:
    await imported(core, FULL)

    assert await core.database.rows("SELECT kind FROM timeline_entry") == [{"kind": "ledger.imported"}]


async def test_the_same_file_twice_changes_nothing(core: Core) -> None:
    await imported(core, FULL)
    before = await everything(core)

    event = await imported(core, FULL)

    assert (event.read, event.unchanged, event.new, event.changed) == (3, 3, 0, 0)
    assert await everything(core) == before


async def test_two_files_at_once_bring_a_customer_once(core: Core) -> None:
    events = await asyncio.gather(*(imported(core, FULL) for _ in range(4)))

    assert sorted(event.new for event in events) == [0, 0, 0, 3]
    assert len(await core.database.rows("SELECT id FROM account")) == 2


async def test_a_preview_tells_the_same_and_changes_nothing(core: Core) -> None:
    before = await everything(core)

    preview = await previewed(core, FULL)

    assert (preview.outcome.new, preview.outcome.customers_new, preview.outcome.contacts_new) == (3, 2, 3)
    assert preview.layout.delimiter == ","
    assert await everything(core) == before


async def test_an_open_invoice_that_the_file_says_is_paid_is_settled_on_its_timeline(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1")
    await imported(core, paid_on("Customer of INV-1", "2026-03-05"))

    row = (await invoices(core))["INV-1"]
    assert (row["state"], row["open_minor"], row["settled_on"]) == ("settled", 0, date(2026, 3, 5))
    history = [entry.event.kind for entry in await timeline.of_invoice(core, invoice.id)]
    assert history == ["payment.imported", "invoice.settled"]


async def test_what_follows_from_settling_is_queued(core: Core) -> None:
    await an_invoice(core, "INV-1")
    await imported(core, paid_on("Customer of INV-1", "2026-03-05"))

    queued = {row["task_name"] for row in await core.database.rows("SELECT task_name FROM procrastinate_jobs")}
    assert {"close_cadence", "close_links", "tell_operators", "plan_reminders"} <= queued
    assert "write_letter" not in queued


def paid_on(customer: str, day: str) -> str:
    """Return a file that says that INV-1 is paid."""
    return f"{HEADER},Status,Paid Date\nINV-1,{customer},2026-03-03,125.00,EUR,Paid,{day}\n"


async def test_a_payment_is_booked_once_however_often_the_file_comes(core: Core) -> None:
    await an_invoice(core, "INV-1")
    await imported(core, paid_on("Customer of INV-1", "2026-03-05"))
    before = await everything(core)

    event = await imported(core, paid_on("Customer of INV-1", "2026-03-05"))

    assert (event.unchanged, event.changed) == (1, 0)
    assert await everything(core) == before


async def test_part_payments_are_booked_as_the_balance_falls(core: Core) -> None:
    for balance in ("125.00", "100.00", "100.00", "40.00", "0.00"):
        status = {"125.00": "open", "0.00": "paid"}.get(balance, "partly paid")
        await imported(core, f"{HEADER},Balance,Status\nINV-1,Acme,2026-03-31,125.00,EUR,{balance},{status}\n")

    payments = await core.database.rows("SELECT object_id, amount_minor FROM payment ORDER BY object_id")
    assert payments == [
        {"object_id": "import:inv-1", "amount_minor": 2500},
        {"object_id": "import:inv-1 #2", "amount_minor": 6000},
        {"object_id": "import:inv-1 #3", "amount_minor": 4000},
    ]
    assert (await invoices(core))["INV-1"]["state"] == "settled"


async def test_other_dates_are_applied_and_told(core: Core) -> None:
    await imported(core, ONE)

    event = await imported(core, ONE.replace("2026-03-31", "2026-04-15"))

    assert event.changed == 1
    assert event.examples == ("line 2, INV-1: due date 31 Mar 2026 → 15 Apr 2026",)
    assert (await invoices(core))["INV-1"]["due_on"] == date(2026, 4, 15)
    kinds = await core.database.rows("SELECT kind FROM timeline_entry WHERE invoice_id IS NOT NULL")
    assert kinds == [{"kind": "invoice.changed"}]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("INV-1,Acme,2026-03-31,130.00,EUR", "other_total"),
        ("INV-1,Acme,2026-03-31,125.00,USD", "other_currency"),
        ("INV-1,Beta,2026-03-31,125.00,EUR", "other_customer"),
    ],
)
async def test_what_the_ledger_knows_otherwise_is_reported_and_left(core: Core, row: str, code: str) -> None:
    await imported(core, ONE.replace("Acme Ltd", "Acme"))
    before = await everything(core)

    event = await imported(core, f"{HEADER}\n{row}\n")

    assert (event.conflicting, event.new, event.changed, event.reasons) == (1, 0, 0, {code: 1})
    assert await everything(core) == before


async def test_money_that_the_books_do_not_have_yet_is_not_taken_back(core: Core) -> None:
    await imported(core, paid_on("Acme", "2026-03-05"))
    before = await everything(core)

    event = await imported(core, ONE.replace("Acme Ltd", "Acme").replace("2026-03-31", "2026-03-03"))

    assert event.reasons == {"less_open_here": 1}
    assert await everything(core) == before


async def test_void_rows_are_left_out_and_reported_where_the_ledger_disagrees(core: Core) -> None:
    await imported(core, ONE)

    event = await imported(
        core, f"{HEADER},Status\nINV-1,Acme Ltd,,,,void\nINV-2,Acme Ltd,,,,cancelled\nINV-3,X,,,,draft\n"
    )

    assert event.reasons == {"withdrawn_in_file": 1, "withdrawn": 1, "draft": 1}
    assert (event.conflicting, event.left_out, event.rejected) == (1, 2, 0)
    assert list(await invoices(core)) == ["INV-1"]


async def test_rows_that_the_file_does_not_have_are_left_alone_and_counted(core: Core) -> None:
    await imported(core, ONE)

    event = await imported(core, ONE.replace("INV-1", "INV-2"))

    assert event.absent == 1
    assert (await invoices(core))["INV-1"]["state"] == "open"


async def test_a_file_of_another_day_is_taken_as_of_that_day(core: Core) -> None:
    content = (
        "Invoice Number,Customer,Invoice Date,Due Date,Amount,Paid Date\n"
        "1,Acme,2026-01-01,2026-01-31,10.00,2026-01-20\n"
        "2,Acme,2026-01-01,2026-01-31,10.00,2026-02-20\n"
        "3,Acme,2026-02-10,2026-03-10,10.00,\n"
    )

    event = await imported(core, content, currency="EUR", as_of=date(2026, 2, 1))

    assert (event.new, event.left_out, event.reasons) == (2, 1, {"issued_later": 1})
    assert {number: row["state"] for number, row in (await invoices(core)).items()} == {"1": "settled", "2": "open"}


async def test_a_balance_without_a_total_is_the_total_and_may_fall(core: Core) -> None:
    content = (
        "Invoice Number,Customer,Due Date,Balance,Currency\n1,Acme,2026-03-31,100.00,EUR\n2,Acme,2026-03-31,0,EUR\n"
    )
    first = await imported(core, content)
    second = await imported(core, content.replace("100.00", "0"))

    assert (first.new, first.reasons) == (1, {"nothing_open": 1})
    assert (second.changed, second.left_out) == (1, 1)
    assert (await invoices(core))["1"]["state"] == "settled"


async def test_who_may_not_import_is_told_so(core: Core) -> None:
    nobody = Actor(ActorKind.PERSON, "Vera", frozenset(), roles=("Viewer",))

    with pytest.raises(NotAllowed, match="import"):
        await csv_import.apply(core, a_request(ONE), actor=nobody)
    with pytest.raises(NotAllowed, match="import"):
        await csv_import.preview(core, a_request(ONE), actor=nobody)


async def test_an_import_that_is_stopped_anywhere_is_whole_or_has_not_been(core: Core) -> None:
    rows = "".join(f"INV-{n},Customer {n % 50},2026-03-31,{n}.00,EUR\n" for n in range(1, 3001))
    before = await everything(core)

    for delay in (0.01, 0.05, 0.1, 0.15, 0.2):
        task = asyncio.create_task(imported(core, f"{HEADER}\n{rows}"))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        after = await everything(core)
        if len(after["import_batch"]) == 1:  # it was stopped while it committed, or not at all: then it is whole
            assert len(after["invoice"]) == 3000
            break
        assert after == before

    event = await imported(core, f"{HEADER}\n{rows}")
    assert event.new + event.unchanged == 3000


async def test_an_import_is_kept_with_its_numbers_and_rejects(core: Core) -> None:
    event = await imported(core, f"{ONE}INV-2,Acme,never,1.00,EUR\n")

    batch = await core.database.row("SELECT id, kind, file_name, counts, rejects, actor FROM import_batch")
    assert batch is not None
    assert (batch["id"], batch["kind"], batch["file_name"], batch["actor"]) == (
        event.batch_id, "invoices", "invoices.csv", "command line")  # fmt: skip
    assert (batch["counts"]["new"], batch["counts"]["reasons"]) == (1, {"date_malformed": 1})
    assert b"3,Due Date,never,date_malformed" in bytes(batch["rejects"])


async def test_a_payment_that_arrives_during_the_import_is_not_overwritten(core: Core) -> None:
    account = await an_account(core, "Acme")
    await a_contact(core, account)
    invoice = await an_invoice(core, "INV-1", account=account)
    held, enough = asyncio.Event(), asyncio.Event()

    async def pay() -> None:
        async with core.transaction() as tx:
            await tx.execute("UPDATE invoice SET open_minor = 5000 WHERE id = %s", (invoice.id,))
            held.set()
            await enough.wait()

    paying = asyncio.create_task(pay())
    await held.wait()
    importing = asyncio.create_task(imported(core, f"{HEADER},Balance\nINV-1,Acme,2026-03-03,125.00,EUR,100.00\n"))
    await asyncio.sleep(0.5)
    enough.set()
    await paying
    event = await importing

    assert event.reasons == {"less_open_here": 1}
    assert (await invoices(core))["INV-1"]["open_minor"] == 5000


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("INV-1,Acme,2026-04-15,90.00,EUR", "other_total"),
        ("INV-1,Acme,2026-04-15,100.00,USD", "other_currency"),
        ("INV-1,Beta,2026-04-15,100.00,EUR", "other_customer"),
    ],
)
async def test_a_row_that_conflicts_is_left_whatever_else_the_file_brings(core: Core, row: str, code: str) -> None:
    await imported(core, ONE.replace("Acme Ltd", "Acme"))
    before = (await invoices(core))["INV-1"]

    event = await imported(core, f"{HEADER}\n{row}\nINV-2,Acme,2026-05-01,10.00,EUR\n")

    assert (event.new, event.changed, event.reasons) == (1, 0, {code: 1})
    assert (await invoices(core))["INV-1"] == before


@pytest.mark.parametrize("odd", [range(1), range(999, 1000), range(400), range(300, 1000)])
async def test_plain_and_odd_rows_are_taken_whichever_come_first(core: Core, odd: range) -> None:
    amounts = ("1,234.50" if number in odd else "1234.50" for number in range(1000))
    rows = (f'INV-{number},Acme,2026-03-31,"{amount}",EUR' for number, amount in enumerate(amounts))

    event = await imported(core, "\n".join([HEADER, *rows]))

    assert (event.new, event.rejected) == (1000, 0)
