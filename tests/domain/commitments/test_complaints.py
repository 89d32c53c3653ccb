"""What people complain of in other tools about promises, part payments and plans, by its number in our collection."""

from datetime import timedelta

from domain.commitments import judging, pauses, payable, plans, promises
from domain.commitments.models import Plan, Promise
from domain.commitments.parties import Source
from domain.commitments.terms import Frequency, Schedule
from domain.deliverability.models import MailingItem
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from domain.outreach import planner
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import TODAY, a_dispute, a_payment
from tests.domain.commitments.people import BEN, CARL, MIA, payer_of
from tests.domain.outreach.stage import enrolment, leave
from tests.domain.pay_links.payers import told


async def chaseable(core: Core, invoice: Invoice, clock: StandingClock) -> Money:
    """Return what may be asked for now."""
    found = await pauses.of(core.database, invoice_id=invoice.id, today=clock.now().date())
    return found.chaseable


async def letters(invoice: Invoice) -> list[str]:
    """Return the letters that were planned for the invoice, in their order."""
    items = await MailingItem.filter(invoice_id=invoice.id, state="included").order_by("created_at")
    return [each.letter for each in items]


async def test_complaint_7_a_promise_pauses_by_itself_until_its_date_plus_grace(
    core: Core, clock: StandingClock
) -> None:
    """Nobody ticks a box, the payer's own promise counts, and a broken one resumes without anybody's doing."""
    invoice = await an_invoice(core)
    await promises.make(
        core,
        invoice_number="INV-1042",
        amount=invoice.balance,
        on=TODAY + timedelta(days=5),
        actor=await payer_of(invoice),
        source=Source.PORTAL,
    )

    assert await planner.plan(core) == 0
    assert (await enrolment(invoice)).held == "a promise over 125.00 EUR runs until 17 Mar 2026"
    clock.advance(days=7)
    await judging.judge_commitments(core)
    assert await planner.plan(core) == 0
    clock.advance(days=1)
    await judging.judge_commitments(core)

    assert await planner.plan(core) == 1
    assert len(await told(core, "promise.broken")) == 1


async def test_complaint_7_a_promise_over_a_part_pauses_just_that_part(core: Core, clock: StandingClock) -> None:
    """The rest is asked for meanwhile; the promise is kept by money, at once."""
    invoice = await an_invoice(core)
    made = await promises.make(
        core,
        invoice_number="INV-1042",
        amount=Money(5000, "EUR"),
        on=TODAY + timedelta(days=5),
        actor=BEN,
        source=Source.OPERATOR,
    )

    assert await chaseable(core, invoice, clock) == Money(7500, "EUR")
    assert await planner.plan(core) == 1
    await a_payment(core, invoice, 5000)
    await judging.judge_commitments(core)

    assert (await Promise.get(id=made.promise_id)).state == "kept"
    assert await chaseable(core, invoice, clock) == Money(7500, "EUR")


async def test_complaint_9_a_part_payment_is_taken_off_whatever_is_asked_for(core: Core, clock: StandingClock) -> None:
    """Part payments, part disputes and part promises meet on one invoice, and every figure is of the open balance."""
    invoice = await an_invoice(core, amount=Money(100000, "EUR"))
    await a_payment(core, invoice, 33333)
    clock.advance(minutes=1)
    await a_dispute(core, invoice, 10001)
    await promises.make(
        core,
        invoice_number="INV-1042",
        amount=Money(20002, "EUR"),
        on=TODAY + timedelta(days=5),
        actor=BEN,
        source=Source.OPERATOR,
    )
    assert await chaseable(core, invoice, clock) == Money(100000 - 33333 - 10001 - 20002, "EUR")
    await a_payment(core, invoice, 20001)
    await judging.judge_commitments(core)

    found = await pauses.of(core.database, invoice_id=invoice.id, today=clock.now().date())

    assert (found.promised, found.disputed) == (Money(1, "EUR"), Money(10001, "EUR"))
    assert found.promised + found.disputed + found.planned + found.chaseable == found.balance
    asked = await payable.of(core.database, invoice_id=invoice.id, today=clock.now().date())
    assert asked.asked == Money(100000 - 33333 - 10001 - 20001, "EUR")


async def test_complaint_19_instalments_are_chased_by_their_own_days_and_not_by_the_invoices(
    core: Core, clock: StandingClock
) -> None:
    """The invoice is a week overdue; under a plan it is asked for by instalment, before each day and after a miss."""
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await plans.request(
        core,
        invoice_number="INV-1042",
        wanted=Schedule(TODAY + timedelta(days=6), 3, Frequency.MONTHLY),
        reason="a slow season",
        actor=await payer_of(invoice),
        source=Source.PORTAL,
    )
    await plans.approve(core, invoice_number="INV-1042", actor=MIA)

    assert await planner.plan(core) == 0
    clock.advance(days=3)
    assert await planner.plan(core) == 1
    await leave(core)
    assert await letters(invoice) == ["instalment-due"]
    asked = await payable.of(core.database, invoice_id=invoice.id, today=clock.now().date())
    assert (asked.amount, asked.position) == (Money(10000, "EUR"), 1)
    await a_payment(core, invoice, 10000)
    clock.advance(days=20)
    await judging.judge_commitments(core)
    assert await planner.plan(core) == 0
    clock.advance(days=20)

    await judging.judge_commitments(core)
    await planner.plan(core)

    missed = await told(core, "instalment.missed")
    assert [(each["position"], each["due_on"]) for each in missed] == [(2, "2026-04-16")]
    assert "plan-missed" in await letters(invoice)
    assert await chaseable(core, invoice, clock) == Money(20000, "EUR")


async def test_complaint_19_a_plan_kept_to_the_end_is_never_chased_by_the_cadence(
    core: Core, clock: StandingClock
) -> None:
    """Every instalment is paid within its grace: only instalments are asked for, and the plan completes by itself."""
    invoice = await an_invoice(core, amount=Money(10000, "JPY"))
    asked = await plans.request(
        core,
        invoice_number="INV-1042",
        wanted=Schedule(TODAY + timedelta(days=1), 3, Frequency.BIWEEKLY),
        reason="a slow season",
        actor=await payer_of(invoice),
        source=Source.PORTAL,
    )
    assert [each.amount.minor for each in asked.terms] == [3333, 3333, 3334]
    await plans.approve(core, invoice_number="INV-1042", actor=CARL)

    for day in range(40):
        clock.advance(days=1)
        await judging.judge_commitments(core)
        await planner.plan(core)
        await leave(core)
        if day % 14 == 2:  # two days late, within the grace
            unpaid = await payable.of(core.database, invoice_id=invoice.id, today=clock.now().date())
            await a_payment(core, invoice, unpaid.amount.minor)
    await judging.judge_commitments(core)

    assert set(await letters(invoice)) == {"instalment-due"}
    assert (await Plan.get(id=asked.plan_id)).state == "completed"
    assert (await Invoice.get(id=invoice.id)).state == "settled"
