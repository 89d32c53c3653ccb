"""Only the promised, disputed or planned cents pause, and the four parts always add up to the balance."""

from datetime import timedelta

from domain.commitments import pauses
from domain.commitments.pauses import Paused
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import (
    TODAY,
    a_dispute,
    a_payment,
    a_plan,
    a_promise,
    a_refund,
)


async def paused(core: Core, invoice: Invoice, *, day: int = 0) -> Paused:
    """Return what of the invoice is paused so many days after the test's first one."""
    return await pauses.of(core.database, invoice_id=invoice.id, today=TODAY + timedelta(days=day))


async def parts(core: Core, invoice: Invoice, *, day: int = 0) -> tuple[int, int, int, int]:
    """Return promised, disputed, planned and chaseable."""
    found = await paused(core, invoice, day=day)
    return found.promised.minor, found.disputed.minor, found.planned.minor, found.chaseable.minor


async def test_an_invoice_that_nobody_spoke_of_is_chaseable_whole(core: Core) -> None:
    invoice = await an_invoice(core)

    found = await paused(core, invoice)

    assert (found.chaseable, found.why, found.promise_until) == (Money(12500, "EUR"), "", None)


async def test_a_promise_pauses_its_part_through_its_grace_and_no_day_longer(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    await a_promise(core, invoice, 20000, days=3)

    assert await parts(core, invoice, day=5) == (20000, 0, 0, 30000)
    assert await parts(core, invoice, day=6) == (0, 0, 0, 50000)
    assert (await paused(core, invoice)).why == "a promise over 200.00 EUR runs until 15 Mar 2026"


async def test_money_that_came_since_fills_the_promise_and_pauses_no_longer(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    await a_promise(core, invoice, 20000, days=3)
    await a_payment(core, invoice, 5000)

    assert await parts(core, invoice) == (15000, 0, 0, 30000)


async def test_money_from_before_the_promise_does_not_count_for_it(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    await a_payment(core, invoice, 10000)
    clock.advance(minutes=1)
    await a_promise(core, invoice, 20000, days=3)

    assert await parts(core, invoice) == (20000, 0, 0, 20000)


async def test_money_that_went_back_is_promised_again(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    await a_promise(core, invoice, 20000, days=3)
    payment = await a_payment(core, invoice, 20000)
    await a_refund(core, invoice, payment.payment_id, 15000)

    assert await parts(core, invoice) == (15000, 0, 0, 30000)


async def test_an_older_payment_that_goes_back_takes_nothing_from_a_newer_promise(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    old = await a_payment(core, invoice, 10000)
    clock.advance(minutes=1)
    await a_promise(core, invoice, 20000, days=3)
    await a_payment(core, invoice, 20000)

    await a_refund(core, invoice, old.payment_id, 10000)

    assert await parts(core, invoice) == (0, 0, 0, 30000)


async def test_of_two_promises_the_earlier_day_is_filled_first_and_no_cent_twice(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    late = await a_promise(core, invoice, 20000, days=9)
    early = await a_promise(core, invoice, 10000, days=2)
    await a_payment(core, invoice, 15000)

    rows = await core.database.rows(f"SELECT each.* FROM invoice i CROSS JOIN LATERAL {pauses.received('i.id')} each")

    assert {row["id"]: row["received_minor"] for row in rows} == {early.id: 10000, late.id: 5000}


async def test_a_newer_promise_leaves_the_older_money_to_an_older_one(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    old = await a_promise(core, invoice, 10000, days=9)
    await a_payment(core, invoice, 8000)
    clock.advance(minutes=1)
    new = await a_promise(core, invoice, 10000, days=2)
    await a_payment(core, invoice, 9000)

    rows = await core.database.rows(f"SELECT each.* FROM invoice i CROSS JOIN LATERAL {pauses.received('i.id')} each")

    assert {row["id"]: row["received_minor"] for row in rows} == {new.id: 9000, old.id: 8000}


async def test_only_the_disputed_part_pauses_and_a_test_dispute_none(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    other = await an_invoice(core, "INV-2", email="bo@other.example")
    await a_dispute(core, invoice, 12000)
    await a_dispute(core, other, 100, is_test=True)

    assert await parts(core, invoice) == (0, 12000, 0, 38000)
    assert (await paused(core, invoice)).why == "120.00 EUR is disputed"
    assert await parts(core, other) == (0, 0, 0, 12500)


async def test_a_plan_on_schedule_pauses_all_and_a_missed_instalment_nothing(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=3)

    assert await parts(core, invoice, day=5) == (0, 0, 30000, 0)
    assert await parts(core, invoice, day=6) == (0, 0, 0, 30000)
    assert (await paused(core, invoice, day=6)).plan_missed
    await a_payment(core, invoice, 10000)
    assert await parts(core, invoice, day=6) == (0, 0, 20000, 0)


async def test_what_reopened_beyond_the_plan_is_not_covered_by_it(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    payment = await a_payment(core, invoice, 5000)
    await a_plan(core, invoice, (10000, 15000), first=3)

    await a_refund(core, invoice, payment.payment_id, 2000)

    assert await parts(core, invoice) == (0, 0, 25000, 2000)


async def test_a_wholly_disputed_plan_misses_nothing(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 10000, 10000), first=-10)
    await a_dispute(core, invoice, 30000)

    assert not (await paused(core, invoice)).plan_missed
    assert await parts(core, invoice) == (0, 30000, 0, 0)
