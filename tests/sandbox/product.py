"""A product to talk to: it takes what the stand-ins send, keeps it, and answers as a test wants."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

Json = dict[str, Any]


@dataclass
class Taken:
    """One request, as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body as JSON."""
        value: Json = json.loads(self.body)
        return value

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    @property
    def payload(self) -> Json:
        """The interaction inside the form."""
        value: Json = json.loads(self.form["payload"])
        return value


@dataclass
class Letter:
    """One mail, as it came over the wire."""

    sender: str
    recipients: list[str]
    raw: bytes


@dataclass
class Product:
    """What was taken, and what will be answered."""

    url: str = ""
    smtp_port: int = 0
    webhooks: list[Taken] = field(default_factory=list)
    slack: list[Taken] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    unsubscribed: list[Taken] = field(default_factory=list)
    unsubscribe_status: int = 200
    webhook_answers: list[int] = field(default_factory=list)
    """Statuses of the next webhooks; 200 when there is none left."""
    slack_answer: Json | None = None
    slack_status: int = 200
    slack_seconds: float = 0.0
    smtp_answer: str = "250 2.0.0 Stored"

    async def start(self) -> None:
        """Listen for HTTP and SMTP."""
        self._came = asyncio.Condition()
        app = web.Application()
        app.router.add_post("/stripe/webhook", self._webhook)
        app.router.add_post("/slack/events", self._slack)
        app.router.add_post("/unsubscribe/{token}", self._unsubscribe)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        loop = asyncio.get_running_loop()
        self._smtp = await loop.create_server(lambda: SMTP(self, hostname="product"), "127.0.0.1", 0)
        self.smtp_port = self._smtp.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening."""
        self._smtp.close()
        await self._runner.cleanup()

    async def slack_requests(self, count: int) -> None:
        """Wait until so many requests of Slack's have come."""
        async with asyncio.timeout(5), self._came:
            await self._came.wait_for(lambda: len(self.slack) >= count)

    async def _webhook(self, request: web.Request) -> web.Response:
        self.webhooks.append(Taken(request.path, dict(request.headers), await request.read()))
        return web.Response(status=self.webhook_answers.pop(0) if self.webhook_answers else 200)

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        self.unsubscribed.append(Taken(request.path, dict(request.headers), await request.read()))
        return web.Response(status=self.unsubscribe_status, headers={"Location": "/elsewhere"})

    async def _slack(self, request: web.Request) -> web.Response:
        self.slack.append(Taken(request.path, dict(request.headers), await request.read()))
        async with self._came:
            self._came.notify_all()
        await asyncio.sleep(self.slack_seconds)
        if self.slack_answer is None:
            return web.Response(status=self.slack_status)
        return web.json_response(self.slack_answer, status=self.slack_status)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take a mail."""
        sender = (envelope.mail_from or "").strip("<>")  # aiosmtpd's word for nobody is <>
        self.letters.append(Letter(sender, envelope.rcpt_tos, envelope.original_content or b""))
        return self.smtp_answer
