"""Run: the parts of the product in one process, started together and taken down together."""

import asyncio
import contextlib
import gc
import signal
import time
from collections.abc import Collection, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import structlog
import typer
from aiohttp import web

import inbound_mail.server
import portal.app
from domain.kernel import watch
from domain.kernel.clock import Clock
from domain.kernel.core import Core
from plixo import database, parts, runtime, tally, tracing
from plixo.database import DatabaseAway, DatabaseUnreachable
from plixo.health import Judge
from plixo.metrics import Metrics
from plixo.metrics_listener import Listener, listening
from plixo.part import Part
from plixo.parts import Edges
from plixo.settings import Settings
from portal import rim, wire
from portal.askers import Proxies
from portal.counters import Counters
from portal.rates import Rates
from scheduler import worker
from scheduler.clock import SlotClock

log = structlog.get_logger(__name__)

SHUTDOWN_SECONDS = 20.0
"""How long running requests and jobs may take to end; what does not end is taken up at the next start."""

PATIENCE_SECONDS = 120.0
"""How long a start waits for the database: after a power cut machines come up in any order, and it replays its log."""

AGAIN_SECONDS = 2.0
"""Pause between two tries to start."""


class Product:
    """The running parts of one process."""

    def __init__(self, settings: Settings, chosen: Collection[Part], *, clock: Clock | None = None) -> None:
        self.settings, self._chosen, self._given_clock = settings, frozenset(chosen), clock
        self._stack = AsyncExitStack()
        self._stop = asyncio.Event()
        self._standing = wire.Standing()
        self.addresses: dict[str, str] = {}
        """What listens where, for people."""
        self.clock: SlotClock | None = None

    @property
    def core(self) -> Core:
        """The core, once started."""
        return self._runtime.core

    async def start(self) -> None:
        """Start every chosen part; on failure nothing is left running."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        settings, chosen = self.settings, self._chosen
        self._runtime = await self._stack.enter_async_context(
            runtime.opened(
                settings,
                application="+".join(sorted(chosen)),
                clock=self._given_clock,
                migrate=settings.database_url is None,
            )
        )
        await self._be_watched()
        edges = await parts.edges(self.core, settings, self._stack)
        if chosen & {Part.PORTAL, Part.BOT}:
            await self._serve_http(edges)
        if Part.BOT in chosen and edges.bot is not None and settings.slack_app_token is not None:
            await self._stack.enter_async_context(edges.bot.socket_mode(settings.slack_app_token.get_secret_value()))
            self.addresses["slack"] = "Socket Mode"
        if Part.INBOUND_MAIL in chosen:
            await self._serve_mail()
        if Part.WORKER in chosen:
            self.core.jobs.bind(parts.job_functions(self.core, edges))
            self._spawn(worker.work(self.core, concurrency=settings.worker_concurrency, stop=self._stop))
        if Part.SCHEDULER in chosen:
            self.clock = SlotClock(self.core)
            self._stack.callback(self.clock.stop)
            await self.clock.start()

    async def _be_watched(self) -> None:
        """Judge this process for whoever asks, and listen for those who watch where that is set."""
        judge = Judge(self.core, self._chosen)
        self._standing.degraded = judge.degraded
        counter = tally.Counter(self.core, folder=self.settings.data_dir)
        self._stack.enter_context(watch.by(counter))
        await self._stack.enter_async_context(tally.kept(counter))
        if self.settings.otlp_endpoint is not None:
            named = "+".join(sorted(self._chosen))
            self._stack.enter_context(tracing.sent_to(self.settings.otlp_endpoint, parts=named))
        if self.settings.metrics_port is None:
            return
        figures = Metrics(self._chosen)
        self._stack.enter_context(watch.by(figures))
        listener = Listener(self.core, judge=judge, standing=self._standing, metrics=figures)
        self.addresses["metrics"] = await self._stack.enter_async_context(
            listening(listener, host=self.settings.metrics_host, port=self.settings.metrics_port)
        )

    async def _serve_http(self, edges: Edges) -> None:
        settings = self.settings
        secure = settings.public_url.startswith("https:")
        counters = Counters(redis_url=settings.redis_url.get_secret_value() if settings.redis_url else None)
        self._stack.push_async_callback(counters.close)
        app = portal.app.build(
            self.core,
            edges.gateway,
            checkout_origin=settings.stripe_checkout_origin,
            secure_cookies=secure,
            bank_debit=settings.stripe_bank_debit,
            rates=Rates(proxies=Proxies(settings.trusted_proxies, settings.proxy_header), counters=counters),
            standing=self._standing,
            webhook_secrets=tuple(each.get_secret_value() for each in settings.stripe_webhook_secrets),
            pages=Part.PORTAL in self._chosen,
        )
        if Part.BOT in self._chosen and edges.bot is not None and settings.slack_signing_secret is not None:
            edges.bot.add_routes(app)
        told = rim.headers(checkout_origin=settings.stripe_checkout_origin, secure=secure)
        runner = wire.Runner(app, headers=told, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        self._stack.push_async_callback(self._drained, runner)
        site = web.TCPSite(runner, settings.portal_host, settings.portal_port)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.addresses["portal, webhooks and Slack over HTTP"] = f"http://{host}:{port}"

    async def _drained(self, runner: web.AppRunner) -> None:
        """Serve until the balancer has noticed that we stop; then let the running requests end, and close."""
        self._standing.stopping = True
        await asyncio.sleep(self.settings.drain_seconds if self.addresses else 0)
        await runner.cleanup()

    async def _serve_mail(self) -> None:
        server = await inbound_mail.server.serve(
            self.core,
            host=self.settings.inbound_host,
            port=self.settings.inbound_port,
            limits=parts.mail_limits(self.settings),
            encryption=parts.encryption(self.settings),
            proxies=self.settings.inbound_proxies,
        )
        self._stack.push_async_callback(server.close)
        self.addresses["inbound mail"] = f"smtp://{self.settings.inbound_host}:{server.port}"

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)

        async def ended() -> None:
            self._stop.set()
            await asyncio.wait({task}, timeout=SHUTDOWN_SECONDS)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._stack.push_async_callback(ended)

    async def stop(self) -> None:
        """Stop in the reverse order of starting; running jobs end or are taken up again later."""
        self._standing.stopping = True
        self._stop.set()
        await self._stack.aclose()


async def started(
    settings: Settings,
    chosen: Collection[Part],
    *,
    asked: asyncio.Event,
    clock: Clock | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Product | None:
    """Start the parts, as soon as the database answers; None when *asked* to end before it did.

    Raises:
        DatabaseAway: It has not answered for *patience_seconds*.
    """
    end = time.monotonic() + patience_seconds
    while not asked.is_set():
        product = Product(settings, chosen, clock=clock)
        try:
            await product.start()
        except Exception as error:  # whatever the libraries say when nobody answers; all else ends the process
            told = _away(settings, error)
            if told is None:
                raise
            left = end - time.monotonic()
            if left <= 0:
                raise told from None
            log.warning(
                "the start waits for the database", why=str(told), error=type(error).__name__, seconds_left=round(left)
            )
        else:
            return product
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asked.wait(), AGAIN_SECONDS)
    return None


def _away(settings: Settings, error: Exception) -> DatabaseAway | None:
    """Return in words that the database of the settings does not answer, if that is what went wrong."""
    if isinstance(error, DatabaseUnreachable):
        return error if isinstance(error, DatabaseAway) else None
    if settings.database_url is None or not rim.unreachable(error):
        return None
    return database.away(settings.database_url.get_secret_value())


async def until_stopped(settings: Settings, chosen: Collection[Part], *, clock: Clock | None = None) -> None:
    """Run the parts until the process is asked to end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, asked.set)
    product = await started(settings, chosen, asked=asked, clock=clock)
    if product is None:
        return
    try:
        for name, address in product.addresses.items():
            typer.echo(f"{name}: {address}")
        typer.echo("ready")
        gc.collect()
        gc.freeze()  # what is loaded stays; to look through all of it again would hold up a page
        await asked.wait()
    finally:
        await product.stop()
