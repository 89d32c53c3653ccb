"""Money has the day that Stripe says, in the merchant's zone, however late and by whatever way we hear of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Invoice, Payment
from domain.pay_links import strays
from domain.pay_links.models import StrayMovement
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.portal.scenes import DOLLARS, Scene, a_scene

Way = Callable[[Scene], Awaitable[None]]

LATE = {"hours": 14, "minutes": 30}
"""From the beginning to 23:30 in UTC, which is the next day where the merchant is."""


@pytest_asyncio.fixture
async def scene(core: Core, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    async with a_scene(core, tmp_path, clock) as scene:
        yield scene


async def by_late_webhooks(scene: Scene) -> None:
    await scene.stripe.world.webhooks.release()
    await scene.heard()


async def by_webhooks_sent_twice_and_backwards(scene: Scene) -> None:
    scene.stripe.world.webhooks.weather.twice = True
    await scene.stripe.world.webhooks.release(newest_first=True)
    await scene.heard()


async def by_the_list_of_events(scene: Scene) -> None:
    await scene.job("check_checkouts")


async def by_the_nightly_comparison(scene: Scene) -> None:
    await scene.job("compare_movements")


WAYS = (by_late_webhooks, by_webhooks_sent_twice_and_backwards, by_the_list_of_events, by_the_nightly_comparison)


async def days() -> dict[str, date]:
    """Return the day of each movement in the ledger, by its kind."""
    return {each.kind: each.received_on for each in await Payment.all()}


@pytest.mark.parametrize("way", WAYS)
async def test_a_payment_and_its_refund_have_their_own_days(scene: Scene, clock: StandingClock, way: Way) -> None:
    world = scene.stripe.world
    clock.advance(**LATE)
    session = await scene.paying()
    world.webhooks.weather.held = True
    world.pay_by_card(session)
    clock.advance(days=1)
    world.refund(session, amount=900)
    clock.advance(days=3)

    await way(scene)

    assert await days() == {"payment": date(2026, 3, 11), "refund": date(2026, 3, 12)}


@pytest.mark.parametrize("way", WAYS)
async def test_a_dispute_and_the_money_that_it_gives_back_have_their_own_days(
    scene: Scene, clock: StandingClock, way: Way
) -> None:
    world = scene.stripe.world
    session = await scene.paying()
    world.webhooks.weather.held = True
    world.pay_by_card(session)
    clock.advance(days=2)
    dispute = world.dispute(session)
    clock.advance(days=2)
    world.close_dispute(dispute["id"], won=True)
    clock.advance(days=1)

    await way(scene)

    assert await days() == {
        "payment": date(2026, 3, 10), "chargeback": date(2026, 3, 12), "reinstated": date(2026, 3, 14),
    }  # fmt: skip
    assert (await Invoice.get()).settled_on == date(2026, 3, 14)


@pytest.mark.parametrize("way", [by_late_webhooks, by_the_nightly_comparison])
async def test_a_refund_that_comes_back_has_the_day_on_which_it_did(
    scene: Scene, clock: StandingClock, way: Way
) -> None:
    world = scene.stripe.world
    session = await scene.paying()
    world.pay_by_bank(session)
    clock.advance(days=1)
    world.settle(session)
    refund = world.refund(session, amount=900)
    world.finish_refund(refund["id"])
    await scene.heard()
    refund = world.books.get("refund", refund["id"])
    world.webhooks.weather.held = True
    clock.advance(days=3)
    world.books.save("refund", refund | {"status": "pending"})
    world.finish_refund(refund["id"], succeeded=False)
    clock.advance(days=2)

    await way(scene)

    assert (await days())["reinstated"] == date(2026, 3, 14)


async def test_money_that_a_person_books_has_stripes_day_too(scene: Scene, clock: StandingClock) -> None:
    await an_invoice(scene.core, "INV-7", amount=DOLLARS)
    scene.stripe.world.pay_elsewhere(amount=DOLLARS.minor)
    clock.advance(days=4)
    await scene.job("compare_movements")

    await strays.book(scene.core, stray_id=(await StrayMovement.get()).id, invoice_number="INV-7", actor=SHELL)

    assert await days() == {"payment": date(2026, 3, 10)}


async def test_a_clock_that_is_ahead_at_stripe_makes_no_day_that_is_still_to_come(
    scene: Scene, clock: StandingClock
) -> None:
    await an_invoice(scene.core, "INV-7", amount=DOLLARS)
    clock.advance(days=2)
    scene.stripe.world.pay_elsewhere(amount=DOLLARS.minor)
    clock.advance(days=-2)
    await scene.job("compare_movements")

    await strays.book(scene.core, stray_id=(await StrayMovement.get()).id, invoice_number="INV-7", actor=SHELL)

    assert await days() == {"payment": date(2026, 3, 10)}
