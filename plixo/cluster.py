"""The cluster: every kind of process several times on this machine, as on many machines, against the stand-ins.

One PostgreSQL, a balancer before the portals, the bots and the mail servers, and each part as processes of their own
that are started anew when they die. It is the topology of ``docker-compose.yml`` without Docker.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

import structlog
import typer
from pydantic import SecretStr

from plixo import database, demo, logs, runtime
from plixo.demo import DemoPlaces
from plixo.part import Part
from plixo.settings import Settings
from sandbox.app import Sandbox
from sandbox.balancer import HttpBalancer, TcpBalancer

log = structlog.get_logger(__name__)

TOPOLOGY: Mapping[Part, int] = {
    Part.PORTAL: 2,
    Part.BOT: 2,
    Part.INBOUND_MAIL: 2,
    Part.SCHEDULER: 2,
    Part.WORKER: 3,
}
"""How many processes of each part there are."""

START_SECONDS = 60.0
"""Within it a process says that it is ready."""

STOP_SECONDS = 45.0
"""How long a process may take to end what it does before it is killed; the compose file's ``stop_grace_period``."""

REST_SECONDS = 1.0
"""Before a process that died is started anew."""


@dataclass
class Member:
    """One process of the cluster."""

    name: str
    part: Part
    port: int | None
    metrics_port: int
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    leaving: bool = False

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self.process.pid if self.process is not None and self.process.returncode is None else None


class Cluster:
    """The stand-ins and all processes, started and stopped together."""

    def __init__(
        self, places: DemoPlaces, *, topology: Mapping[Part, int] = TOPOLOGY, sample: bool = True, **changes: object
    ) -> None:
        """Take where it keeps its data, how many of each there are, and settings that differ from the demo's."""
        self.places, self._sample, self._changes = places, sample, changes
        shared = demo.secrets_of(places.folder)
        self._shared = shared
        self.sandbox = Sandbox(demo.sandbox_settings(places, shared))
        self.members = [
            Member(f"{part.value}-{number}", part, _free_port() if _listens(part) else None, _free_port())
            for part, count in topology.items()
            for number in range(1, count + 1)
        ]
        self.http = HttpBalancer({"/slack/": self._ports(Part.BOT), "/": self._ports(Part.PORTAL)})
        self._mail = TcpBalancer(self._ports(Part.INBOUND_MAIL))
        self._watching: list[asyncio.Task[None]] = []
        self._log: IO[bytes] | None = None

    @property
    def settings(self) -> Settings:
        """What every process is told; the ports apart."""
        return self._settings

    def of(self, part: Part) -> list[Member]:
        """Return the processes of one part."""
        return [each for each in self.members if each.part is part]

    async def start(self) -> None:
        """Start everything, and wait until every process is ready.

        Raises:
            TimeoutError: A process did not become ready; its log says why.
        """
        places = self.places
        await self.sandbox.start()
        embedded = demo.product_settings(places, self._shared, self.sandbox)
        address, _ = await database.migrated(embedded)
        self._settings = embedded.model_copy(
            update={"database_url": SecretStr(address), "trusted_proxies": 1, "log_level": "info", **self._changes}
        )
        logs.configure(embedded)
        async with runtime.opened(self._settings, application="cluster") as opened:
            await demo.fill(opened.core, sample=self._sample)
        self._log = (places.folder / "cluster.log").open("ab")
        await self.http.start("127.0.0.1", places.portal_port)
        await self._mail.start("127.0.0.1", places.smtp_port)
        self._watching = [asyncio.create_task(self._keep(each)) for each in self.members]
        async with asyncio.timeout(START_SECONDS):
            await asyncio.gather(*(each.ready.wait() for each in self.members))
            await self.http.everybody_ready.wait()

    async def stop(self) -> None:
        """Let every process end what it does; whatever does not end is killed."""
        for each in self.members:
            each.leaving = True
        await asyncio.gather(*(self._end(each) for each in self.members))
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        with contextlib.suppress(AttributeError):  # never started
            await self.http.stop()
            await self._mail.stop()
        await self.sandbox.stop()
        if self._log is not None:
            self._log.close()

    async def replace(self, member: Member) -> None:
        """Start a process anew as an upgrade does: it ends what it does, and the next one takes its place."""
        member.ready.clear()
        await self._end(member)
        async with asyncio.timeout(START_SECONDS):
            await member.ready.wait()

    def kill(self, member: Member) -> None:
        """Kill a process as a power cut does; it is started anew."""
        if (pid := member.pid) is not None:
            member.ready.clear()
            os.kill(pid, signal.SIGKILL)

    async def _keep(self, member: Member) -> None:
        """Keep a process running until the cluster stops."""
        while not member.leaving:
            member.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "plixo", "run", member.part.value, env=self._environment(member),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=self._log,
                start_new_session=True,  # Ctrl-C is for the cluster, which then ends them in order
            )  # fmt: skip
            member.starts += 1
            await self._told(member, member.process)
            member.ready.clear()
            if not member.leaving:
                log.warning("a process ended and is started anew", member=member.name)
                await asyncio.sleep(REST_SECONDS)

    async def _told(self, member: Member, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.strip() == b"ready":
                member.ready.set()
        await process.wait()

    async def _end(self, member: Member) -> None:
        process = member.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                log.error("a process did not end and is killed", member=member.name)
                process.kill()
                await process.wait()

    def _ports(self, part: Part) -> list[int]:
        return [each.port for each in self.of(part) if each.port is not None]

    def _environment(self, member: Member) -> dict[str, str]:
        ports = {"metrics_port": member.metrics_port}
        if member.port is not None:
            ports[_port_of(member.part)] = member.port
        told = environment(self._settings.model_copy(update=ports))
        return {**{name: value for name, value in os.environ.items() if not name.startswith("PLIXO_")}, **told}


def environment(settings: Settings) -> dict[str, str]:
    """Return what a process is told so that it has these settings; secrets travel by environment, never by argument."""
    told: dict[str, str] = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if value is None:
            continue
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
        elif isinstance(value, list) and all(isinstance(each, SecretStr) for each in value):
            text = json.dumps([each.get_secret_value() for each in value])
        else:
            plain = settings.model_dump(mode="json", include={name})[name]
            text = plain if isinstance(plain, str) else json.dumps(plain)
        told[f"PLIXO_{name.upper()}"] = text
    return told


async def until_stopped(places: DemoPlaces, *, sample: bool = True) -> None:
    """Run the cluster until it is asked to end; on SIGHUP every process is replaced, one after the other."""
    cluster = Cluster(places, sample=sample)
    asked, upgrade = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, asked.set)
    loop.add_signal_handler(signal.SIGHUP, upgrade.set)
    try:
        await cluster.start()
        for line in _addresses(cluster, places):
            typer.echo(line)
        typer.echo("ready")
        sys.stdout.flush()
        while not asked.is_set():
            waiting = [asyncio.create_task(each.wait()) for each in (asked, upgrade)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            if upgrade.is_set():
                upgrade.clear()
                await _replace_all(cluster, asked)
    finally:
        await cluster.stop()


async def _replace_all(cluster: Cluster, asked: asyncio.Event) -> None:
    for member in cluster.members:
        if not asked.is_set():
            await cluster.replace(member)
            typer.echo(f"replaced {member.name}")


def _addresses(cluster: Cluster, places: DemoPlaces) -> Sequence[str]:
    return [
        f"sandbox page: {cluster.sandbox.url}",
        f"portal, webhooks and Slack over HTTP, balanced: http://127.0.0.1:{places.portal_port}",
        f"inbound mail, balanced: smtp://127.0.0.1:{places.smtp_port}",
        *(
            f"{each.name}: process {each.pid}"
            + (f", port {each.port}" if each.port else "")
            + f", figures http://127.0.0.1:{each.metrics_port}/metrics"
            for each in cluster.members
        ),
        f"log of all: {places.folder / 'cluster.log'}; kill -HUP {os.getpid()} replaces every process in turn",
    ]


def _listens(part: Part) -> bool:
    return part in {Part.PORTAL, Part.BOT, Part.INBOUND_MAIL}


def _port_of(part: Part) -> str:
    return "inbound_port" if part is Part.INBOUND_MAIL else "portal_port"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
