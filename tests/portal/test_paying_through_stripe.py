"""The payer's way through real sockets: page, Stripe's SDK, the stand-in's checkout, its signed webhooks, our jobs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.money import Money
from domain.ledger.models import Payment
from domain.pay_links import links, provider_health
from domain.pay_links.models import Checkout, ProviderEvent, StrayMovement
from portal import jobs
from sandbox.stripe_faults import Fault
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import told
from tests.portal.scenes import DOLLARS, Scene, a_scene


@pytest_asyncio.fixture
async def scene(core: Core, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    async with a_scene(core, tmp_path, clock) as scene:
        yield scene


async def test_a_card_payment_settles_by_its_webhook_alone(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.pay_by_card(session)

    await scene.heard()

    assert (await scene.invoice()).state == "settled"
    assert (await scene.browser.get("/i")).banner == "Paid"


async def test_page_and_webhook_book_once_together(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.webhooks.weather.twice = True
    scene.stripe.world.webhooks.weather.two_events = True
    scene.stripe.world.pay_by_card(session)

    await asyncio.gather(scene.browser.get("/i/return"), scene.heard(), scene.browser.get("/i/return"))
    await scene.heard()

    assert await Payment.all().count() == 1
    assert len(await told(scene.core, "payment.received")) == 1


async def test_webhooks_against_their_order_end_in_the_same_place(scene: Scene) -> None:
    session = await scene.paying()
    world = scene.stripe.world
    world.webhooks.weather.held = True
    world.pay_by_bank(session)
    world.settle(session)
    world.refund(session, amount=900)

    await world.webhooks.release(newest_first=True)
    await scene.heard()

    refund = world.books.all("refund")[0]
    world.finish_refund(refund["id"])
    await scene.heard()
    assert (await scene.invoice()).balance == Money(900, "USD")
    assert await Payment.all().count() == 2


async def test_a_bank_debit_is_lived_through(scene: Scene, clock: StandingClock) -> None:
    session = await scene.paying()
    scene.stripe.world.pay_by_bank(session)
    await scene.heard()
    assert (await scene.browser.get("/i")).banner == "Payment processing"
    clock.advance(days=4)
    scene.stripe.world.settle(session)
    await scene.heard()
    assert (await scene.browser.get("/i")).banner == "Paid"

    scene.stripe.world.late_return(session)
    await scene.heard()

    assert (await scene.invoice()).balance == DOLLARS


async def test_a_returned_debit_names_its_code_and_can_be_paid_again(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.pay_by_bank(session)
    await scene.heard()
    scene.stripe.world.fail(session, code="account_closed")

    await scene.heard()

    assert [fact["code"] for fact in await told(scene.core, "payment.failed")] == ["account_closed"]
    assert "The bank account is closed." in (await scene.browser.get("/i")).text
    assert (await scene.browser.pay()).status == 303


async def test_each_decline_is_told_once(scene: Scene) -> None:
    session = await scene.paying()
    for code in ("insufficient_funds", "expired_card"):
        scene.stripe.world.decline(session, code=code)
        await scene.heard()

    assert [fact["code"] for fact in await told(scene.core, "payment.declined")] == [
        "insufficient_funds",
        "expired_card",
    ]


async def test_a_dispute_is_lost_and_another_is_won(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.pay_by_card(session)
    await scene.heard()
    dispute = scene.stripe.world.dispute(session)
    await scene.heard()
    assert (await scene.invoice()).balance == DOLLARS

    scene.stripe.world.close_dispute(dispute["id"], won=True)
    await scene.heard()

    assert (await scene.invoice()).state == "settled"


async def test_a_regenerated_link_closes_stripes_page(scene: Scene) -> None:
    session = await scene.paying()

    await links.regenerate(scene.core, invoice_number="INV-1042", actor=SHELL)
    await scene.heard()

    assert scene.stripe.world.session(session)["status"] == "expired"
    assert (await Checkout.get()).state == "expired"


async def test_lost_webhooks_are_found_by_polling_and_by_the_list_of_events(scene: Scene, clock: StandingClock) -> None:
    session = await scene.paying()
    world = scene.stripe.world
    world.webhooks.weather.dropped = True
    world.pay_by_card(session)
    clock.advance(minutes=15)
    check = jobs.functions(scene.core, scene.stripe.gateway)["check_checkouts"]
    await check()
    await scene.heard()
    assert (await scene.invoice()).state == "settled"
    world.refund(session, amount=900)
    clock.advance(minutes=15)

    await check()
    await scene.heard()

    assert (await scene.invoice()).balance == Money(900, "USD")
    assert await ProviderEvent.filter(state="stored").count() == 0


@pytest.mark.parametrize("signing", ["WRONG", "OLD", "MISSING"])
async def test_forged_and_stale_webhooks_book_nothing(scene: Scene, signing: str) -> None:
    session = await scene.paying()
    weather = scene.stripe.world.webhooks.weather
    weather.signing = type(weather.signing)[signing]
    weather.held = True
    scene.stripe.world.pay_by_card(session)

    await scene.stripe.world.webhooks.release()

    assert await ProviderEvent.all().count() == 0
    assert (await scene.invoice()).state == "open"


async def test_a_part_is_paid_then_the_rest_and_the_page_says_what_is_left(scene: Scene) -> None:
    await scene.paying()
    scene.clock.advance(minutes=1)
    answer = await scene.paying_part("40")
    part = str(scene.stripe.world.sessions()[0]["id"])
    scene.stripe.world.pay_by_card(part)
    await scene.heard()
    page = await scene.browser.get("/i")
    scene.stripe.world.pay_by_card(await scene.paying_again())
    await scene.heard()

    assert answer.status == 303
    assert (page.banner, "59,00\xa0US$ is still open" in page.text) == ("Payment received", True)
    assert (await scene.invoice()).state == "settled"
    assert sorted(each.amount_minor for each in await Payment.all()) == [4_000, 5_900]


async def test_a_part_replaces_the_page_for_the_whole_so_that_only_one_can_be_paid(scene: Scene) -> None:
    whole = await scene.paying()

    await scene.paying_part("40,00")

    assert scene.stripe.world.session(whole)["status"] == "expired"
    assert [each["status"] for each in scene.stripe.world.sessions()] == ["open", "expired"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.5", "Enter the amount as a number, for example 49,50."),
        ("ten", "Enter the amount as a number"),
        ("€40", "Enter the amount in USD"),
        ("0,49", "Enter an amount from 0,50\xa0US$ to 98,50\xa0US$, or the whole 99,00\xa0US$."),
        ("98,60", "Enter an amount from 0,50\xa0US$ to 98,50\xa0US$, or the whole 99,00\xa0US$."),
        ("100", "Enter an amount from 0,50\xa0US$ to 98,50\xa0US$, or the whole 99,00\xa0US$."),
    ],
)
async def test_a_part_that_cannot_be_taken_is_said_at_the_field_and_above_it(
    scene: Scene, typed: str, said: str
) -> None:
    await scene.paying()
    answer = await scene.paying_part(typed)

    assert answer.status == 422
    assert answer.text.count(said) == 2
    assert f'value="{typed}"' in answer.text
    assert "<title>Error: " in answer.text
    assert len(scene.stripe.world.sessions()) == 1


async def test_an_inquiry_is_told_without_moving_money_and_moves_it_once_it_becomes_a_dispute(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.pay_by_card(session)
    question = scene.stripe.world.inquire(session)
    await scene.heard()
    asked = (await scene.invoice()).state
    scene.stripe.world.close_inquiry(question["id"], escalated=True)
    await scene.heard()

    assert asked == "settled"
    assert [fact["what"] for fact in await told(scene.core, "charge.questioned")] == ["inquiry"]
    assert (await scene.invoice()).balance == DOLLARS


async def test_an_early_fraud_warning_is_told(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.pay_by_card(session)
    scene.stripe.world.warn_of_fraud(session)
    await scene.heard()

    [fact] = await told(scene.core, "charge.questioned")
    assert (fact["what"], fact["reason"]) == ("early fraud warning", "unauthorized use of card")


async def test_a_decline_is_kept_with_all_its_codes(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.decline(session, code="insufficient_funds")
    await scene.heard()

    [fact] = await told(scene.core, "payment.declined")
    assert (fact["error_code"], fact["network_code"], fact["advice_code"]) == ("card_declined", "51", "try_again_later")


async def test_the_first_verified_event_turns_the_badge_on(scene: Scene) -> None:
    session = await scene.paying()
    before = (await provider_health.health(scene.core)).heard
    scene.stripe.world.decline(session)
    await scene.heard()

    assert (before, (await provider_health.health(scene.core)).ready) == (False, True)
    assert len(await told(scene.core, "provider.ready")) == 1


async def test_the_night_finds_what_webhooks_and_polling_missed_and_tells_of_what_fits_nothing(scene: Scene) -> None:
    world = scene.stripe.world
    world.webhooks.weather.dropped = True
    session = await scene.paying()
    world.pay_by_card(session)
    world.refund(session, amount=900)
    world.pay_elsewhere(amount=5_000, description="By telephone for INV-1042")

    await scene.job("compare_movements")

    assert (await scene.invoice()).balance == Money(900, "USD")
    [fact] = await told(scene.core, "stray.found")
    assert fact["count"] == 1
    assert (await StrayMovement.get()).invoice_id == (await scene.invoice()).id
    assert (await provider_health.health(scene.core)).compared_at is not None


async def test_a_night_that_breaks_off_is_finished_later(scene: Scene) -> None:
    world = scene.stripe.world
    for each in range(250):
        world.pay_elsewhere(amount=5_000 + each, description="Shop")
    world.faults.plan(Fault.RATE_LIMITED, path="/v1/refunds")

    with pytest.raises(TryLater):
        await scene.job("compare_movements")
    await scene.job("compare_movements")

    assert await StrayMovement.all().count() == 250
    assert [fact["count"] for fact in await told(scene.core, "stray.found")] == [250]
