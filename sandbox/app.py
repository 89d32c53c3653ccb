"""The sandbox: one HTTP server on loopback and one SMTP sink that stand in for Slack, Stripe and the mail world."""

import asyncio
import logging

from aiohttp import web

from sandbox import guard
from sandbox.clock import MovableClock
from sandbox.live import Live
from sandbox.mail_world import MailWorld
from sandbox.page import Page
from sandbox.settings import SandboxSettings
from sandbox.slack_world import SlackWorld
from sandbox.store import Store
from sandbox.stripe_checkout import CheckoutPage
from sandbox.stripe_world import StripeWorld

log = logging.getLogger(__name__)

LARGEST_REQUEST = 25 * 1024 * 1024
SECONDS_TO_STOP = 2.0


class Sandbox:
    """Start, stop and hold all stand-ins; their state is in the state folder and survives a kill."""

    def __init__(self, settings: SandboxSettings, *, clock: MovableClock | None = None) -> None:
        self.settings = settings
        self.clock = clock or MovableClock(settings.state_folder)
        self.store = Store(settings.state_folder / "sandbox.sqlite3")
        self._product_url = settings.product_url.rstrip("/")
        self._inbound = (settings.inbound_host, settings.inbound_port)
        self._port, self._smtp_port = settings.port, settings.smtp_sink_port
        self.live = Live()
        self.stripe = StripeWorld(
            self.store,
            self.clock,
            origin=lambda: self.url,
            api_key=settings.stripe_api_key,
            webhook_secret=settings.stripe_webhook_secret,
            webhook_url=lambda: f"{self._product_url}/stripe/webhook",
        )
        self.slack = SlackWorld(
            self.store,
            self.clock,
            people=settings.people,
            channel=settings.slack_channel,
            bot_token=settings.slack_bot_token,
            signing_secret=settings.slack_signing_secret,
            origin=lambda: self.url,
            address=lambda: f"{self._product_url}/slack/events",
            events=settings.slack_events,
        )
        self.mail = MailWorld(
            self.store, self.clock, inbound=lambda: self._inbound, product_url=lambda: self._product_url
        )
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The sandbox's address, without a slash at its end; complete once it has started."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"http://{host}:{self._port}"

    @property
    def slack_api_url(self) -> str:
        """The base address for Slack's Web API."""
        return f"{self.url}/slack/api/"

    @property
    def stripe_api_url(self) -> str:
        """The base address for Stripe's API."""
        return f"{self.url}/stripe"

    @property
    def smtp_port(self) -> int:
        """The port of the SMTP sink; known once it has started."""
        return self._smtp_port

    def aim(self, *, product_url: str | None = None, inbound: tuple[str, int] | None = None) -> None:
        """Say where the product is, when that became known only after the sandbox had started."""
        self._product_url = (product_url or self._product_url).rstrip("/")
        self._inbound = inbound or self._inbound

    async def start(self) -> None:
        """Listen, send what is pending, and let time pass."""
        app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[guard.guard])
        self.slack.add_to(app)
        self.stripe.add_to(app)
        CheckoutPage(self.stripe, merchant=self.settings.merchant_name).add_to(app)
        Page(
            self.settings,
            self.store,
            self.clock,
            self.live,
            slack=self.slack,
            stripe=self.stripe,
            mail=self.mail,
            product_url=lambda: self._product_url,
        ).add_to(app)
        app.on_shutdown.append(self._end_streams)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SECONDS_TO_STOP)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.host, self.settings.port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self._smtp_port = await self.mail.sink.start(self.settings.host, self.settings.smtp_sink_port)
        self.store.listen(self.live.changed)
        self.clock.on_move(self._time_has_passed)
        await self.slack.sender.start()
        await self.stripe.start()

    async def stop(self) -> None:
        """Stop listening and sending; nothing that was kept is lost."""
        await self.stripe.stop()
        await self.slack.sender.stop()
        await self.mail.sink.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.sleep(0)
        self.store.close()

    async def _end_streams(self, _: web.Application) -> None:
        self.live.close()

    async def _time_has_passed(self, _: object) -> None:
        self.stripe.pass_time()
