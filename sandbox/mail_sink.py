"""The SMTP sink: where the product's relay would be. It takes everything, unless it was told to refuse."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_BYTES = 50 * 1024 * 1024
LONGEST_LINE = 100_000

Keep = Callable[[str, list[str], bytes], str]
"""Envelope sender, recipients and the raw mail in, the id under which it was kept out."""


@dataclass
class PlannedRefusal:
    """An answer that waits for the next mails."""

    answer: str
    times: int
    recipient: str
    at: str


class _Session(SMTP):
    """One connection; mail with long lines is taken as well."""

    line_length_limit = LONGEST_LINE


class Sink:
    """Listen for the product's mail; usable as aiosmtpd's handler."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._planned: list[PlannedRefusal] = []
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Begin to listen; return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def refuse(self, answer: str, *, times: int = 1, recipient: str = "", at: str = "data") -> None:
        """Answer the next mails (to addresses that contain *recipient*) with ``451 …`` or ``550 …``.

        *at* is ``rcpt`` or ``data``.
        """
        assert at in {"rcpt", "data"}, "mail is refused at RCPT or after DATA"
        self._planned.append(PlannedRefusal(answer, times, recipient, at))

    def take_again(self) -> None:
        """Refuse nothing any more."""
        self._planned.clear()

    def _session(self) -> SMTP:
        return _Session(
            self, data_size_limit=LARGEST_BYTES, hostname="sandbox.invalid", ident="plixo sandbox", enable_SMTPUTF8=True
        )

    def _refusal(self, at: str, recipients: list[str]) -> str | None:
        for planned in self._planned:
            if planned.at == at and any(planned.recipient in each for each in recipients):
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
                return planned.answer
        return None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take any recipient."""
        refusal = self._refusal("rcpt", [address])
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient taken"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - same
        """Keep the mail; 250 means that it is in the file."""
        refusal = self._refusal("data", envelope.rcpt_tos)
        if refusal is not None:
            return refusal
        raw = envelope.original_content or b""
        mail_id = self._keep((envelope.mail_from or "").strip("<>"), list(envelope.rcpt_tos), raw)
        return f"250 2.0.0 Kept as {mail_id}"

    async def handle_exception(self, _error: Exception) -> str:
        """Ask for another try when something here breaks."""
        return "451 4.3.0 The sandbox stumbled, try again later"
