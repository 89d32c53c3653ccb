"""The simulation, on small ledgers whose outcome is known, and on the real receivables."""

import csv
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.outreach import simulation
from domain.outreach.simulation import NothingToReplay, SpanUnusable
from domain.outreach.simulation_results import Simulation
from domain.policies.document import Document
from tests.clocks import StandingClock
from tests.shared_data import shared_data

RECEIVABLES = "WA_Fn-UseC_-Accounts-Receivable.csv"

HEADERS = "Invoice Number,Customer Number,Customer Name,Invoice Date,Due Date,Amount,Currency,Status,Paid Date,Email\n"


async def imported(core: Core, *lines: str) -> None:
    """Import a ledger of these lines."""
    stream = BytesIO((HEADERS + "\n".join(lines) + "\n").encode())
    request = csv_import.ImportRequest(kind="invoices", file_name="ledger.csv", stream=stream)
    event = await csv_import.apply(core, request, actor=SHELL)
    assert event.rejected == 0


def line(
    number: str, *, due: str, paid: str = "", customer: str = "1", issued: str = "2025-01-02", amount: str = "100.00"
) -> str:
    """Return one invoice as the ledger's file has it."""
    state = "paid" if paid else "open"
    return (
        f"{number},C-{customer},Customer {customer},{issued},{due},{amount},EUR,{state},{paid},ap{customer}@c.example"
    )


def policy(*steps: dict[str, Any], **segment: Any) -> Document:
    """Return a policy of one segment and one cadence."""
    return Document.model_validate(
        {
            "segments": [{"name": "all", "cadence": "only", "mode": "autopilot", **segment}],
            "cadences": [{"name": "only", "steps": list(steps)}],
        }
    )


DUE = {"day": 0, "letter": "reminder-due"}
WEEK = {"day": 7, "letter": "reminder-overdue"}
PERSON = {"day": 21, "escalate": True}


def mailed(result: Simulation) -> dict[str, int]:
    """Return the days with mails, and how many."""
    return {each.day.isoformat(): each.mails for each in result.days if each.mails}


async def test_a_payment_ends_the_reminders_on_its_own_day(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03", paid="2025-02-10"), line("B", due="2025-02-03", customer="2"))

    result = await simulation.simulate(core, document=policy(DUE, WEEK, PERSON), until=date(2025, 3, 31))

    assert mailed(result) == {"2025-02-03": 2, "2025-02-10": 1}
    assert (result.late, result.unreminded, result.still_open) == (0, 0, 1)
    assert result.leads == {"4-7 days before": 1}


async def test_what_falls_due_for_a_contact_on_a_day_is_one_mail(core: Core) -> None:
    await imported(core, *(line(f"A{each}", due="2025-02-03") for each in range(5)))

    result = await simulation.simulate(core, document=policy(DUE), until=date(2025, 2, 28))

    assert [(each.mails, each.items) for each in result.days if each.mails] == [(1, 5)]


async def test_no_mail_leaves_on_a_weekend_or_a_holiday(core: Core) -> None:
    await imported(core, line("A", due="2025-02-08"), line("B", due="2025-04-18", customer="2"))

    result = await simulation.simulate(core, document=policy(DUE), until=date(2025, 5, 1))

    assert mailed(result) == {"2025-02-10": 1, "2025-04-22": 1}
    assert result.waits["weekend"] == 1
    assert result.waits["holiday"] == 1


async def test_a_contact_rests_between_two_mails(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03"), line("B", due="2025-02-04"))

    result = await simulation.simulate(core, document=policy(DUE), until=date(2025, 2, 28))

    assert mailed(result) == {"2025-02-03": 1, "2025-02-06": 1}


async def test_a_backlog_is_caught_up_with_one_letter_for_each_invoice(core: Core) -> None:
    await imported(core, line("A", due="2025-01-20"))

    result = await simulation.simulate(
        core, document=policy(DUE, WEEK, PERSON), since=date(2025, 2, 3), until=date(2025, 2, 28)
    )

    assert mailed(result) == {"2025-02-03": 1}
    assert [(each.letter, each.mails) for each in result.letters] == [("reminder-overdue", 1)]


async def test_the_last_step_hands_the_invoice_to_a_person(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03"))

    result = await simulation.simulate(core, document=policy(DUE, PERSON), until=date(2025, 3, 31), operators=2)

    assert [each.day for each in result.days if each.escalations] == [date(2025, 2, 24)]
    assert (result.workload.escalations, result.workload.busiest) == (1, 1)


async def test_a_segments_cap_moves_mails_to_the_next_days(core: Core) -> None:
    await imported(core, *(line(f"A{each}", due="2025-02-03", customer=str(each)) for each in range(5)))

    result = await simulation.simulate(core, document=policy(DUE, daily_cap=2), until=date(2025, 2, 28))

    assert mailed(result) == {"2025-02-03": 2, "2025-02-04": 2, "2025-02-05": 1}
    assert result.waits["segment cap"] == 4


async def test_in_shadow_mode_every_mail_is_a_draft(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03"), line("B", due="2025-02-03", customer="2"))

    result = await simulation.simulate(core, document=policy(DUE, mode="shadow"), until=date(2025, 2, 28))

    assert (result.mails, result.workload.drafts) == (2, 2)


async def test_an_invoice_changes_its_cadence_with_its_segment(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03"))
    document = Document.model_validate(
        {
            "segments": [
                {"name": "late", "rule": {"days_past_due": {"from": 10}}, "cadence": "hard", "mode": "autopilot"},
                {"name": "rest", "cadence": "soft", "mode": "autopilot"},
            ],
            "cadences": [
                {"name": "soft", "steps": [DUE, {"day": 60, "letter": "reminder-overdue"}]},
                {"name": "hard", "steps": [DUE, {"day": 10, "letter": "reminder-overdue"}]},
            ],
        }
    )

    result = await simulation.simulate(core, document=document, until=date(2025, 2, 28))

    assert mailed(result) == {"2025-02-03": 1, "2025-02-13": 1}


async def test_payments_that_become_known_late_show_who_would_be_chased_after_paying(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03", paid="2025-02-08"))

    result = await simulation.simulate(core, document=policy(DUE, WEEK), until=date(2025, 2, 28), lag=5)

    assert result.late == 1
    assert [(each.invoice_number, each.paid_on, each.mailed_on) for each in result.late_examples] == [
        ("A", date(2025, 2, 8), date(2025, 2, 10))
    ]


async def test_nothing_is_written_and_nothing_is_queued(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03"))
    before = await counts(core)

    await simulation.simulate(core)

    assert await counts(core) == before


async def counts(core: Core) -> dict[str, int]:
    """Count the rows of every table."""
    tables = [
        row["tablename"]
        for row in await core.database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]
    return {name: (await core.database.rows(f"SELECT count(*) AS n FROM {name}"))[0]["n"] for name in tables}


async def test_an_empty_ledger_is_refused(core: Core) -> None:
    with pytest.raises(NothingToReplay):
        await simulation.simulate(core)


async def test_time_that_runs_backwards_is_refused(core: Core) -> None:
    await imported(core, line("A", due="2025-02-03"))

    with pytest.raises(SpanUnusable, match="backwards"):
        await simulation.simulate(core, since=date(2025, 3, 1), until=date(2025, 2, 1))


# The real receivables -----------------------------------------------------------------------------


async def receivables(core: Core) -> Path:
    """Import the settled ledger and return its file."""
    path = shared_data("ar", RECEIVABLES)
    request = csv_import.ImportRequest(kind="invoices", file_name=path.name, path=path, currency="USD")
    event = await csv_import.apply(core, request, actor=SHELL)
    assert event.new == 2466
    return path


@pytest.fixture
def plain(core: Core) -> Core:
    """A merchant that rests nobody and has rates, so that a few lines of arithmetic give the same answer."""
    limits = replace(core.limits, contact_rest=timedelta(0), rates={"USD": Decimal(1)}, domain_cap=0)
    return replace(core, limits=limits, clock=StandingClock(datetime.fromisoformat("2014-02-01T09:00:00+00:00")))


async def test_on_the_real_receivables_nobody_is_chased_after_paying(plain: Core) -> None:
    await receivables(plain)
    begun = time.monotonic()

    result = await simulation.simulate(plain, operators=2)

    assert (result.late, result.invoices, result.still_open) == (0, 2466, 0)
    assert result.customers_without_contact == 100
    assert sum(each.items for each in result.days) == sum(result.leads.values())
    assert time.monotonic() - begun < 20


async def test_on_the_real_receivables_the_days_are_those_of_a_few_lines_of_arithmetic(plain: Core) -> None:
    path = await receivables(plain)
    document = policy({"day": 0, "letter": "reminder-due"}, {"day": 7, "letter": "reminder-overdue"}, PERSON)

    result = await simulation.simulate(plain, document=document)

    assert {each.day: each.items for each in result.days if each.items} == by_hand(path, offsets=(0, 7))
    assert result.workload.escalations == escalated_by_hand(path, 21)


def rows_by_hand(path: Path) -> list[tuple[date, date]]:
    """Return due and settled day of each invoice."""
    with path.open(newline="", encoding="ascii") as file:
        return [(day(row["DueDate"]), day(row["SettledDate"])) for row in csv.DictReader(file)]


def by_hand(path: Path, *, offsets: tuple[int, ...]) -> dict[date, int]:
    """Return how many invoices are named on each day: each open one on its offsets, or on the next working day."""
    from domain.kernel import calendars

    found: dict[date, int] = {}
    for due, settled in rows_by_hand(path):
        for offset in offsets:
            when = due + timedelta(days=offset)
            while not calendars.is_working_day(when, "DE"):
                when += timedelta(days=1)
            if settled > when:
                found[when] = found.get(when, 0) + 1
    return found


def escalated_by_hand(path: Path, offset: int) -> int:
    """Return how many invoices were still open so many days after they were due, before the last day of the ledger."""
    rows = rows_by_hand(path)
    return sum(settled > due + timedelta(days=offset) for due, settled in rows)


def day(text: str) -> date:
    """Read a date as that file writes it."""
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007
