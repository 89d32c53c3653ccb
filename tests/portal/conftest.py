"""The portal on a socket, a payer's browser before it, and a payment gateway with a memory behind it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from domain.kernel.core import Core
from portal import app
from tests.portal.browsers import Browser, a_browser
from tests.portal.fake_gateway import FakeGateway

WEBHOOK_SECRET = "whsec_of_these_tests"
NEXT_WEBHOOK_SECRET = "whsec_of_the_rotation"


@pytest.fixture
def gateway() -> FakeGateway:
    """A payment gateway with a memory."""
    return FakeGateway()


@pytest_asyncio.fixture
async def server(core: Core, gateway: FakeGateway) -> AsyncIterator[TestServer]:
    """The portal, listening."""
    built = app.build(
        core,
        gateway,
        checkout_origin="https://checkout.test",
        secure_cookies=False,
        bank_debit=True,
        webhook_secrets=(NEXT_WEBHOOK_SECRET, WEBHOOK_SECRET),
    )
    server = TestServer(built)
    await server.start_server()
    yield server
    await server.close()


@pytest_asyncio.fixture
async def browser(server: TestServer) -> AsyncIterator[Browser]:
    """Anna's browser."""
    async with a_browser(server) as each:
        yield each


@pytest_asyncio.fixture
async def other_browser(server: TestServer) -> AsyncIterator[Browser]:
    """Somebody else's browser."""
    async with a_browser(server) as each:
        yield each
