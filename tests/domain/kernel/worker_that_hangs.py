"""A worker process that takes a job, says so, and never finishes it; started and killed by ``test_jobs.py``."""

import asyncio
import os
import sys

from domain.kernel.jobs import Jobs
from tests.domain.kernel.kinds import KINDS


async def main(address: str) -> None:
    """Work until killed."""

    async def hang(**_: object) -> None:
        os.write(1, b"taken\n")
        await asyncio.Event().wait()

    jobs = Jobs(address, KINDS)
    jobs.bind({kind.name: hang for kind in KINDS})
    await jobs.open()
    await jobs.work(concurrency=1, stop=asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
