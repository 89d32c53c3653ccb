"""The real gateway against the stand-in: what is sent, what happens on a bad wire, and Stripe's odd corners."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import stripe

from domain.kernel.money import Money
from domain.kernel.ports import CheckoutStatus, GatewayRefused, GatewayUnavailable, Known, Method
from portal import stripe_amounts
from portal.stripe_gateway import StripeGateway
from sandbox.stripe_faults import Fault
from tests.clocks import START, StandingClock
from tests.portal.stripe_stand_in import StandIn, stripe_stand_in
from tests.portal.test_gateway_contract import an_order


@pytest_asyncio.fixture
async def stand_in(tmp_path: Path, clock: StandingClock) -> AsyncIterator[StandIn]:
    async with stripe_stand_in(tmp_path, clock) as each:
        yield each


async def test_the_session_carries_our_number_and_nothing_that_stays_at_stripe(stand_in: StandIn) -> None:
    order = an_order(methods=(Method.CARD,), amount=Money(9900, "EUR"))

    opened = await stand_in.gateway.open(order)

    session = stand_in.world.session(opened.session_id)
    assert session["client_reference_id"] == str(order.checkout_id)
    assert session["metadata"]["checkout_id"] == str(order.checkout_id)
    assert (session["amount_total"], session["currency"]) == (9900, "eur")
    assert session["customer"] is None
    assert session["payment_method_types"] == ["card"]
    assert session["expires_at"] == int(order.expires_at.timestamp())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("de", "de"), ("de_CH", "de"), ("en_GB", "en-GB"), ("pt_BR", "pt-BR"), ("xx", "auto"), ("", "auto")],
)
async def test_stripes_page_speaks_the_payers_language_where_it_can(stand_in: StandIn, ours: str, theirs: str) -> None:
    opened = await stand_in.gateway.open(an_order(locale=ours))

    assert stand_in.world.session(opened.session_id)["locale"] == theirs


@pytest.mark.parametrize("fault", [Fault.FAILS_BEFORE, Fault.FAILS_AFTER, Fault.LOCK_TIMEOUT, Fault.HANGS_UP])
async def test_a_stumble_is_tried_again_and_stays_one_session(stand_in: StandIn, fault: Fault) -> None:
    stand_in.world.faults.plan(fault)

    opened = await stand_in.gateway.open(an_order())

    assert opened.status is CheckoutStatus.OPEN
    assert len(stand_in.world.sessions()) == 1


async def test_too_many_requests_means_come_again(stand_in: StandIn) -> None:
    stand_in.world.faults.plan(Fault.RATE_LIMITED)

    with pytest.raises(GatewayUnavailable):
        await stand_in.gateway.open(an_order())


async def test_an_object_is_known_by_its_id_with_the_money_that_it_moved(stand_in: StandIn) -> None:
    world, gateway = stand_in.world, stand_in.gateway
    session = (await gateway.open(an_order())).session_id
    world.pay_by_card(session)
    refund = world.refund(session, amount=900)
    dispute = world.dispute(session)
    charge = world.charge_id(session)

    known = [await gateway.known(each) for each in (charge, refund["id"], dispute["id"])]

    assert [[(each.kind, each.object_id) for each in one.movements] for one in known if one] == [
        [("payment", charge)],
        [("refund", refund["id"])],
        [("chargeback", dispute["id"])],
    ]


async def test_a_debit_that_failed_is_known_with_its_status_and_no_money(stand_in: StandIn) -> None:
    session = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.pay_by_bank(session)
    stand_in.world.fail(session)

    known = await stand_in.gateway.known(stand_in.world.charge_id(session))

    assert known == Known("failed", ())


@pytest.mark.parametrize("object_id", ["ch_nobody", "py_nobody", "re_nobody", "du_nobody", "bank:1", ""])
async def test_an_id_that_stripe_never_gave_is_not_known(stand_in: StandIn, object_id: str) -> None:
    assert await stand_in.gateway.known(object_id) is None


async def test_whether_an_id_is_known_is_not_guessed_without_an_answer(stand_in: StandIn) -> None:
    stand_in.world.faults.plan(Fault.RATE_LIMITED)

    with pytest.raises(GatewayUnavailable):
        await stand_in.gateway.known("ch_nobody")


async def test_an_order_whose_answer_was_lost_is_the_same_session_later(stand_in: StandIn) -> None:
    order = an_order()
    stand_in.world.faults.plan(Fault.FAILS_AFTER, times=3)
    with pytest.raises(GatewayUnavailable):
        await stand_in.gateway.open(order)

    again = await stand_in.gateway.open(order)

    assert [each["id"] for each in stand_in.world.sessions()] == [again.session_id]


async def test_a_failure_that_stripe_keeps_under_the_key_is_left_behind_by_a_new_order(stand_in: StandIn) -> None:
    stand_in.world.faults.plan(Fault.FAILS_FOR_GOOD)
    order = an_order()
    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            await stand_in.gateway.open(order)

    assert (await stand_in.gateway.open(an_order())).status is CheckoutStatus.OPEN


async def test_a_wire_that_leads_nowhere_means_come_again() -> None:
    gateway = StripeGateway(api_key="sk_test_wrong", api_base="http://127.0.0.1:9")
    try:
        with pytest.raises(GatewayUnavailable):
            await gateway.fetch("cs_1")
    finally:
        await gateway.close()


async def test_a_revoked_key_is_refused(tmp_path: Path, clock: StandingClock) -> None:
    async with stripe_stand_in(tmp_path, clock) as stand_in:
        stand_in.world.api._api_key = "sk_test_another"

        with pytest.raises(GatewayRefused, match="AuthenticationError"):
            await stand_in.gateway.open(an_order())


async def test_an_order_that_would_close_too_soon_is_refused(stand_in: StandIn) -> None:
    with pytest.raises(GatewayRefused):
        await stand_in.gateway.open(an_order(expires_at=START + timedelta(minutes=5)))


async def test_an_amount_that_stripe_cannot_collect_is_refused_without_a_call(stand_in: StandIn) -> None:
    with pytest.raises(GatewayRefused):
        await stand_in.gateway.open(an_order(amount=Money(1, "USD")))

    assert stand_in.world.sessions() == []


@pytest.mark.parametrize("amount", [Money(500, "JPY"), Money(123400, "KWD"), Money(12345, "ISK"), Money(20000, "HUF")])
async def test_odd_currencies_come_back_as_they_went(stand_in: StandIn, amount: Money) -> None:
    opened = await stand_in.gateway.open(an_order(amount=amount, methods=(Method.CARD,)))

    assert (await stand_in.gateway.fetch(opened.session_id)).amount == amount


async def test_a_refund_that_the_bank_sends_back_is_reinstated(stand_in: StandIn) -> None:
    session = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.pay_by_bank(session)
    stand_in.world.settle(session)
    refund = stand_in.world.refund(session)
    pending = await stand_in.gateway.fetch(session)
    stand_in.world.finish_refund(refund["id"], succeeded=False)

    back = await stand_in.gateway.fetch(session)

    assert pending.reversals == ()
    assert [(each.object_id, each.kind) for each in back.reversals] == [(refund["id"], "reinstated")]


async def test_a_bank_debit_that_comes_back_after_it_settled_is_a_chargeback(stand_in: StandIn) -> None:
    session = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.pay_by_bank(session)
    stand_in.world.settle(session)
    stand_in.world.late_return(session)

    assert [each.kind for each in (await stand_in.gateway.fetch(session)).reversals] == ["chargeback"]


async def test_more_refunds_than_come_with_the_charge_are_all_read(stand_in: StandIn) -> None:
    session = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.pay_by_card(session)
    for _ in range(12):
        stand_in.world.refund(session, amount=100)

    assert len((await stand_in.gateway.fetch(session)).reversals) == 12


async def test_every_object_leads_to_its_session(stand_in: StandIn) -> None:
    session = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.pay_by_card(session)
    refund = stand_in.world.refund(session, amount=100)
    dispute = stand_in.world.dispute(session)
    intent = stand_in.world.session(session)["payment_intent"]

    found = [await stand_in.gateway.find(each) for each in (session, intent, refund["id"], dispute["id"])]

    assert found == [session] * 4
    assert await stand_in.gateway.find("cus_1") is None


async def test_the_list_of_events_means_the_same_as_a_webhook(stand_in: StandIn) -> None:
    first = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.pay_by_card(first)
    second = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.expire(second)

    news = [each async for page in stand_in.gateway.news(START - timedelta(hours=1)) for each in page]

    of_sessions = [(each.kind, each.object_id) for each in news if each.object_id.startswith("cs_")]
    assert set(of_sessions) == {("checkout.session.completed", first), ("checkout.session.expired", second)}
    assert all(each.event_id.startswith("evt_") and each.body.startswith(b"{") for each in news)


async def test_the_sdk_neither_phones_home_nor_waits_for_ever(stand_in: StandIn) -> None:
    assert stripe.enable_telemetry is False
    async with asyncio.timeout(20):
        await stand_in.gateway.open(replace(an_order(), title="x" * 10_000, invoice_number="y" * 10_000))


async def test_the_lists_of_money_say_what_moved_page_by_page(stand_in: StandIn) -> None:
    order = an_order()
    session = (await stand_in.gateway.open(order)).session_id
    stand_in.world.decline(session)
    stand_in.world.pay_by_card(session)
    charge = stand_in.world.charge_id(session)
    refund = stand_in.world.refund(session, amount=100)
    for each in range(150):
        stand_in.world.pay_elsewhere(amount=1_000 + each, description="Shop")

    first = await stand_in.gateway.movements("payments", since=START - timedelta(days=1), after=None)
    second = await stand_in.gateway.movements("payments", since=START - timedelta(days=1), after=first.after)
    refunds = await stand_in.gateway.movements("refunds", since=START - timedelta(days=1), after=None)

    assert (len(first.movements), len(second.movements), second.after) == (100, 51, None)
    ours = second.movements[-1]
    assert (ours.object_id, ours.checkout_id, ours.kind) == (charge, order.checkout_id, "payment")
    assert [(each.object_id, each.charge_id, each.kind) for each in refunds.movements] == [
        (refund["id"], charge, "refund")
    ]


async def test_a_dispute_in_the_list_moves_money_by_its_status_and_an_inquiry_moves_none(stand_in: StandIn) -> None:
    sessions = [(await stand_in.gateway.open(an_order())).session_id for _ in range(2)]
    for session in sessions:
        stand_in.world.pay_by_card(session)
    stand_in.world.inquire(sessions[0])
    dispute = stand_in.world.dispute(sessions[1])
    stand_in.world.close_dispute(dispute["id"], won=True)

    page = await stand_in.gateway.movements("disputes", since=START - timedelta(days=1), after=None)

    assert [(each.object_id, each.kind) for each in page.movements] == [
        (dispute["id"], "chargeback"),
        (dispute["id"], "reinstated"),
    ]


async def test_a_warning_leads_to_its_session(stand_in: StandIn) -> None:
    session = (await stand_in.gateway.open(an_order())).session_id
    stand_in.world.pay_by_card(session)
    warning = stand_in.world.warn_of_fraud(session)

    found = await stand_in.gateway.alert(warning["id"])

    assert found is not None
    assert (found[0], found[1].kind, found[1].object_id) == (session, "early fraud warning", warning["id"])


async def test_an_account_without_ach_says_so(stand_in: StandIn) -> None:
    stand_in.world.offer_bank_debit(on=False)

    opened = await stand_in.gateway.open(an_order())

    assert opened.methods == (Method.CARD,)
    assert await stand_in.gateway.offers_bank_debit() is False


@pytest.mark.parametrize(
    ("currency", "least", "step"),
    [("USD", 50, 1), ("JPY", 50, 1), ("KWD", 10, 10), ("ISK", 1, 1), ("HUF", 17_500, 1), ("MGA", 100, 100)],
)
def test_what_can_be_collected_is_said_in_our_own_units(currency: str, least: int, step: int) -> None:
    found = stripe_amounts.collectable(currency)

    assert found is not None
    assert (found.least.minor, found.step.minor) == (least, step)
    assert found.takes(found.least)
    assert stripe_amounts.units(found.least) is not None
    assert stripe_amounts.units(found.most) is not None
