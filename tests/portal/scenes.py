"""The whole way of a payment through real sockets: page, Stripe's SDK, the stand-in, its signed webhooks, our jobs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp.test_utils import TestServer

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from plixo import wiring
from portal import app, jobs
from tests.clocks import StandingClock
from tests.portal.browsers import Answer, Browser, a_browser
from tests.portal.payers import a_payer
from tests.portal.stripe_stand_in import WEBHOOK_SECRET, StandIn, stripe_stand_in

DOLLARS = Money(9900, "USD")


@dataclass
class Scene:
    """Everything between the payer's browser and the merchant's Stripe account."""

    core: Core
    clock: StandingClock
    browser: Browser
    stripe: StandIn
    server: TestServer

    async def paying(self, number: str = "INV-1042", *, amount: Money = DOLLARS) -> str:
        """Let a payer go to Stripe's page; return the session."""
        await a_payer(self.core, self.browser, number, amount=amount)
        return await self.paying_again()

    async def paying_again(self) -> str:
        """Press Pay on the page that is open; return the session."""
        assert (await self.browser.pay()).status == 303
        return str(self.stripe.world.sessions()[0]["id"])

    async def paying_part(self, amount: str) -> Answer:
        """Type an amount of one's own and send it."""
        return await self.browser.pay(amount=amount)

    async def heard(self) -> None:
        """Wait until every webhook was delivered and worked."""
        await self.stripe.world.webhooks.settled()
        await self.worked()

    async def worked(self) -> None:
        """Do every job that waits."""
        await self.core.jobs.work(concurrency=4, stop=asyncio.Event(), until_idle=True)

    async def job(self, name: str) -> None:
        """Run one of the jobs by the clock, and whatever it queues."""
        await jobs.functions(self.core, self.stripe.gateway)[name]()
        await self.worked()

    async def passing(self, **time: int) -> None:
        """Let time pass, with what happens at Stripe meanwhile, and hear of it."""
        self.clock.advance(**time)
        self.stripe.world.pass_time()
        await self.heard()

    async def invoice(self, number: str = "INV-1042") -> Invoice:
        """Return the invoice as it is now."""
        return await Invoice.get(number=number)


@asynccontextmanager
async def a_scene(core: Core, folder: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    """Put up a stage: the portal and the stand-in listen, webhooks are sent, and jobs run when a test says so."""
    servers: list[TestServer] = []

    def webhook_url() -> str:
        return str(servers[0].make_url("/stripe/webhook"))

    async with stripe_stand_in(folder, clock, webhook_url=webhook_url) as stripe:
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
            yield Scene(core, clock, browser, stripe, server)
        await server.close()
