"""A server of mail on a free port."""

from collections.abc import AsyncIterator

import pytest_asyncio

from domain.kernel.core import Core
from inbound_mail.limits import Limits
from inbound_mail.server import MailServer, serve

LIMITS = Limits(max_bytes=1024 * 1024, recipients=100, connections=20, connections_of_peer=20, stopping_seconds=2)


@pytest_asyncio.fixture
async def server(core: Core) -> AsyncIterator[MailServer]:
    """A server that takes one megabyte."""
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS)
    yield server
    await server.close()
