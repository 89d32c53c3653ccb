"""Figures: each against a small book that was worked out by hand; tests are in none of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.operations.reports import commitments, exposures, held_back, periods, takings, turnover
from domain.operations.reports.commitments import Standing
from domain.operations.reports.held_back import Reason
from domain.operations.reports.periods import Period
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import START
from tests.domain.operations.reports.books import disputed, euros, moved, paid_on, planned, promised, queued

YESTERDAY = Period(date(2026, 3, 9), date(2026, 3, 9))

NOBODY = Actor(ActorKind.PERSON, "Nobody", frozenset())


async def retired(core: Core, number: str, state: str) -> None:
    """Make an invoice void, or the one about which the product tests itself."""
    minor = "open_minor" if state == "test" else "0"
    await core.database.execute(
        f"UPDATE invoice SET state = %s, open_minor = {minor} WHERE number = %s", (state, number)
    )


async def test_turnover_is_worked_out_in_each_currency(core: Core) -> None:
    # Ninety days from 10 December to 9 March.
    # EUR, opening: A, 1,000 issued on 10 November, paid on 20 January.            1,000
    # EUR, invoiced: B 600 (9 January, due 8 February) and C 300 (due 20 March).     900
    # EUR, closing: B 600 overdue, C 300 not due.                                    900, of it 300 not due
    #   DSO 900/900 x 90 = 90; best 300/900 x 90 = 30; ADD 90 - 30 = 60
    #   CEI (1,000 + 900 - 900) / (1,000 + 900 - 300) = 1,000/1,600 = 62.5 %
    # USD: one invoice of 200, not due. DSO = best = 200/200 x 90 = 90, ADD 0
    #   CEI: 0 + 200 - 200 = 0, so there was nothing to collect.
    first = await an_invoice(core, "A", amount=euros(1000), days_past_due=90)
    await paid_on(core, first, euros(1000), date(2026, 1, 20))
    await an_invoice(core, "B", amount=euros(600), days_past_due=30)
    await an_invoice(core, "C", amount=euros(300), days_past_due=-10)
    await an_invoice(core, "D", amount=Money(20000, "USD"), days_past_due=-5)
    for number, state in (("V", "void"), ("T", "test")):
        await an_invoice(core, number, amount=euros(7000), days_past_due=10)
        await retired(core, number, state)

    euro, dollar = await turnover.turnover(core, period=periods.before(core, 90), actor=SHELL)

    assert (euro.opening, euro.invoiced, euro.closing, euro.not_due) == (
        euros(1000), euros(900), euros(900), euros(300)
    )  # fmt: skip
    assert (euro.dso, euro.best_dso, euro.add, euro.cei) == (Decimal(90), Decimal(30), Decimal(60), Decimal("62.5"))
    assert (dollar.dso, dollar.best_dso, dollar.add, dollar.cei) == (Decimal(90), Decimal(90), Decimal(0), None)


async def test_without_sales_there_is_no_dso(core: Core) -> None:
    await an_invoice(core, "A", amount=euros(1000), days_past_due=200)

    (euro,) = await turnover.turnover(core, period=periods.before(core, 90), actor=SHELL)

    # Nothing of 1,000 was collected, and all of it is late: (1,000 - 1,000) / (1,000 - 0) = 0 %
    assert (euro.dso, euro.best_dso, euro.add, euro.cei) == (None, None, None, Decimal(0))


async def test_collected_is_held_against_promises_and_instalments_of_that_day(core: Core) -> None:
    # Collected: 125 paid less 25 refunded = 100. What a file tells (999) and the day before (77) do not count.
    # Plan: promises 100 + 20 (broken ones were due, too), an instalment of 30: 150. Share 100/150.
    one = await an_invoice(core, "A", amount=euros(1000))
    other = await an_invoice(core, "B", amount=euros(1000))
    test = await an_invoice(core, "T", amount=euros(1000))
    await paid_on(core, one, euros(125), YESTERDAY.last)
    await paid_on(core, one, euros(77), date(2026, 3, 8))
    await moved(core, one, -2500, YESTERDAY.last, kind="refund")
    await moved(core, one, 99900, YESTERDAY.last, kind="payment", source="import")
    await promised(core, one, euros(100), YESTERDAY.last, state="kept")
    await promised(core, one, euros(20), YESTERDAY.last, state="broken")
    await promised(core, one, euros(500), YESTERDAY.last, state="replaced")
    await promised(core, one, euros(600), START.date())
    await planned(core, other, euros(30), YESTERDAY.last)
    await planned(core, one, euros(800), YESTERDAY.last, state="rejected")
    await promised(core, test, euros(400), YESTERDAY.last)
    await retired(core, "T", "test")

    (found,) = await takings.takings(core, period=YESTERDAY, actor=SHELL)

    assert (found.collected, found.payments, found.promised, found.instalments, found.plan) == (
        euros(100), 1, euros(120), euros(30), euros(150),
    )  # fmt: skip
    assert found.share == Decimal(100) / 150


async def test_promises_are_told_by_how_they_stand(core: Core) -> None:
    # Due today 50; overdue 30 + 20 (still in their grace); broken yesterday 70; broken last week and kept: not told.
    invoice = await an_invoice(core, "A", amount=euros(1000))
    judged = datetime(2026, 3, 9, 12, tzinfo=UTC)
    await promised(core, invoice, euros(50), START.date())
    await promised(core, invoice, euros(30), date(2026, 3, 9))
    await promised(core, invoice, euros(20), date(2026, 3, 8))
    await promised(core, invoice, euros(70), date(2026, 3, 6), state="broken", judged_at=judged)
    await promised(core, invoice, euros(80), date(2026, 3, 1), state="broken", judged_at=judged - timedelta(days=6))
    await promised(core, invoice, euros(90), date(2026, 3, 6), state="kept", judged_at=judged)

    found = await commitments.promises(core, period=YESTERDAY, actor=SHELL)
    (broken,), filed = await commitments.named(core, period=YESTERDAY, actor=SHELL)

    assert (broken.id, broken.amount, broken.day, filed) == (invoice.id, euros(70), date(2026, 3, 6), ())
    assert found == (
        Standing("due", 1, euros(50)), Standing("overdue", 2, euros(50)), Standing("broken", 1, euros(70))
    )  # fmt: skip


async def test_new_disputes_are_told_by_their_deadlines_and_tests_are_not(core: Core) -> None:
    # Filed on 9 March: late 10, at risk 20, open 30, closed 40; a test of 50; 60 was filed the day before in Berlin,
    # where 9 March begins at 23:00 UTC.
    filed = datetime(2026, 3, 9, 8, tzinfo=UTC)
    hour = timedelta(hours=1)
    now = START
    cases: tuple[tuple[str, int, datetime, datetime, str, bool, datetime], ...] = (
        ("late", 10, now - hour, now - 2 * hour, "open", False, filed),
        ("risk", 20, now + hour, now - hour, "open", False, filed),
        ("open", 30, now + 2 * hour, now + hour, "open", False, filed),
        ("done", 40, now - hour, now - hour, "rejected", False, filed),
        ("test", 50, now + hour, now + hour, "open", True, filed),
        ("before", 60, now + hour, now + hour, "open", False, datetime(2026, 3, 8, 22, 59, tzinfo=UTC)),
        ("after", 5, now + 2 * hour, now + hour, "open", False, datetime(2026, 3, 8, 23, 1, tzinfo=UTC)),
    )
    for number, major, due, risk, state, is_test, at in cases:
        invoice = await an_invoice(core, number, amount=euros(1000))
        await disputed(core, invoice, euros(major), at, due=due, risk=risk, state=state, is_test=is_test)

    found = await commitments.disputes(core, period=YESTERDAY, actor=SHELL)
    _, named = await commitments.named(core, period=YESTERDAY, actor=SHELL)

    assert [each.invoice_number for each in named][:2] == ["late", "risk"]
    assert {each.invoice_number for each in named} == {"late", "risk", "open", "after"}
    assert found == (
        Standing("late", 1, euros(10)), Standing("at risk", 1, euros(20)), Standing("open", 2, euros(35)),
        Standing("closed", 1, euros(40)),
    )  # fmt: skip


async def test_exposures_are_the_ten_largest_of_each_currency(core: Core) -> None:
    # Twelve customers owe 1, 2, … 12 euros; the largest owes 3 more that are not due: 15, of which 12 overdue.
    for owed in range(1, 13):
        account = await an_account(core, f"Customer {owed}")
        await an_invoice(core, f"E{owed}", account=account, amount=euros(owed), days_past_due=owed)
    await an_invoice(core, "E13", account=account, amount=euros(3), days_past_due=-4)
    await an_invoice(core, "Y", amount=Money(5_000_000, "JPY"), days_past_due=-1)
    await an_invoice(core, "T", amount=euros(7000))
    await retired(core, "T", "test")

    found = await exposures.top(core, actor=SHELL)

    assert [each.open.currency for each in found] == ["EUR"] * 10 + ["JPY"]
    assert [each.open.minor for each in found[:3]] == [1500, 1100, 1000]
    assert (found[0].overdue, found[0].oldest_days, found[0].invoices) == (euros(12), 12, 2)
    assert (found[-1].overdue.minor, found[-1].oldest_days) == (0, 0)
    assert len(await exposures.top(core, actor=SHELL, currency="JPY")) == 1


async def test_coverage_counts_invoices_whose_customer_can_be_mailed(core: Core) -> None:
    # Open: 100 and 300 with a contact, 600 without. By number 2/3, by amount 400/1,000. An excluded customer is out.
    await an_invoice(core, "A", amount=euros(100))
    await an_invoice(core, "B", amount=euros(300))
    await an_invoice(core, "C", amount=euros(600), account=await an_account(core, "Silent Ltd"))
    left_out = await an_account(core, "Excluded Ltd")
    await a_contact(core, left_out)
    await an_invoice(core, "X", amount=euros(900), account=left_out)
    await core.database.execute("UPDATE account SET state = 'excluded' WHERE id = %s", (left_out.id,))

    (found,) = await exposures.coverage(core, actor=SHELL)

    assert (found.invoices, found.mailable, found.open, found.mailable_open) == (3, 2, euros(1000), euros(400))
    assert (found.by_count, found.by_amount) == (Decimal(2) / 3, Decimal("0.4"))


async def test_what_is_held_back_names_why_and_how_much(core: Core) -> None:
    # Two drafts (100 + 50), one mail at the gate (300); one that waits for nothing is on its way.
    for number, major, state, waits in (
        ("A", 100, "drafted", ""), ("B", 50, "drafted", ""), ("C", 300, "queued", "gate"), ("D", 700, "queued", ""),
    ):  # fmt: skip
        await queued(core, await an_invoice(core, number, amount=euros(major)), state=state, waits=waits)

    found = await held_back.held_back(core, actor=SHELL)

    assert found.reasons == (Reason("approval", 2, (euros(150),)), Reason("gate", 1, (euros(300),)))
    assert found.gates == ()


async def test_only_who_may_look_sees_figures(core: Core) -> None:
    for read in (takings.takings, commitments.promises, commitments.disputes, turnover.turnover):
        with pytest.raises(NotAllowed):
            await read(core, period=YESTERDAY, actor=NOBODY)
    for read_now in (exposures.top, exposures.coverage, held_back.held_back):
        with pytest.raises(NotAllowed):
            await read_now(core, actor=NOBODY)
