"""A plan is asked for, countered, approved by the right people on today's balance, and ended by a person."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.commitments import instalments, pauses, plan_queries, plans
from domain.commitments.events import PlanRequested
from domain.commitments.models import Plan, PlanInstalment, Promise
from domain.commitments.parties import Source
from domain.commitments.refusals import (
    NotTheirs,
    PlanExists,
    PlanNotFound,
    PlanOutdated,
    PlanUnsound,
    ReasonMissing,
)
from domain.commitments.terms import Frequency, Schedule
from domain.kernel import references
from domain.kernel.actor import SHELL, Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import MoveRefused, NotAllowed, StaleRecord
from domain.ledger.models import Invoice
from domain.ledger.refusals import NothingToPay
from domain.people.refusals import OwnWork
from tests.builders import an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import TODAY, a_payment, a_promise
from tests.domain.commitments.people import BEN, CARL, MIA, VERA, payer_of, stranger
from tests.domain.pay_links.payers import queued

THREE_MONTHS = Schedule(TODAY + timedelta(days=5), 3, Frequency.MONTHLY)


async def requested(core: Core, *, actor: Actor = BEN, wanted: Schedule = THREE_MONTHS) -> PlanRequested:
    """Ask for a plan on INV-1042."""
    return await plans.request(
        core,
        invoice_number="INV-1042",
        wanted=wanted,
        reason="a slow season",
        actor=actor,
        source=Source.PORTAL,
    )


async def state(core: Core) -> str:
    view = await plan_queries.of_invoice(core, invoice_id=(await Invoice.get(number="INV-1042")).id)
    assert view is not None
    return view.state.value


async def test_a_payer_asks_and_nothing_pauses_before_somebody_approves(core: Core) -> None:
    invoice = await an_invoice(core)

    asked = await requested(core, actor=await payer_of(invoice))

    assert [str(each.amount) for each in asked.terms] == ["41.66 EUR", "41.67 EUR", "41.67 EUR"]
    assert not asked.needs_controller
    assert (await pauses.of(core.database, invoice_id=invoice.id, today=TODAY)).planned == Money(0, "EUR")


async def test_only_the_invoices_own_payer_or_an_operator_asks(core: Core) -> None:
    await an_invoice(core)

    with pytest.raises(NotTheirs):
        await requested(core, actor=stranger())
    with pytest.raises(NotAllowed):
        await requested(core, actor=VERA)


async def test_a_plan_needs_a_reason_and_something_to_pay(core: Core) -> None:
    invoice = await an_invoice(core)
    with pytest.raises(ReasonMissing):
        await plans.request(
            core, invoice_number="INV-1042", wanted=THREE_MONTHS, reason=" ", actor=BEN, source=Source.OPERATOR
        )
    await paid(core, invoice)

    with pytest.raises(NothingToPay):
        await requested(core)

    assert await Plan.all().count() == 0


async def test_a_double_click_is_one_request(core: Core) -> None:
    await an_invoice(core)

    outcomes = await asyncio.gather(requested(core), requested(core), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["PlanExists", "PlanRequested"]


async def test_an_approved_plan_pauses_the_balance_and_takes_up_running_promises(core: Core) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 5000, days=3)
    await requested(core)

    approved = await plans.approve(core, invoice_number="INV-1042", actor=MIA)

    assert approved.told() == (
        "Plan approved: 125.00 EUR in 3 instalments from 15 Mar 2026 to 15 May 2026"
        f" ({references.plan(approved.plan_id)}); reminders follow the instalments"
    )
    found = await pauses.of(core.database, invoice_id=invoice.id, today=TODAY)
    assert (found.planned, found.chaseable) == (Money(12500, "EUR"), Money(0, "EUR"))
    assert found.why == "a plan over 125.00 EUR runs on schedule"
    assert (await Promise.get(id=promise.id)).state == "replaced"
    assert await queued(core, "write_letter") == 1


async def test_an_operator_approves_nothing_and_nobody_their_own(core: Core) -> None:
    await an_invoice(core)
    await requested(core, actor=MIA)

    with pytest.raises(NotAllowed):
        await plans.approve(core, invoice_number="INV-1042", actor=BEN)
    with pytest.raises(OwnWork):
        await plans.approve(core, invoice_number="INV-1042", actor=MIA)
    await plans.approve(core, invoice_number="INV-1042", actor=CARL)

    assert await state(core) == "running"


async def test_a_merchant_of_one_approves_alone_where_no_second_person_is_asked_for(core: Core) -> None:
    core = replace(core, limits=replace(core.limits, second_person=False))
    await an_invoice(core)
    await requested(core, actor=SHELL)

    await plans.approve(core, invoice_number="INV-1042", actor=SHELL)

    assert await state(core) == "running"


@pytest.mark.parametrize(
    ("amount", "wanted"),
    [
        (Money(5_000_001, "EUR"), THREE_MONTHS),
        (Money(100, "JPY"), THREE_MONTHS),  # no rate is stated, so nobody knows that it is small
        (Money(12500, "EUR"), replace(THREE_MONTHS, count=13)),
    ],
)
async def test_a_large_or_long_plan_is_for_a_controller(core: Core, amount: Money, wanted: Schedule) -> None:
    await an_invoice(core, amount=amount)
    asked = await requested(core, wanted=wanted)

    assert asked.needs_controller
    with pytest.raises(NotAllowed):
        await plans.approve(core, invoice_number="INV-1042", actor=MIA)
    await plans.approve(core, invoice_number="INV-1042", actor=CARL)

    assert await state(core) == "running"


async def test_twelve_months_and_just_the_limit_are_the_managers_to_approve(core: Core) -> None:
    await an_invoice(core, amount=Money(5_000_000, "EUR"))
    await requested(core, wanted=Schedule(TODAY, 13, Frequency.MONTHLY))

    await plans.approve(core, invoice_number="INV-1042", actor=MIA)

    assert await state(core) == "running"


async def test_a_balance_that_changed_makes_a_request_outdated(core: Core) -> None:
    invoice = await an_invoice(core)
    await requested(core)
    await a_payment(core, invoice, 100)

    with pytest.raises(PlanOutdated):
        await plans.approve(core, invoice_number="INV-1042", actor=MIA)

    assert await state(core) == "requested"


async def test_a_first_day_that_passed_while_it_waited_is_not_approved(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    await requested(core)
    clock.advance(days=6)

    with pytest.raises(PlanUnsound):
        await plans.approve(core, invoice_number="INV-1042", actor=MIA)


async def test_an_offer_of_other_terms_holds_once_the_payer_accepts(core: Core) -> None:
    invoice = await an_invoice(core)
    payer = await payer_of(invoice)
    await requested(core, actor=payer)
    await a_payment(core, invoice, 500)
    offered = await plans.counter(
        core,
        invoice_number="INV-1042",
        wanted=Schedule(TODAY, 2, Frequency.BIWEEKLY),
        actor=MIA,
        note="sooner, please",
    )
    assert [str(each.amount) for each in offered.terms] == ["60.00 EUR", "60.00 EUR"]

    accepted = await plans.accept(core, invoice_number="INV-1042", actor=payer)

    assert accepted.accepted
    assert accepted.covers == Money(12000, "EUR")
    assert await PlanInstalment.all().count() == 2
    assert await state(core) == "running"


async def test_who_made_the_offer_does_not_accept_it_in_the_payers_name(core: Core) -> None:
    invoice = await an_invoice(core)
    await requested(core, actor=await payer_of(invoice))
    await plans.counter(core, invoice_number="INV-1042", wanted=THREE_MONTHS, actor=MIA)

    with pytest.raises(OwnWork):
        await plans.accept(core, invoice_number="INV-1042", actor=MIA)
    await plans.accept(core, invoice_number="INV-1042", actor=BEN)

    assert await state(core) == "running"


async def test_a_large_offer_is_not_a_managers_to_make(core: Core) -> None:
    await an_invoice(core, amount=Money(5_000_001, "EUR"))
    await requested(core)

    with pytest.raises(NotAllowed):
        await plans.counter(core, invoice_number="INV-1042", wanted=THREE_MONTHS, actor=MIA)


async def test_an_offer_is_not_approved_and_a_request_not_accepted(core: Core) -> None:
    invoice = await an_invoice(core)
    payer = await payer_of(invoice)
    await requested(core, actor=payer)
    with pytest.raises(MoveRefused):
        await plans.accept(core, invoice_number="INV-1042", actor=payer)
    await plans.counter(core, invoice_number="INV-1042", wanted=THREE_MONTHS, actor=MIA)

    with pytest.raises(MoveRefused):
        await plans.approve(core, invoice_number="INV-1042", actor=CARL)


async def test_terms_that_changed_since_they_were_shown_are_not_taken(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    payer = await payer_of(invoice)
    await requested(core, actor=payer)
    await plans.counter(core, invoice_number="INV-1042", wanted=THREE_MONTHS, actor=MIA)
    shown = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert shown is not None
    clock.advance(minutes=1)
    await plans.counter(core, invoice_number="INV-1042", wanted=Schedule(TODAY, 2, Frequency.WEEKLY), actor=MIA)

    with pytest.raises(StaleRecord):
        await plans.accept(core, invoice_number="INV-1042", actor=payer, stamp=shown.stamp)
    fresh = await plan_queries.of_invoice(core, invoice_id=invoice.id)
    assert fresh is not None
    await plans.accept(core, invoice_number="INV-1042", actor=payer, stamp=fresh.stamp)

    assert await state(core) == "running"


async def test_a_rejected_plan_tells_the_payer_why(core: Core) -> None:
    await an_invoice(core)
    await requested(core)

    rejected = await plans.reject(core, invoice_number="INV-1042", reason="too long", actor=MIA)

    assert rejected.told() == f"Plan rejected: too long ({references.plan(rejected.plan_id)})"
    assert await queued(core, "write_letter") == 1
    with pytest.raises(PlanNotFound):
        await plans.reject(core, invoice_number="INV-1042", reason="again", actor=MIA)


async def test_a_payer_takes_back_a_request_but_not_a_running_plan(core: Core) -> None:
    invoice = await an_invoice(core)
    payer = await payer_of(invoice)
    await requested(core, actor=payer)
    await plans.cancel(core, invoice_number="INV-1042", reason="found the money", actor=payer)
    await requested(core, actor=payer)
    await plans.approve(core, invoice_number="INV-1042", actor=MIA)

    with pytest.raises(NotAllowed):
        await plans.cancel(core, invoice_number="INV-1042", reason="x", actor=payer)
    with pytest.raises(NotAllowed):
        await plans.cancel(core, invoice_number="INV-1042", reason="x", actor=BEN)
    await plans.cancel(core, invoice_number="INV-1042", reason="agreed by phone", actor=MIA)

    assert (await pauses.of(core.database, invoice_id=invoice.id, today=TODAY)).chaseable == invoice.balance


async def test_a_strangers_hand_is_off_the_plan(core: Core) -> None:
    invoice = await an_invoice(core)
    other = await an_invoice(core, "INV-2", email="bo@other.example")
    await requested(core, actor=await payer_of(invoice))
    await plans.counter(core, invoice_number="INV-1042", wanted=THREE_MONTHS, actor=MIA)

    with pytest.raises(NotTheirs):
        await plans.accept(core, invoice_number="INV-1042", actor=await payer_of(other))
    with pytest.raises(NotTheirs):
        await plans.cancel(core, invoice_number="INV-1042", reason="x", actor=await payer_of(other))
    with pytest.raises(NotAllowed):
        await plans.approve(core, invoice_number="INV-1042", actor=await payer_of(invoice))


async def test_a_person_gives_a_plan_up_and_the_whole_balance_is_due(core: Core) -> None:
    invoice = await an_invoice(core)
    await requested(core)
    await plans.approve(core, invoice_number="INV-1042", actor=MIA)

    gone = await plans.default(core, invoice_number="INV-1042", reason="insolvent", actor=MIA)

    assert gone.balance == Money(12500, "EUR")
    assert await queued(core, "resume_reminders") == 1
    assert (await pauses.of(core.database, invoice_id=invoice.id, today=TODAY)).chaseable == invoice.balance


async def test_after_a_plan_ended_another_may_begin(core: Core) -> None:
    await an_invoice(core)
    await requested(core)
    with pytest.raises(PlanExists):
        await requested(core)
    await plans.reject(core, invoice_number="INV-1042", reason="no", actor=MIA)

    await requested(core)

    assert await Plan.all().count() == 2


async def test_a_plan_is_shown_with_what_of_each_instalment_is_paid(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await requested(core)
    await plans.approve(core, invoice_number="INV-1042", actor=MIA)
    await a_payment(core, invoice, 12000)
    clock.advance(days=1)

    view = await plan_queries.of_invoice(core, invoice_id=invoice.id)

    assert view is not None
    assert [(each.unpaid.minor, each.missed) for each in view.instalments] == [
        (0, False),
        (8000, False),
        (10000, False),
    ]
    assert (view.paid, view.reason, view.made_by) == (Money(12000, "EUR"), "a slow season", "Ben")
    standings = await instalments.of_plan(core.database, plan_id=view.plan_id, today=TODAY)
    assert standings == view.instalments


async def test_requests_wait_in_one_list_the_oldest_first(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    await an_invoice(core, "INV-2", email="bo@other.example", amount=Money(9_000_000, "EUR"))
    await requested(core)
    clock.advance(minutes=1)
    await plans.request(
        core, invoice_number="INV-2", wanted=THREE_MONTHS, reason="large", actor=BEN, source=Source.MAIL
    )

    waiting = await plan_queries.waiting(core)

    assert [(each.invoice_number, each.needs_controller) for each in waiting] == [("INV-1042", False), ("INV-2", True)]
