"""While money is on its way, or was not taken, the page says so and offers only what makes sense then."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from domain.commitments.models import Plan, Promise
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.clocks import StandingClock
from tests.portal.browsers import Browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.forms_sent import errors, send, token
from tests.portal.payers import a_payer
from tests.portal.scenes import DOLLARS, Scene, a_scene

PLAN = {"first": "2026-04-01", "count": "3", "frequency": "monthly", "reason": "season", "go": "check"}


@pytest_asyncio.fixture
async def scene(core: Core, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    async with a_scene(core, tmp_path, clock) as scene:
        yield scene


async def debited(scene: Scene) -> None:
    """Let a bank debit over the whole be under way, which settles days later."""
    scene.stripe.world.pay_by_bank(await scene.paying(), last4="6789")
    await scene.heard()


async def test_a_debit_over_everything_leaves_questions_and_objections(scene: Scene) -> None:
    await debited(scene)

    page = await scene.browser.get("/i")
    plan, promise, forward = [await scene.browser.get(f"/i/{each}") for each in ("plan", "promise", "forward")]

    assert page.banner == "Payment processing"
    for way in ("/plan", "/promise", "/forward", "/pay"):
        assert f'i{way}"' not in page.text, way
    for way in ("/dispute", "/question"):
        assert f'i{way}"' in page.text, way
    for each in (plan, promise, forward):
        assert "<form" not in each.text
        assert "is being processed" in each.text


async def test_forms_that_were_open_before_the_debit_do_nothing(scene: Scene, clock: StandingClock) -> None:
    session = await scene.paying()
    form = await token(scene.browser, "/i/promise")
    scene.stripe.world.pay_by_bank(session, last4="6789")
    await scene.heard()
    day = (clock.now().date() + timedelta(days=3)).isoformat()

    promise = await scene.browser.post("/i/promise", {"token": form, "how": "whole", "on": day, "note": "my words"})
    plan = await scene.browser.post("/i/plan", {"token": form, **PLAN})
    sent = await scene.browser.post("/i/plan", {"token": form, **PLAN, "go": "send"})
    forward = await scene.browser.post("/i/forward", {"token": form, "name": "Bob", "email": "bob@acme.example"})

    assert [each.status for each in (promise, plan, sent, forward)] == [409] * 4
    assert "my words" in promise.text
    assert await Promise.all().count() + await Plan.all().count() == 0


async def test_a_debit_over_a_part_leaves_a_promise_of_the_rest(scene: Scene, clock: StandingClock) -> None:
    await a_payer(scene.core, scene.browser, amount=DOLLARS)
    assert (await scene.paying_part("40")).status == 303
    scene.stripe.world.pay_by_bank(str(scene.stripe.world.sessions()[0]["id"]), last4="6789")
    await scene.heard()
    day = (clock.now().date() + timedelta(days=3)).isoformat()

    page = await scene.browser.get("/i")
    plan = await scene.browser.get("/i/plan")
    too_much = await send(scene.browser, "/i/promise", how="part", amount="60", on=day)
    rest = await send(scene.browser, "/i/promise", how="whole", on=day)

    assert 'i/promise"' in page.text
    assert 'i/plan"' not in page.text
    assert "Once it has arrived" in plan.text
    assert set(errors(too_much)) == {"amount"}
    assert rest.status == 303
    assert (await Promise.get()).amount == Money(5_900, "USD")


async def test_after_a_declined_card_the_way_back_says_why_and_what_next(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.decline(gateway.latest, "insufficient_funds")

    back = await browser.get("/i/left")
    page = await browser.get(back.location)

    assert (back.status, back.location) == (303, "/i")
    assert page.banner == "Payment failed"
    assert "Nothing was charged." in page.text
    assert "Pay 125" in page.text


async def test_whoever_turns_back_without_paying_is_told_so(core: Core, browser: Browser, gateway: FakeGateway) -> None:
    await a_payer(core, browser)
    await browser.pay()

    page = await browser.get((await browser.get("/i/left")).location)

    assert page.banner == "You have not paid yet"
    assert "125,00" in page.text
    assert 'i/promise"' in page.text
    gateway.pay(gateway.latest)
    assert (await browser.get((await browser.get("/i/left")).location)).banner == "Paid"


async def test_the_way_back_works_while_the_provider_is_silent_and_without_a_session(
    core: Core, browser: Browser, other_browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.down = True

    assert (await browser.get("/i/left")).location == "/i"
    assert (await other_browser.get("/i/left")).status == 404


async def test_stripes_page_speaks_the_language_that_the_payer_chose(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    first = gateway.latest.order
    await browser.get("/i?language=fr")
    await browser.pay()

    second = gateway.latest.order

    assert (first.locale, first.title) == ("en_DE", "Invoice INV-1042")
    assert (second.locale, second.title) == ("fr", "Facture INV-1042")
