"""One contract for every payment gateway: the fake of the tests, and the real adapter against the stand-in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
import pytest_asyncio

from domain.kernel.money import Money
from domain.kernel.ports import (
    CheckoutOrder,
    CheckoutStatus,
    GatewayRefused,
    Method,
    PaymentGateway,
    Reversal,
)
from tests.clocks import START, StandingClock
from tests.portal.fake_gateway import FakeGateway
from tests.portal.stripe_stand_in import StandIn, stripe_stand_in

DOLLARS = Money(9900, "USD")


class World(Protocol):
    """A gateway, and what payer, bank and merchant can do behind it."""

    gateway: PaymentGateway

    def pay(self, session_id: str) -> None: ...
    def decline(self, session_id: str, code: str) -> None: ...
    def debit(self, session_id: str) -> None: ...
    def settle(self, session_id: str) -> None: ...
    def fail(self, session_id: str, code: str) -> None: ...
    def refund(self, session_id: str, amount: Money) -> str: ...
    def dispute(self, session_id: str, amount: Money) -> str: ...
    def win(self, session_id: str, dispute_id: str) -> None: ...


class FakeWorld:
    """The fake."""

    def __init__(self) -> None:
        self.fake = FakeGateway()
        self.fake.now = START
        self.gateway: PaymentGateway = self.fake

    def pay(self, session_id: str) -> None:
        self.fake.pay(self.fake.pages[session_id])

    def decline(self, session_id: str, code: str) -> None:
        self.fake.decline(self.fake.pages[session_id], code)

    def debit(self, session_id: str) -> None:
        self.fake.debit(self.fake.pages[session_id])

    def settle(self, session_id: str) -> None:
        self.fake.pay(self.fake.pages[session_id], method="bank debit")

    def fail(self, session_id: str, code: str) -> None:
        self.fake.bounce(self.fake.pages[session_id], code)

    def refund(self, session_id: str, amount: Money) -> str:
        return self.fake.reverse(self.fake.pages[session_id], "refund", amount)

    def dispute(self, session_id: str, amount: Money) -> str:
        return self.fake.reverse(self.fake.pages[session_id], "chargeback", amount)

    def win(self, session_id: str, dispute_id: str) -> None:
        page = self.fake.pages[session_id]
        self.fake.reverse(page, "reinstated", page.order.amount, dispute_id)


class StripeWorldOfTests:
    """The real adapter, and the stand-in behind a socket."""

    def __init__(self, stand_in: StandIn) -> None:
        self.world = stand_in.world
        self.gateway: PaymentGateway = stand_in.gateway

    def pay(self, session_id: str) -> None:
        self.world.pay_by_card(session_id)

    def decline(self, session_id: str, code: str) -> None:
        self.world.decline(session_id, code=code)

    def debit(self, session_id: str) -> None:
        self.world.pay_by_bank(session_id)

    def settle(self, session_id: str) -> None:
        self.world.settle(session_id)

    def fail(self, session_id: str, code: str) -> None:
        self.world.fail(session_id, code=code)

    def refund(self, session_id: str, amount: Money) -> str:
        return str(self.world.refund(session_id, amount=amount.minor)["id"])

    def dispute(self, session_id: str, amount: Money) -> str:
        return str(self.world.dispute(session_id)["id"])

    def win(self, session_id: str, dispute_id: str) -> None:
        self.world.close_dispute(dispute_id, won=True)


@pytest_asyncio.fixture(params=["fake", "stripe"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    async with stripe_stand_in(tmp_path, StandingClock()) as stand_in:
        yield StripeWorldOfTests(stand_in)


def an_order(**also: Any) -> CheckoutOrder:
    order = CheckoutOrder(
        checkout_id=uuid4(),
        amount=DOLLARS,
        title="Invoice INV-1042",
        methods=(Method.CARD, Method.BANK_DEBIT),
        payer_email="anna@acme.example",
        locale="en",
        success_url="https://pay.northwind.example/i/return",
        cancel_url="https://pay.northwind.example/i",
        expires_at=START + timedelta(minutes=60),
        invoice_number="INV-1042",
    )
    return replace(order, **also)


async def test_an_order_opens_a_page_with_an_address(world: World) -> None:
    order = an_order()

    opened = await world.gateway.open(order)

    assert (opened.status, opened.amount, opened.checkout_id) == (CheckoutStatus.OPEN, DOLLARS, order.checkout_id)
    assert opened.url
    assert (opened.charge_id, opened.decline_code, opened.reversals) == (None, None, ())


async def test_the_same_order_is_the_same_page(world: World) -> None:
    order = an_order()

    assert (await world.gateway.open(order)).session_id == (await world.gateway.open(order)).session_id


async def test_another_order_under_the_same_number_is_refused(world: World) -> None:
    order = an_order()
    await world.gateway.open(order)

    with pytest.raises(GatewayRefused):
        await world.gateway.open(replace(order, amount=Money(9901, "USD")))


async def test_a_card_payment_is_paid_with_its_charge_and_its_words(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.pay(session)

    paid = await world.gateway.fetch(session)

    assert (paid.status, paid.method, paid.url) == (CheckoutStatus.PAID, "card ending 4242", None)
    assert paid.charge_id


async def test_a_decline_leaves_the_page_open_and_each_attempt_has_its_own_number(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.decline(session, "insufficient_funds")
    first = await world.gateway.fetch(session)
    world.decline(session, "lost_card")

    second = await world.gateway.fetch(session)

    assert [(each.status, each.decline_code) for each in (first, second)] == [
        (CheckoutStatus.OPEN, "insufficient_funds"),
        (CheckoutStatus.OPEN, "lost_card"),
    ]
    assert first.attempt_id
    assert second.attempt_id
    assert first.attempt_id != second.attempt_id


async def test_a_decline_is_forgotten_once_the_payer_has_paid(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.decline(session, "insufficient_funds")
    world.pay(session)

    paid = await world.gateway.fetch(session)

    assert (paid.status, paid.decline_code, paid.attempt_id) == (CheckoutStatus.PAID, None, None)


async def test_a_bank_debit_is_processing_and_then_paid(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.debit(session)
    processing = await world.gateway.fetch(session)
    world.settle(session)

    paid = await world.gateway.fetch(session)

    assert (processing.status, paid.status) == (CheckoutStatus.PROCESSING, CheckoutStatus.PAID)
    assert paid.method.startswith("bank debit")


async def test_a_bank_debit_that_comes_back_has_failed_with_its_code(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.debit(session)
    world.fail(session, "account_closed")

    failed = await world.gateway.fetch(session)

    assert (failed.status, failed.decline_code) == (CheckoutStatus.FAILED, "account_closed")


async def test_an_open_page_can_be_ended_and_ending_it_twice_is_the_same(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id

    ended = [await world.gateway.expire(session) for _ in range(2)]

    assert [(each.status, each.url) for each in ended] == [(CheckoutStatus.EXPIRED, None)] * 2


async def test_a_page_that_was_paid_cannot_be_ended_and_says_so(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.pay(session)

    assert (await world.gateway.expire(session)).status is CheckoutStatus.PAID


async def test_refunds_are_told_one_by_one(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.pay(session)
    ids = {world.refund(session, Money(minor, "USD")): minor for minor in (1000, 2000)}

    paid = await world.gateway.fetch(session)

    assert paid.status is CheckoutStatus.PAID
    assert set(paid.reversals) == {Reversal(each, "refund", Money(minor, "USD"), START) for each, minor in ids.items()}


async def test_a_dispute_takes_the_money_and_a_won_one_brings_it_back(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.pay(session)
    dispute = world.dispute(session, DOLLARS)
    taken = await world.gateway.fetch(session)
    world.win(session, dispute)

    won = await world.gateway.fetch(session)

    gone, back = (Reversal(dispute, kind, DOLLARS, START) for kind in ("chargeback", "reinstated"))
    assert taken.reversals == (gone,)
    assert won.reversals == (gone, back)


async def test_a_session_is_found_by_itself_and_by_its_charge(world: World) -> None:
    session = (await world.gateway.open(an_order())).session_id
    world.pay(session)
    charge = (await world.gateway.fetch(session)).charge_id
    assert charge

    assert await world.gateway.find(session) == session
    assert await world.gateway.find(charge) == session


async def test_an_unknown_session_is_refused(world: World) -> None:
    with pytest.raises(GatewayRefused):
        await world.gateway.fetch("cs_test_nobody")


async def test_an_amount_below_every_minimum_is_not_taken(world: World) -> None:
    collectable = world.gateway.collectable("USD")

    assert collectable is not None
    assert collectable.takes(DOLLARS)
    assert not collectable.takes(Money(1, "USD"))


async def test_the_page_says_which_ways_to_pay_it_offers(world: World) -> None:
    opened = await world.gateway.open(an_order())

    assert set(opened.methods) == {Method.CARD, Method.BANK_DEBIT}
    assert await world.gateway.offers_bank_debit()


async def test_nothing_is_known_of_a_warning_that_is_none_of_ours(world: World) -> None:
    if isinstance(world, FakeWorld):
        assert await world.gateway.alert("issfr_nobody") is None
        return
    with pytest.raises(GatewayRefused):
        await world.gateway.alert("issfr_nobody")
