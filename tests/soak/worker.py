"""One worker of the soak, a process of its own that may be killed; started by ``year`` with what it has to know."""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path
from time import monotonic

import psycopg

from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from plixo import migrations, wiring
from scheduler import mailer, worker
from tests.soak.clock import Away, BusyCount, SharedClock
from tests.soak.cores import opened

CONCURRENCY = 4

START_SECONDS = 60.0
"""How long a worker waits for a database that has no connection left for it, as beside another year."""

OF_SLACK = frozenset(wiring.OF_CHAT)
"""Jobs that talk to Slack; what else the domain has no function for talks to Stripe."""


def functions(core: Core, clock: SharedClock, port: int, *, trouble: float) -> dict[str, JobFunction]:
    """Return the product's own functions; the ones that talk to Slack and Stripe fail while these are away.

    Stripe's also fail now and then without an outage; Slack's do not, since each line waits for the one before it,
    and one that is tried again waits for the clock to be moved: in hours it would meet no new trouble but pile up.
    """
    chance = random.Random()
    relay = mailer.Relay("127.0.0.1", port, tls="none")  # one for all: mails on their way together share its lines

    async def send_mailing(mailing_id: str) -> None:
        await mailer.send(core, relay, mailing_id=mailing_id)

    async def slack(**_: object) -> None:
        if Away.SLACK in clock.away:
            raise ConnectionError("Slack is away")

    async def stripe(**_: object) -> None:
        if Away.STRIPE in clock.away or chance.random() < trouble:
            raise ConnectionError("Stripe is away")

    return {
        **{kind.name: slack if kind.name in OF_SLACK else stripe for kind in wiring.JOBS},
        **wiring.domain_functions(core),
        "send_mailing": send_mailing,
    }


def counted(function: JobFunction, busy: BusyCount, clock: SharedClock) -> JobFunction:
    """Return the function, which shows in *busy* while it runs, and does not begin while the clock moves."""

    async def run(**arguments: object) -> None:
        busy.add(1)  # first told, then looked: whoever moves the clock says so first and looks then
        while clock.moving:
            busy.add(-1)
            await asyncio.sleep(0.005)
            busy.add(1)
        try:
            await function(**arguments)
        finally:
            busy.add(-1)

    return run


async def main(address: str, clock: Path, busy: Path, port: int, trouble: float, warm_up: int, driver: int) -> None:
    """Work until told to stop."""
    stop, count = asyncio.Event(), BusyCount(busy)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    time = SharedClock(clock)
    await _reached(address)
    there = opened(address, time, pool=6, application="soak worker", warm_up=warm_up)
    async with there as core:
        bound = functions(core, time, port, trouble=trouble)
        core.jobs.bind({name: counted(function, count, time) for name, function in bound.items()})
        async with asyncio.TaskGroup() as group:
            group.create_task(_left_alone(stop, driver))
            await worker.work(core, concurrency=CONCURRENCY, stop=stop)


async def _reached(address: str) -> None:
    """Wait for a database that lets nobody in for a moment, as `plixo run` does."""
    end = monotonic() + START_SECONDS
    while True:
        try:
            await migrations.check(address)
        except psycopg.OperationalError:
            if monotonic() > end:
                raise
            await asyncio.sleep(1)
        else:
            return


async def _left_alone(stop: asyncio.Event, driver: int) -> None:
    """Stop when the driver of the soak was killed: nobody else would ever stop this process."""
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), 1)
        except TimeoutError:
            if not _lives(driver):
                stop.set()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def run(address: str, clock: Path, busy: Path, log: Path, port: int, trouble: float, warm_up: int, driver: int) -> None:
    """Work, in this process; what goes wrong is written to *log*."""
    with log.open("wb") as file, Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    asyncio.run(main(address, clock, busy, port, trouble, warm_up, driver))
