"""A relay for tests: takes mail over real SMTP, remembers it, and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class Relay:
    """What the relay took, and what it says to the next sender."""

    port: int = 0
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    mail_answer: str = "250 OK"
    rcpt_answer: str = "250 OK"
    data_answer: str = "250 OK"
    hang_up_after_data: bool = False
    hang_up_at_next_sender: bool = False
    connections: int = 0
    on_rcpt: Callable[[], Awaitable[None]] | None = None
    """What happens elsewhere while the relay looks at the recipient …"""
    on_data: Callable[[], Awaitable[None]] | None = None
    """… and while it has the mail in hand."""

    def messages(self) -> list[EmailMessage]:
        """Return what was taken, parsed."""
        return [message_from_bytes(raw, policy=policy.default) for _, _, raw in self.taken]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.hang_up_at_next_sender:
            self.hang_up_at_next_sender = False
            server.transport.abort()
        if self.mail_answer.startswith("250"):
            envelope.mail_from = address
        return self.mail_answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.on_rcpt is not None:
            await self.on_rcpt()
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.on_data is not None:
            await self.on_data()
        if self.data_answer.startswith("250"):
            self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        if self.hang_up_after_data:
            server.transport.abort()
        return self.data_answer


@asynccontextmanager
async def relay() -> AsyncIterator[Relay]:
    """Run a relay on a free port of the loopback."""
    handler = Relay()

    def connected() -> SMTP:
        handler.connections += 1
        return SMTP(handler, hostname="relay.test", enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        await server.wait_closed()
