"""A worker in a process of its own that kills itself, as by kill −9, at a chosen moment; see ``test_kill_money``."""

import asyncio
import os
import signal
import sys

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from plixo import database, wiring
from portal import jobs as portal_jobs
from portal.stripe_gateway import StripeGateway
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.flows.money.fate import Fate, FrailGateway, Moment, MortalDatabase
from tests.portal.stripe_stand_in import API_KEY


class Killing(Fate):
    """Strikes without giving anybody the time to clean up."""

    def comes(self, moment: Moment) -> bool:
        """End the process if it strikes now."""
        if super().comes(moment):
            os.kill(os.getpid(), signal.SIGKILL)
        return False


async def main(address: str, stripe_base: str, moment: Moment, after: int) -> None:
    """Work until nothing is left to do, or to the chosen moment."""
    fate, gateway = Killing(), StripeGateway(api_key=API_KEY, api_base=stripe_base)
    fate.plan(moment, after=after)
    async with database.opened(address, pool=4):
        queue = Jobs(address, wiring.JOBS)
        core = Core(StandingClock(), MortalDatabase(fate), queue, KEYS, MERCHANT, wiring.NOTICES)
        queue.bind({kind.name: wiring.nothing for kind in wiring.JOBS})
        queue.bind({"apply_cash": wiring.domain_functions(core)["apply_cash"]})
        queue.bind(portal_jobs.functions(core, FrailGateway(gateway, fate)))
        await queue.open()
        await queue.work(concurrency=1, stop=asyncio.Event(), until_idle=True)
        await queue.close()
    await gateway.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Moment(sys.argv[3]), int(sys.argv[4])))
