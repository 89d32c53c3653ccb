"""While money is on its way nothing is agreed on about the same money, whatever page the payer still has open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.commitments.models import Plan, Promise
from domain.commitments.terms import Frequency, Schedule
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.pay_links import acts, orders, queries
from domain.pay_links.refusals import PaymentInReview, PaymentUnderWay
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_plan
from tests.domain.pay_links.payers import Visit, a_visit
from tests.portal.fake_gateway import Page

DOLLARS = Money(10_000, "USD")


async def debiting(core: Core, amount: Money = DOLLARS) -> tuple[Visit, Page]:
    """Let a bank debit over that much of a hundred dollars be under way."""
    visit = await a_visit(core, amount=DOLLARS)
    part = orders.Part(amount, visit.gateway.collectable("USD")) if amount != DOLLARS else None
    begun = await orders.start(core, secret=visit.secret, bank_debit=True, part=part)
    assert isinstance(begun, orders.ToPlace)
    await visit.gateway.open(begun.order)
    page = visit.gateway.latest
    visit.gateway.debit(page)
    await visit.hear(page)
    return visit, page


def terms(clock: StandingClock) -> Schedule:
    return Schedule(clock.now().date() + timedelta(days=5), 2, Frequency.MONTHLY)


async def test_what_is_on_its_way_cannot_be_promised_or_planned(core: Core, clock: StandingClock) -> None:
    visit, _ = await debiting(core)
    on = clock.now().date() + timedelta(days=3)

    with pytest.raises(PaymentUnderWay):
        await acts.promise(core, secret=visit.secret, amount=DOLLARS, on=on)
    with pytest.raises(PaymentUnderWay):
        await acts.promise(core, secret=visit.secret, amount=Money(1, "USD"), on=on)
    with pytest.raises(PaymentUnderWay):
        await acts.request_plan(core, secret=visit.secret, wanted=terms(clock), reason="season")

    assert await Promise.all().count() + await Plan.all().count() == 0
    assert not (await queries.page(core, secret=visit.secret)).may_commit


async def test_what_a_part_leaves_can_be_promised_to_the_cent(core: Core, clock: StandingClock) -> None:
    visit, _ = await debiting(core, Money(4_000, "USD"))
    on = clock.now().date() + timedelta(days=3)

    with pytest.raises(PaymentUnderWay):
        await acts.promise(core, secret=visit.secret, amount=Money(6_001, "USD"), on=on)
    with pytest.raises(PaymentUnderWay):
        await acts.request_plan(core, secret=visit.secret, wanted=terms(clock), reason="season")
    promised = await acts.promise(core, secret=visit.secret, amount=Money(6_000, "USD"), on=on)

    assert promised.amount == Money(6_000, "USD")
    with pytest.raises(PaymentUnderWay):
        await acts.promise(core, secret=visit.secret, amount=Money(6_001, "USD"), on=on, replaces=promised.promise_id)


async def test_an_offer_is_not_taken_while_all_of_it_is_on_its_way(core: Core) -> None:
    visit, page = await debiting(core)
    plan = await a_plan(core, await visit.invoice(), (5_000, 5_000), first=5, state="countered")
    stamp = f"{plan.id}@{plan.created_at.isoformat()}"

    with pytest.raises(PaymentUnderWay):
        await acts.accept_plan(core, secret=visit.secret, stamp=stamp)

    visit.gateway.bounce(page)
    await visit.hear(page)
    assert (await acts.accept_plan(core, secret=visit.secret, stamp=stamp)).covers == DOLLARS


async def test_nothing_is_agreed_on_while_a_person_looks_at_the_money(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    page.order = replace(page.order, amount=Money(1, "EUR"))
    await visit.hear(page)

    with pytest.raises(PaymentInReview):
        await acts.promise(core, secret=visit.secret, amount=Money(1, "EUR"), on=clock.now().date() + timedelta(days=3))
