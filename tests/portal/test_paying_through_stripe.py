"""The payer's way through real sockets: page, Stripe's SDK, the stand-in's checkout, its signed webhooks, our jobs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice, Payment
from domain.pay_links import links
from domain.pay_links.models import Checkout, ProviderEvent
from plixo import wiring
from portal import app, jobs
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import told
from tests.portal.browsers import Browser, a_browser
from tests.portal.payers import a_payer
from tests.portal.stripe_stand_in import WEBHOOK_SECRET, StandIn, stripe_stand_in

DOLLARS = Money(9900, "USD")


@dataclass
class Scene:
    """Everything between the payer's browser and the merchant's Stripe account."""

    core: Core
    browser: Browser
    stripe: StandIn

    async def paying(self) -> str:
        """Let a payer go to Stripe's page; return the session."""
        await a_payer(self.core, self.browser, amount=DOLLARS)
        assert (await self.browser.pay()).status == 303
        return str(self.stripe.world.sessions()[0]["id"])

    async def heard(self) -> None:
        """Wait until every webhook was delivered and worked."""
        await self.stripe.world.webhooks.settled()
        await self.core.jobs.work(concurrency=4, stop=asyncio.Event(), until_idle=True)

    async def invoice(self) -> Invoice:
        """Return the invoice as it is now."""
        return await Invoice.get()


@pytest_asyncio.fixture
async def scene(core: Core, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    servers: list[TestServer] = []

    def webhook_url() -> str:
        return str(servers[0].make_url("/stripe/webhook"))

    async with stripe_stand_in(tmp_path, clock, webhook_url=webhook_url) as stripe:
        built = app.build(
            core,
            stripe.gateway,
            checkout_origin="https://checkout.test",
            secure_cookies=False,
            bank_debit=True,
            webhook_secrets=(WEBHOOK_SECRET,),
        )
        server = TestServer(built)
        await server.start_server()
        servers.append(server)
        core.jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS})
        core.jobs.bind(jobs.functions(core, stripe.gateway))
        async with a_browser(server) as browser:
            yield Scene(core, browser, stripe)
        await server.close()


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
