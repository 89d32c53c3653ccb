"""Strangers at the door: a payer who looks at a page again and again, and bounces of reminders that once left."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from domain.deliverability import inbound
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from portal import app, wire
from portal.rates import Rates
from tests.benchmarks.bench_portal import Unlimited
from tests.domain.deliverability.mailings_made import a_dsn, bounce_path
from tests.domain.deliverability.test_inbound import ReaderHere
from tests.domain.pay_links.payers import a_link, entered
from tests.portal.fake_gateway import FakeGateway

Ask = Callable[[int], Awaitable[None]]


@asynccontextmanager
async def page(core: Core) -> AsyncIterator[Ask]:
    """Serve the portal, let a payer of the ledger enter, and give what asks for the page once."""
    invoice = await Invoice.filter(state="open", number__startswith="R-").order_by("id").first()
    assert invoice is not None
    secret = await entered(core, await a_link(core, invoice))
    served = app.build(
        core, FakeGateway(), checkout_origin="https://checkout.test", secure_cookies=False,
        rates=Rates(counters=Unlimited()),
    )  # fmt: skip
    runner = wire.Runner(served, headers={})
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with aiohttp.ClientSession(headers={"Cookie": f"plixo={secret}"}) as client:

            async def ask(_: int) -> None:
                async with client.get(f"http://127.0.0.1:{runner.addresses[0][1]}/i") as answer:
                    assert answer.status == 200
                    assert invoice.number in await answer.text()

            yield ask
    finally:
        await runner.cleanup()


@asynccontextmanager
async def mailbox(core: Core) -> AsyncIterator[Ask]:
    """Give what takes in the bounce of one more reminder that left lately, reads it and acts upon it."""
    rows = await core.database.rows(
        "SELECT id, address FROM mailing WHERE state = 'sent' AND sent_at > %s::timestamptz - interval '60 days'"
        " ORDER BY id LIMIT 200",
        (core.clock.now(),),
    )
    reader, bounces = ReaderHere(), iter(rows)

    async def take(_: int) -> None:
        mailing = next(bounces)
        to = bounce_path(core, mailing["id"], day=core.clock.now().date())
        body = a_dsn(to, recipient=mailing["address"])
        mail_id = await inbound.store(core, envelope_from="", sent_to=[to], body=body)
        await inbound.read_stored(core, mail_id=str(mail_id), reader=reader)

    yield take
