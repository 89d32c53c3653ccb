"""What an import changes about known invoices is told on each one's timeline, and queues what follows."""

from collections import Counter

from domain.kernel import timeline
from domain.kernel.core import Core
from domain.ledger.csv_import import staging
from domain.ledger.events import InvoiceSettled
from domain.ledger.import_events import PaymentImported
from tests.domain.ledger.csv_import.files import HEADER, imported

MANY = 2 * staging.PAGE + 7


async def test_each_of_many_settled_invoices_has_its_history_and_its_jobs(core: Core) -> None:
    rows = "".join(f"INV-{n},Acme,2026-03-31,{n}.00,EUR\n" for n in range(1, MANY + 1))
    await imported(core, f"{HEADER}\n{rows}")

    event = await imported(core, f"{HEADER},Status\n{rows.replace('EUR', 'EUR,paid')}")

    assert event.changed == MANY
    kinds = await core.database.rows(
        "SELECT kind, count(DISTINCT invoice_id) AS invoices, count(*) AS entries FROM timeline_entry"
        " WHERE invoice_id IS NOT NULL GROUP BY kind ORDER BY kind"
    )
    assert kinds == [
        {"kind": "invoice.settled", "invoices": MANY, "entries": MANY},
        {"kind": "payment.imported", "invoices": MANY, "entries": MANY},
    ]
    queued = await core.database.rows("SELECT task_name, lock, args ->> 'entry_id' AS entry FROM procrastinate_jobs")
    closing = {row["entry"] for row in queued if row["task_name"] == "close_cadence"}
    assert len(closing) == MANY
    assert Counter(row["lock"] for row in queued if row["task_name"] == "tell_operators") == {"chat": 2 * MANY + 2}


async def test_the_history_can_be_read_back(core: Core) -> None:
    await imported(core, f"{HEADER}\nINV-1,Acme,2026-03-31,125.00,EUR\n")
    await imported(core, f"{HEADER},Balance,Status\nINV-1,Acme,2026-03-31,125.00,EUR,25.00,partly paid\n")
    await imported(core, f"{HEADER},Paid Date\nINV-1,Acme,2026-03-31,125.00,EUR,2026-03-09\n")
    row = await core.database.row("SELECT id FROM invoice")
    assert row is not None

    events = [entry.event for entry in await timeline.of_invoice(core, row["id"])]

    assert [type(event) for event in events] == [PaymentImported, PaymentImported, InvoiceSettled]
    assert [event.told() for event in events] == [
        "100.00 EUR paid by 10 Mar 2026 according to an imported ledger file; 25.00 EUR left to pay",
        "25.00 EUR paid by 9 Mar 2026 according to an imported ledger file; nothing left to pay",
        "Invoice settled in full (125.00 EUR)",
    ]
