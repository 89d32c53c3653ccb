"""The metrics listener: `/metrics`, `/healthz` and `/readyz` of a process on a port of their own, never the payers'."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from domain.kernel.core import Core
from plixo.health import JUDGED, Judge
from plixo.metrics import CONTENT_TYPE, Metrics
from portal import wire
from portal.wire import Standing

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "Plixo"}


class Listener:
    """Answers the three addresses."""

    def __init__(self, core: Core, *, judge: Judge, standing: Standing, metrics: Metrics) -> None:
        self._core, self._judge, self._standing, self._metrics = core, judge, standing, metrics

    def application(self) -> web.Application:
        """Return the application."""
        app = web.Application(handler_args=wire.limits(), client_max_size=1024)
        app.router.add_get("/metrics", self._figures)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        return app

    async def _figures(self, _: web.Request) -> web.Response:
        health = await self._judge.judged()
        self._metrics.pool(self._core.database.connections())
        self._metrics.ready({each: health.fine.get(each, False) for each in JUDGED})
        self._metrics.vitals(health.vitals)
        return web.Response(body=self._metrics.text(), headers={**HEADERS, "Content-Type": CONTENT_TYPE})

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n", headers=HEADERS)

    async def _ready(self, _: web.Request) -> web.Response:
        if self._standing.stopping:
            return web.Response(text="stopping\n", status=503, headers=HEADERS)
        health = await self._judge.judged()
        return web.Response(
            text=wire.standing_text(health.degraded, useless=health.useless),
            status=503 if health.useless else 200,
            headers=HEADERS,
        )


@asynccontextmanager
async def listening(listener: Listener, *, host: str, port: int) -> AsyncIterator[str]:
    """Serve there; yield the address."""
    runner = wire.Runner(listener.application(), headers=HEADERS, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        found = runner.addresses[0]
        yield f"http://{found[0]}:{found[1]}/metrics"
    finally:
        await runner.cleanup()
