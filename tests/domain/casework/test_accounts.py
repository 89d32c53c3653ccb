"""A customer at a glance."""

from datetime import timedelta

from domain.casework import accounts, claims, tasks
from domain.casework.tasks import TaskKind
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.casework.operators import a_hold, a_settled, a_suppression, an_operator, euros
from tests.domain.commitments.commitments_made import a_payment, a_plan, a_promise


async def test_a_customer_is_shown_with_everything_around_it(core: Core) -> None:
    ann = await an_operator(core, "Ann")
    account = await an_account(core, "Acme Ltd", country="FR")
    await a_contact(core, account)
    await a_contact(core, account, "dead@acme.example")
    await a_suppression(core, "dead@acme.example")
    for number, late in enumerate((3, 5, 9)):
        await a_settled(core, account, f"OLD-{number}", late=late)
    current = await an_invoice(core, "INV-1", account=account, days_past_due=-5, amount=euros(10000))
    overdue = await an_invoice(core, "INV-2", account=account, days_past_due=45, amount=euros(20000))
    await an_invoice(core, "INV-3", account=account, days_past_due=10, amount=Money(500, "JPY"))
    await a_promise(core, overdue, 5000, days=3)
    await (await a_promise(core, current, 100, days=-9)).move("keep")
    await a_plan(core, current, (10000,), state="requested")
    await a_hold(core, current, "legal", until=core.clock.now() + timedelta(days=1))
    await tasks.add(core, kind=TaskKind.CALL, invoice_number="INV-2", reason="call them", actor=ann)
    await claims.take(core, invoice_number="INV-1", actor=ann)
    paid_off = await an_invoice(core, "INV-4", account=account, amount=euros(1000))
    await a_payment(core, paid_off, 1500)

    customer = await accounts.show(core, account="acme", actor=SHELL)

    assert [(each.number, each.days_past_due, each.chaseable) for each in customer.invoices] == [
        ("INV-2", 45, euros(15000)), ("INV-3", 10, Money(500, "JPY")), ("INV-1", -5, euros(10000)),
    ]  # fmt: skip
    assert [(str(each.total), str(each.overdue), str(each.unapplied)) for each in customer.exposure] == [
        ("500 JPY", "500 JPY", "0 JPY"), ("300.00 EUR", "200.00 EUR", "5.00 EUR"),
    ]  # fmt: skip
    assert dict(customer.exposure[1].buckets)["31-60"] == euros(20000)
    assert (customer.adherence.kept, customer.adherence.running, customer.adherence.share) == (1, 1, 1.0)
    assert set(customer.agreed) == {
        "INV-2: promise of 50.00 EUR by 13 Mar 2026", "INV-1: plan over 100.00 EUR, requested",
    }  # fmt: skip
    assert customer.holds == ("INV-1: on hold (legal) until 2026-03-11 09:00 UTC: the lawyer said so",)
    assert {(each.address, each.suppressed_for) for each in customer.contacts} == {
        ("a…@acme.example", None), ("d…@acme.example", "hard bounce"),
    }  # fmt: skip
    assert [each.reason for each in customer.tasks] == ["call them"]
    assert (customer.in_hand, customer.usual_delay, customer.country) == ("Ann", 5, "FR")
