"""What a payer is asked for now: the instalments that are due, or the next one, and never what is disputed."""

from datetime import timedelta

from domain.commitments import payable
from domain.commitments.payable import Payable
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from tests.builders import an_invoice, paid
from tests.domain.commitments.commitments_made import TODAY, a_dispute, a_payment, a_plan, a_promise


async def asked(core: Core, invoice: Invoice, *, day: int = 0) -> Payable:
    return await payable.of(core.database, invoice_id=invoice.id, today=TODAY + timedelta(days=day))


async def test_without_a_plan_it_is_what_is_left(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_payment(core, invoice, 2500)

    found = await asked(core, invoice)

    assert (found.amount, found.is_part, found.position) == (Money(10000, "EUR"), False, None)


async def test_a_promise_does_not_keep_anybody_from_paying_all(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_promise(core, invoice, 5000, days=9)

    assert (await asked(core, invoice)).amount == Money(12500, "EUR")


async def test_before_the_first_day_it_is_the_first_instalment(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=5)

    found = await asked(core, invoice)

    assert (found.amount, found.position, found.parts) == (Money(10000, "EUR"), 1, 3)
    assert (found.due_on, found.is_part) == (TODAY + timedelta(days=5), True)


async def test_a_part_of_an_instalment_leaves_its_rest(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=5)
    await a_payment(core, invoice, 3333)

    assert (await asked(core, invoice)).amount == Money(6667, "EUR")


async def test_all_that_is_due_is_asked_for_together(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=0)
    await a_payment(core, invoice, 1000)

    found = await asked(core, invoice, day=7)

    assert (found.amount, found.position, found.due_on) == (Money(19000, "EUR"), 1, TODAY)


async def test_a_payment_ahead_of_time_moves_on_to_the_instalment_after(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=0)
    await a_payment(core, invoice, 15000)

    found = await asked(core, invoice)

    assert (found.amount, found.position) == (Money(5000, "EUR"), 2)


async def test_the_last_instalment_is_the_whole_balance(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(20000, "EUR"))
    await a_plan(core, invoice, (10000, 10000), first=0)
    await a_payment(core, invoice, 10000)

    found = await asked(core, invoice)

    assert (found.amount, found.is_part) == (Money(10000, "EUR"), False)


async def test_what_is_disputed_is_not_asked_for(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_dispute(core, invoice, 12000)

    found = await asked(core, invoice)

    assert (found.asked, found.disputed, found.is_part) == (Money(500, "EUR"), Money(12000, "EUR"), True)


async def test_who_disputes_everything_is_asked_for_nothing_and_may_pay_it(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_plan(core, invoice, (6000, 6500), first=0)
    await a_dispute(core, invoice, 12500)

    found = await asked(core, invoice)

    assert (found.asked, found.amount, found.position) == (Money(0, "EUR"), Money(12500, "EUR"), None)


async def test_of_a_settled_invoice_nothing_is_asked(core: Core) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)

    assert (await asked(core, invoice)).amount == Money(0, "EUR")
