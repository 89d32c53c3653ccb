"""Instalments are the due items: asked for before their day, missed after it, paid by whatever lowers the balance."""

from datetime import timedelta
from typing import Any

from domain.commitments import instalments
from domain.commitments.models import Plan
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from tests.builders import an_invoice
from tests.domain.commitments.commitments_made import TODAY, a_dispute, a_payment, a_plan, a_refund


async def due(core: Core, day: int) -> list[tuple[Any, ...]]:
    """Return what may be asked for so many days after the test's first one."""
    today = TODAY + timedelta(days=day)
    rows = await core.database.rows(instalments.due(), {"today": today, "horizon": instalments.horizon(today)})
    return [
        (row["invoice_number"], row["occasion"], row["position"], row["asked_minor"], row["overdue_minor"])
        for row in rows
    ]


async def test_an_instalment_is_asked_for_three_days_before_its_day(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=10)

    assert await due(core, 6) == []
    assert await due(core, 7) == [("INV-1042", "due", 1, 10000, None)]
    assert await due(core, 12) == [("INV-1042", "due", 1, 10000, None)]


async def test_after_its_grace_it_is_missed_and_the_next_one_is_due_beside_it(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=0)
    await a_payment(core, invoice, 4000)

    assert await due(core, 3) == [("INV-1042", "missed", 1, 6000, 6000)]
    assert sorted(await due(core, 4)) == [("INV-1042", "due", 2, 10000, 6000), ("INV-1042", "missed", 1, 6000, 6000)]


async def test_of_several_missed_ones_the_latest_asks_for_all_that_is_overdue(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=0)

    assert await due(core, 10) == [("INV-1042", "missed", 2, 10000, 20000)]


async def test_paid_instalments_and_ended_plans_are_not_asked_for(core: Core) -> None:
    paid = await an_invoice(core, "PAID", email="p@p.example", amount=Money(20000, "EUR"))
    await a_plan(core, paid, (10000, 10000), first=0)
    await a_payment(core, paid, 10000)
    gone = await an_invoice(core, "GONE", email="g@g.example", amount=Money(20000, "EUR"))
    await (await a_plan(core, gone, (10000, 10000), first=0)).move("cancel")

    assert await due(core, 0) == []


async def test_money_that_went_back_makes_an_instalment_due_again(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(20000, "EUR"))
    await a_plan(core, invoice, (10000, 10000), first=0)
    payment = await a_payment(core, invoice, 10000)
    await a_refund(core, invoice, payment.payment_id, 2500)

    assert await due(core, 0) == [("INV-1042", "due", 1, 2500, None)]


async def test_a_credit_pays_instalments_as_money_does(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(20000, "EUR"))
    plan = await a_plan(core, invoice, (10000, 10000), first=0)
    await Invoice.filter(id=invoice.id).update(open_minor=9000)

    standings = await instalments.of_plan(core.database, plan_id=plan.id, today=TODAY)

    assert [each.unpaid.minor for each in standings] == [0, 9000]


async def test_a_dispute_takes_its_part_off_the_last_instalments(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    plan = await a_plan(core, invoice, (10000, 10000, 10000), first=0)
    await a_dispute(core, invoice, 12000)

    standings = await instalments.of_plan(core.database, plan_id=plan.id, today=TODAY)

    assert [each.asked.minor for each in standings] == [10000, 8000, 0]
    assert [each.unpaid.minor for each in standings] == [10000, 10000, 10000]


async def test_each_plan_is_told_apart_in_one_set(core: Core) -> None:
    for number in range(3):
        invoice = await an_invoice(core, f"INV-{number}", email=f"a{number}@x.example")
        await a_plan(core, invoice, (6000, 6500), first=number)

    assert sorted(await due(core, 0)) == [(f"INV-{number}", "due", 1, 6000, None) for number in range(3)]
    assert await Plan.all().count() == 3
