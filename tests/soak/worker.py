"""One worker of the soak, a process of its own that may be killed: `python -m tests.soak.worker ADDRESS CLOCK PORT`."""

import asyncio
import random
import signal
import sys
from pathlib import Path

from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction
from plixo import wiring
from scheduler import mailer, worker
from tests.soak.clock import SharedClock
from tests.soak.cores import opened

CONCURRENCY = 4


def functions(core: Core, port: int, *, trouble: float) -> dict[str, JobFunction]:
    """Return the product's own functions; the ones that talk to Slack and Stripe fail now and then."""
    chance = random.Random()

    async def send_mailing(mailing_id: str) -> None:
        await mailer.send(core, mailer.Relay("127.0.0.1", port, tls="none"), mailing_id=mailing_id)

    async def outside(**_: object) -> None:
        if chance.random() < trouble:
            raise ConnectionError("the other side is away")

    return {
        **{kind.name: outside for kind in wiring.JOBS},
        **wiring.domain_functions(core),
        "send_mailing": send_mailing,
    }


async def main(address: str, clock: Path, port: int, trouble: float, warm_up: int) -> None:
    """Work until told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    there = opened(address, SharedClock(clock), pool=6, application="soak worker", warm_up=warm_up)
    async with there as core:
        core.jobs.bind(functions(core, port, trouble=trouble))
        await worker.work(core, concurrency=CONCURRENCY, stop=stop)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])))
