"""Every knob of the sandbox's Stripe, each turned on a payment that must end right all the same."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import stripe

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Payment
from domain.pay_links import provider_events, provider_health
from domain.pay_links.models import Checkout, ProviderEvent
from portal import jobs
from sandbox.stripe_faults import Fault
from sandbox.stripe_webhooks import Signing, Weather
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import told
from tests.portal.scenes import DOLLARS, Scene, a_scene
from tests.portal.stripe_stand_in import WEBHOOK_SECRET

NOTHING = Money(0, "USD")


@pytest_asyncio.fixture
async def scene(core: Core, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    async with a_scene(core, tmp_path, clock) as scene:
        yield scene


async def test_each_webhook_sent_twice_books_once(scene: Scene) -> None:
    scene.stripe.world.webhooks.weather.twice = True
    session = await scene.paying()
    scene.stripe.world.pay_by_card(session)
    scene.stripe.world.refund(session, amount=900)
    await scene.heard()

    assert await Payment.all().count() == 2
    assert (await scene.invoice()).balance == Money(900, "USD")


async def test_two_events_for_one_change_book_once(scene: Scene) -> None:
    scene.stripe.world.webhooks.weather.two_events = True
    session = await scene.paying()
    scene.stripe.world.pay_by_card(session)
    await scene.heard()

    assert await Payment.all().count() == 1
    assert await ProviderEvent.all().count() == 2


async def test_webhooks_in_reversed_order_end_in_the_same_place(scene: Scene) -> None:
    world = scene.stripe.world
    world.webhooks.weather.held = True
    session = await scene.paying()
    world.decline(session)
    world.pay_by_card(session)
    dispute = world.dispute(session)
    world.close_dispute(dispute["id"], won=True)
    await world.webhooks.release(newest_first=True)
    await scene.heard()

    assert (await scene.invoice()).balance == NOTHING
    assert [each.kind for each in await Payment.all().order_by("created_at")] == ["payment", "chargeback", "reinstated"]


async def test_late_webhooks_find_what_polling_has_booked(scene: Scene) -> None:
    world = scene.stripe.world
    world.webhooks.weather.held = True
    world.pay_by_card(await scene.paying())
    scene.clock.advance(minutes=16)
    await scene.job("check_checkouts")
    booked = (await scene.invoice()).state
    scene.clock.advance(days=2)
    await world.webhooks.release()
    await scene.heard()

    assert booked == "settled"
    assert await Payment.all().count() == 1
    assert {each.came for each in await ProviderEvent.all()} == {"webhook"}


async def test_slow_webhooks_arrive_all_the_same(scene: Scene) -> None:
    scene.stripe.world.webhooks.weather.delay_seconds = 0.2
    scene.stripe.world.pay_by_card(await scene.paying())
    await scene.heard()

    assert (await scene.invoice()).state == "settled"


async def test_every_dropped_event_is_found_by_polling(scene: Scene) -> None:
    world = scene.stripe.world
    world.webhooks.weather.dropped = True
    session = await scene.paying()
    world.pay_by_card(session)
    refund = world.refund(session, amount=900)
    scene.clock.advance(minutes=5)
    await scene.job("check_checkouts")
    after_refund = (await scene.invoice()).balance
    world.finish_refund(refund["id"], succeeded=False) if refund["status"] == "pending" else None
    world.dispute(session)
    scene.clock.advance(minutes=5)
    await scene.job("check_checkouts")

    assert after_refund == Money(900, "USD")
    assert (await scene.invoice()).balance == DOLLARS
    subscribed = [each["id"] for each in world.books.all("delivery")] or [
        each["id"] for each in world.books.store.find("stripe.delivery")
    ]
    assert {each.event_id for each in await ProviderEvent.all()} == set(subscribed)


async def test_events_dropped_while_polling_was_down_too_are_found_afterwards(scene: Scene) -> None:
    world = scene.stripe.world
    await scene.paying()
    await scene.job("check_checkouts")
    world.webhooks.weather.dropped = True
    session = str(world.sessions()[0]["id"])
    world.pay_by_card(session)
    scene.clock.advance(days=3)
    world.webhooks.weather.dropped = False
    other = await scene.paying("INV-2")
    world.pay_by_card(other)
    await scene.heard()
    await Checkout.filter(session_id=session).update(checked_at=scene.clock.now())  # only the list can tell of it

    await scene.job("check_checkouts")

    assert (await scene.invoice()).state == "settled"


async def test_a_429_asks_the_payer_to_come_again_and_the_second_click_pays(scene: Scene) -> None:
    session = await scene.paying()
    scene.stripe.world.expire(session)
    await scene.heard()
    scene.stripe.world.faults.plan(Fault.RATE_LIMITED)
    refused = await scene.browser.pay()

    scene.stripe.world.pay_by_card(await scene.paying_again())
    await scene.heard()

    assert refused.status == 503
    assert (await scene.invoice()).state == "settled"
    assert await Checkout.all().count() == 2


async def test_a_429_makes_a_webhook_wait_and_not_be_lost(scene: Scene) -> None:
    scene.stripe.world.pay_by_card(await scene.paying())
    await scene.stripe.world.webhooks.settled()
    scene.stripe.world.faults.plan(Fault.RATE_LIMITED)
    await scene.worked()
    stored = [each.state for each in await ProviderEvent.all()]
    await scene.core.database.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    await scene.worked()

    assert stored == ["stored"]
    assert (await scene.invoice()).state == "settled"


@pytest.mark.parametrize(
    "fault", [Fault.FAILS_BEFORE, Fault.FAILS_AFTER, Fault.LOCK_TIMEOUT, Fault.HANGS_UP], ids=lambda each: each.name
)
async def test_a_call_that_fails_once_is_tried_again_and_opens_one_session(scene: Scene, fault: Fault) -> None:
    scene.stripe.world.faults.plan(fault, path="/v1/checkout/sessions")
    session = await scene.paying()

    assert [each["id"] for each in scene.stripe.world.sessions()] == [session]
    assert (await Checkout.get()).session_id == session


async def test_a_500_that_stripe_keeps_gives_way_to_a_new_order(scene: Scene) -> None:
    await scene.paying()
    scene.stripe.world.expire(str(scene.stripe.world.sessions()[0]["id"]))
    await scene.heard()
    scene.stripe.world.faults.plan(Fault.FAILS_FOR_GOOD, path="/v1/checkout/sessions")
    refused = [(await scene.browser.pay()).status for _ in range(2)]
    scene.clock.advance(minutes=11)
    scene.stripe.world.pay_by_card(await scene.paying_again())
    await scene.heard()

    assert refused == [503, 503]
    assert (await scene.invoice()).state == "settled"


async def test_a_slow_answer_and_an_impatient_second_click_open_one_session(scene: Scene) -> None:
    await scene.paying()
    scene.stripe.world.expire(str(scene.stripe.world.sessions()[0]["id"]))
    await scene.heard()
    scene.stripe.world.faults.plan(Fault.SLOW, path="/v1/checkout/sessions", seconds=1.0)

    answers = await asyncio.gather(scene.browser.pay(), scene.browser.pay())

    assert {each.status for each in answers} <= {303, 503}
    assert [each["status"] for each in scene.stripe.world.sessions()].count("open") == 1


@pytest.mark.parametrize("signing", [Signing.WRONG, Signing.OLD, Signing.AHEAD, Signing.MISSING], ids=lambda e: e.name)
async def test_a_webhook_with_a_bad_signature_is_refused_and_the_payment_found_all_the_same(
    scene: Scene, signing: Signing
) -> None:
    world = scene.stripe.world
    world.webhooks.weather = Weather(signing=signing, held=True)
    world.pay_by_card(await scene.paying())
    await world.webhooks.release()
    refused = await ProviderEvent.all().count()
    scene.clock.advance(minutes=16)
    await scene.job("check_checkouts")

    assert refused == 0
    assert (await scene.invoice()).state == "settled"


async def test_a_secret_that_does_not_fit_is_said_while_nothing_ever_arrived(scene: Scene) -> None:
    world = scene.stripe.world
    world.webhooks.weather = Weather(signing=Signing.WRONG, held=True)
    world.pay_by_card(await scene.paying())
    await world.webhooks.release()

    [problem] = (await provider_health.health(scene.core)).problems
    assert "fits no secret" in problem.what


async def test_while_a_secret_is_rotated_both_signatures_are_taken(scene: Scene) -> None:
    scene.stripe.world.webhooks.weather.signing = Signing.ROTATED
    scene.stripe.world.pay_by_card(await scene.paying())
    await scene.heard()

    assert (await scene.invoice()).state == "settled"


async def test_thin_events_mean_the_same(scene: Scene) -> None:
    scene.stripe.world.webhooks.weather.thin = True
    session = await scene.paying()
    scene.stripe.world.pay_by_card(session)
    scene.stripe.world.dispute(session)
    await scene.heard()

    assert (await scene.invoice()).balance == DOLLARS
    assert await Payment.all().count() == 2


async def test_an_event_of_the_other_mode_is_refused_and_said_once(scene: Scene) -> None:
    world = scene.stripe.world
    world.webhooks.weather = Weather(live=True, held=True)
    session = await scene.paying()
    world.decline(session)
    world.pay_by_card(session)
    await world.webhooks.release()
    for _ in range(2):
        await scene.job("check_checkouts")

    assert await ProviderEvent.filter(came="webhook").count() == 0
    [fact] = await told(scene.core, "provider.not_ready")
    assert "live mode" in str(fact["problems"])


async def test_events_of_another_version_are_worked_and_said_once(scene: Scene) -> None:
    scene.stripe.world.webhooks.weather.version = "2020-08-27"
    session = await scene.paying()
    scene.stripe.world.decline(session)
    scene.stripe.world.pay_by_card(session)
    await scene.heard()
    await scene.job("check_checkouts")

    assert (await scene.invoice()).state == "settled"
    [fact] = await told(scene.core, "provider.not_ready")
    assert "2020-08-27" in str(fact["problems"])
    assert not (await provider_health.health(scene.core)).heard


async def test_the_same_event_sent_again_months_later_changes_nothing(scene: Scene) -> None:
    world = scene.stripe.world
    session = await scene.paying()
    world.pay_by_card(session)
    await scene.heard()
    event = (await ProviderEvent.get()).event_id
    scene.clock.advance(days=200)
    await provider_events.forget_bodies(scene.core)

    assert await world.webhooks.resend(event)
    await scene.heard()

    assert await Payment.all().count() == 1
    assert await ProviderEvent.all().count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe\x00signed and no text", 400),
        (b'{"id": "evt_1", "type": "invented.kind", "data": {"object": {"id": "x_1"}}}', 200),
        (b'{"id": "evt_1"}', 400),
        (b"[" * 100_000, 400),
        (b"x" * 300_000, 413),
    ],
    ids=["not UTF-8", "unknown kind", "no event", "deep", "huge"],
)
async def test_odd_bodies_are_answered_and_book_nothing(scene: Scene, body: bytes, status: int) -> None:
    text = body.decode("utf-8", "replace") if status != 400 or body[:1] != b"\xff" else ""
    signature = str(stripe.WebhookSignature.generate_signature_header(text, WEBHOOK_SECRET))
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            scene.server.make_url("/stripe/webhook"), data=body, headers={"Stripe-Signature": signature}
        ) as answer,
    ):
        answered = answer.status
    await scene.worked()

    assert answered == status
    assert await Payment.all().count() == 0
    assert {each.state for each in await ProviderEvent.all()} <= {"ignored"}


async def test_a_crash_between_the_call_and_its_answer_is_healed_by_the_next_look(scene: Scene) -> None:
    session = await scene.paying()
    await Checkout.all().update(session_id=None, url=None)
    await scene.core.database.execute("UPDATE checkout SET state = 'created'")  # as it was before the answer came
    scene.stripe.world.pay_by_card(session)
    await scene.heard()

    assert (await scene.invoice()).state == "settled"
    assert (await Checkout.get()).session_id == session


async def test_an_end_that_comes_too_late_takes_the_payment(scene: Scene) -> None:
    world = scene.stripe.world
    world.webhooks.weather.dropped = True
    session = await scene.paying()
    world.pay_by_card(session)
    scene.clock.advance(minutes=1)
    row = await scene.core.database.row("SELECT id FROM timeline_entry WHERE kind = 'checkout.started'")
    assert row is not None
    await scene.core.database.execute("UPDATE pay_link SET state = 'replaced'")

    await jobs.functions(scene.core, scene.stripe.gateway)["end_checkout"](entry_id=row["id"])

    assert (await scene.invoice()).state == "settled"
