"""The server: takes returned mail, replies and complaints over SMTP, and acknowledges what is committed."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_network

from domain.kernel.core import Core
from inbound_mail.door import Door
from inbound_mail.doorkeeper import Doorkeeper
from inbound_mail.encryption import Encryption
from inbound_mail.limits import Limits
from inbound_mail.session import MailSession

BACKLOG = 256
"""Connections that the system holds until we accept them; a burst of senders must not see a refusal."""


class MailServer:
    """A listening server."""

    def __init__(self, server: asyncio.Server, keeper: Doorkeeper) -> None:
        self._server, self._keeper = server, keeper

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections, let mails under way finish, and store what was taken."""
        self._server.close()
        await self._keeper.sends_all_away()
        await self._keeper.inbox.close()


async def serve(
    core: Core,
    *,
    host: str,
    port: int,
    limits: Limits | None = None,
    encryption: Encryption | None = None,
    proxies: Sequence[str] = (),
) -> MailServer:
    """Listen for mail in the running loop; port 0 takes a free one.

    *proxies* are the networks of our own proxies, which have to say who connects.
    """
    keeper = Doorkeeper(core, limits or Limits(), encryption=encryption, proxies=[ip_network(each) for each in proxies])
    door = Door(keeper)
    server = await keeper.loop.create_server(lambda: MailSession(keeper, door), host, port, backlog=BACKLOG)
    return MailServer(server, keeper)
