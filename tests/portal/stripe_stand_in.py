"""The sandbox's Stripe on a socket of its own, with the real gateway speaking to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.kernel.clock import Clock
from portal.stripe_gateway import StripeGateway
from sandbox.store import Store
from sandbox.stripe_world import StripeWorld

API_KEY = "sk_test_of_these_tests"
WEBHOOK_SECRET = "whsec_of_these_tests"


@dataclass
class StandIn:
    """Both ends: what the product speaks through, and what a test turns the knobs of."""

    gateway: StripeGateway
    world: StripeWorld


@asynccontextmanager
async def stripe_stand_in(
    folder: Path, clock: Clock, *, webhook_url: Callable[[], str] | None = None
) -> AsyncIterator[StandIn]:
    """Serve the stand-in; webhooks are sent only where an address is given."""
    store = Store(folder / "stripe.sqlite")
    app = web.Application()
    server = TestServer(app)
    world = StripeWorld(
        store,
        clock,
        origin=lambda: str(server.make_url("")).rstrip("/"),
        api_key=API_KEY,
        webhook_secret=WEBHOOK_SECRET,
        webhook_url=webhook_url or (lambda: ""),
    )
    world.add_to(app)
    await server.start_server()
    gateway = StripeGateway(api_key=API_KEY, api_base=str(server.make_url("/stripe")))
    if webhook_url:
        await world.start()
    try:
        yield StandIn(gateway, world)
    finally:
        if webhook_url:
            await world.stop()
        await gateway.close()
        await server.close()
