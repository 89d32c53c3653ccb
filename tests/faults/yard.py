"""The yard: the product's processes, all that they need, and a wire before each of them that can be cut."""

import asyncio
import random
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr

from domain.kernel.core import Core
from domain.pay_links import provider_health
from plixo import database, demo, runtime
from plixo.demo import DemoPlaces
from plixo.part import Part
from plixo.settings import Settings
from sandbox.app import Sandbox
from sandbox.balancer import HttpBalancer, TcpBalancer
from sandbox.clock import MovableClock
from tests.faults.hired import Hired
from tests.faults.matrix import PROCESSES, Party
from tests.faults.servers import Postgres, Redis
from tests.faults.shifted import ShiftedClock
from tests.faults.wires import Mode, NameServer, Streams, Wire
from tests.flows.stage import until
from tests.soak import witness
from tests.soak.relay import Relay

ANSWER_SECONDS, QUERY_SECONDS = 0.5, 0.05
"""How late a slow answer comes: over HTTP, SMTP and Redis, and from the database, which is asked far more often."""

READY_SECONDS = 120.0

PORTS = (12_000, 30_000)
"""Below those that Linux gives to whoever asks for any."""

HANDS = 2
"""Workers: while one hangs, the other has to notice."""

CHANGES: dict[str, object] = {
    "undo_seconds": 0,
    "contact_rest_days": 0,
    "trusted_proxies": 2,
    "log_level": "info",
    "log_format": "json",
    "inbound_connections_a_minute": 1_000_000,
    "inbound_mails_a_minute": 1_000_000,
    "slack_hourly_messages": 0,
    "slack_post_seconds": 0.0,
}
"""What differs from the demo's settings: nobody is made to wait, nothing is bundled, and payers have addresses."""


def quiet_port() -> int:
    """Return a port that nobody is given by chance, also while the process that has it is not running.

    Of two yards beside each other one would else send mail to the other's server.
    """
    while True:
        port = random.randint(*PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def unplayable() -> str:
    """Say why there can be no yard on this machine; nothing when there can."""
    if sys.platform != "linux":
        return "NOT LINUX: the fault matrix is not played"
    return "" if Redis.installed() else "NO redis-server ON THE PATH: the fault matrix is not played"


class Wired(Sandbox):
    """Stand-ins that know themselves under the address of the wire before them."""

    outside = 0

    @property
    def url(self) -> str:
        """The address under which the product knows them."""
        return f"http://127.0.0.1:{self.outside}" if self.outside else super().url


@dataclass
class Yard:
    """Everything, running."""

    folder: Path
    postgres: Postgres
    redis: Redis
    relay: Relay
    names: NameServer
    sandbox: Wired
    clock: ShiftedClock
    base: timedelta
    """How far its clock is from the machine's, when nobody made it jump."""
    wires: dict[Party, Wire]
    crew: dict[str, Hired]
    portal: str
    """The portal's address, before the balancer."""
    smtp_port: int
    core: Core = field(init=False)
    """A core of the test's own, over a wire that nobody cuts."""

    @property
    def log(self) -> Path:
        """What all processes wrote."""
        return self.folder / "log"

    def of(self, party: Party) -> Hired:
        """Return the process that a party is; of several workers the first."""
        return next(each for name, each in self.crew.items() if name.rpartition("-")[0] == party.value)

    def databases(self) -> list[Wire]:
        """Return every process's way to the database."""
        return [each.database for each in self.crew.values()]

    async def cast(self, party: Party) -> None:
        """Have the processes running that a cell about this party needs, and no others."""
        alone = self.of(Party.ALL_IN_ONE)
        others = [each for each in self.crew.values() if each is not alone]
        leave, come = (others, [alone]) if party is Party.ALL_IN_ONE else ([alone], others)
        await asyncio.gather(*(each.end() for each in leave))
        await asyncio.gather(*(each.start() for each in come))
        if not await provider_health.heard(self.core):
            self.sandbox.stripe.send_test_event()
            await until(self._stripe_heard, seconds=READY_SECONDS, missing="Stripe's test event was never worked")
            await until(self.ready, seconds=READY_SECONDS, missing="readiness never let mail go")

    async def _stripe_heard(self) -> bool | None:
        return await provider_health.heard(self.core) or None

    async def ready(self) -> bool | None:
        """Tell whether readiness lets mail leave; have it judged anew if it does not, as a person does who is told."""
        if not await self.rows("SELECT 1 FROM gate WHERE name = 'readiness' AND state = 'closed'"):
            return True
        async with self.core.transaction() as tx:
            await self.core.jobs.defer(tx, "recheck_readiness")
        await asyncio.sleep(1)
        return None

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the database, past every wire."""
        connection = await psycopg.AsyncConnection.connect(
            self.postgres.address, autocommit=True, row_factory=dict_row, connect_timeout=10
        )
        async with connection:
            return await (await connection.execute(statement.encode(), values or None)).fetchall()

    async def well(self) -> None:
        """Turn every wire, server and stand-in to what it should be."""
        for wire in (*self.wires.values(), *self.databases()):
            await wire.turn(Mode.PASS)
        await self.names.turn(Mode.PASS)
        self.sandbox.slack.api.faults.clear()
        self.sandbox.stripe.faults.clear()

    async def leave(self) -> None:
        """Take everything down."""
        await self.well()
        await asyncio.gather(*(each.end() for each in self.crew.values()), return_exceptions=True)
        for wire in (*self.wires.values(), *self.databases()):
            await wire.close()
        self.names.close()


def _to(port: int) -> Any:
    async def connected() -> Streams:
        return await asyncio.open_connection("127.0.0.1", port)

    return connected


async def _wires(postgres: Postgres, redis: Redis, relay: Relay, sandbox_port: int) -> dict[Party, Wire]:
    made = {
        Party.REDIS: Wire(redis.connected, slow_seconds=ANSWER_SECONDS),
        Party.RELAY: Wire(_to(relay.port), slow_seconds=ANSWER_SECONDS),
        Party.SLACK: Wire(_to(sandbox_port), slow_seconds=ANSWER_SECONDS),
        Party.STRIPE: Wire(_to(sandbox_port), slow_seconds=ANSWER_SECONDS),
    }
    for each in made.values():
        await each.open()
    return made


def _parts() -> Iterable[tuple[str, tuple[Part, ...]]]:
    for party, part in PROCESSES.items():
        for number in range(1, 1 + (HANDS if part is Part.WORKER else 1)):
            yield f"{party.value}-{number}", () if part is None else (part,)


async def _crew(folder: Path, settings: Settings, postgres: Postgres) -> dict[str, Hired]:
    found = {}
    for name, parts in _parts():
        wire = Wire(postgres.connected, slow_seconds=QUERY_SECONDS)
        await wire.open()
        address = f"postgresql://postgres@127.0.0.1:{wire.port}/{database.NAME}"
        own = {"database_url": SecretStr(address), "portal_port": quiet_port(), "inbound_port": quiet_port()}
        changed = settings.model_copy(update=own)
        found[name] = Hired(name, parts, changed, folder / "clock", folder / "log", wire)
    return found


def _ports(crew: dict[str, Hired], part: Part) -> list[Hired]:
    return [each for each in crew.values() if not each.parts or part in each.parts]


@asynccontextmanager
async def opened() -> AsyncIterator[Yard]:
    """Start everything but the processes; ``cast`` starts those that are needed."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plixo-faults-")))
        await asyncio.to_thread(folder.chmod, 0o755)  # the server is another user where this one is root
        postgres, redis = Postgres(folder / "postgres"), Redis(folder)
        await postgres.start()
        stack.push_async_callback(postgres.forget)
        await redis.start()
        stack.push_async_callback(_ended, redis)
        yield await _filled(stack, folder, postgres, redis)


async def _filled(stack: AsyncExitStack, folder: Path, postgres: Postgres, redis: Redis) -> Yard:
    now = datetime.now(UTC)
    base = demo.working_afternoon(now) - now
    clock = ShiftedClock(folder / "clock", shift=base)
    relay, names = Relay(clock, 0), NameServer()
    await relay.open()
    stack.push_async_callback(relay.close)
    await names.open()
    places = DemoPlaces(folder, quiet_port(), quiet_port(), quiet_port(), postgres.address)
    shared = demo.secrets_of(folder)
    sandbox = Wired(
        demo.sandbox_settings(places, shared),
        clock=MovableClock(folder / "sandbox", first=lambda now: now + base),
    )
    await sandbox.start()
    stack.push_async_callback(sandbox.stop)
    wires = await _wires(postgres, redis, relay, places.port)
    sandbox.outside = wires[Party.SLACK].port
    settings = demo.product_settings(places, shared, sandbox).model_copy(
        update={
            "smtp_port": wires[Party.RELAY].port,
            "stripe_api_url": f"http://127.0.0.1:{wires[Party.STRIPE].port}/stripe",
            "redis_url": SecretStr(f"redis://127.0.0.1:{wires[Party.REDIS].port}/0"),
            "dns_servers": [f"127.0.0.1:{names.port}"],
            **CHANGES,
        }
    )
    await database.migrated(settings)
    await witnessed(postgres, base)
    await postgres.can_be_full()
    opened = await stack.enter_async_context(runtime.opened(settings, application="faults", clock=clock))
    crew = await _crew(folder, settings, postgres)
    http = HttpBalancer(
        {
            "/slack/": [each.settings.portal_port for each in _ports(crew, Part.BOT)],
            "/": [each.settings.portal_port for each in _ports(crew, Part.PORTAL)],
        }
    )
    await http.start("127.0.0.1", places.portal_port)
    stack.push_async_callback(http.stop)
    mail = TcpBalancer([each.settings.inbound_port for each in _ports(crew, Part.INBOUND_MAIL)])
    await mail.start("127.0.0.1", places.smtp_port)
    stack.push_async_callback(mail.stop)
    await demo.fill(opened.core, sample=False)
    portal = f"http://127.0.0.1:{places.portal_port}"
    yard = Yard(
        folder, postgres, redis, relay, names, sandbox, clock, base, wires, crew, portal, places.smtp_port
    )  # fmt: skip
    yard.core = opened.core
    stack.push_async_callback(yard.leave)
    return yard


async def witnessed(postgres: Postgres, base: timedelta) -> None:
    """Have the soak's witness watch, and tell it the time of this yard."""
    await witness.install(postgres.address, at=datetime.now(UTC) + base)
    async with await psycopg.AsyncConnection.connect(postgres.address, autocommit=True) as connection:
        await connection.execute(
            f"ALTER DATABASE {database.NAME} RESET synchronous_commit"
        )  # the server dies here, too
        await connection.execute("DROP TABLE soak_clock")
        await connection.execute(
            f"CREATE VIEW soak_clock AS SELECT clock_timestamp() + interval '{base.total_seconds()} seconds' AS at"
        )


async def _ended(redis: Redis) -> None:
    import signal

    await redis.end(signal.SIGKILL)
