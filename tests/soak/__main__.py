"""Play a simulated year and check it: `python -m tests.soak [--accounts N] [--days N] [--seed N]`, or `make soak`.

`--turnover` says how much is sold, and `--minutes` ends a year early that takes longer. The seed is printed first;
`PLIXO_SOAK_SEED` or `--seed` plays the same world again. Exit code 1 on any violation.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from plixo import database
from tests.soak import checker
from tests.soak.year import Size, Year


def seed(usual: int | None = None) -> int:
    """Return the seed that was given, else the usual one, else a new one."""
    given = os.environ.get("PLIXO_SOAK_SEED", "")
    if given:
        return int(given)
    return random.SystemRandom().randrange(1_000_000) if usual is None else usual


TURNOVER = 18.0
"""How many invoices a customer is sent in a year, unless told otherwise."""


def a_year(seed: int, *, accounts: int, days: int, turnover: float = TURNOVER, minutes: float | None = None) -> Size:
    """Return the size of a long run: everything grows with the number of accounts and of what they buy."""
    invoices_a_day = max(4.0, accounts * turnover / 365)
    return Size(
        seed=seed,
        accounts=accounts,
        days=days,
        hours=(3.0, 9.5),
        acts_a_day=max(10.0, 2.5 * invoices_a_day),
        invoices_a_day=invoices_a_day,
        opening=min(1.0, turnover / 12),
        warm_up=max(50, accounts // 8),
        minutes=minutes,
    )


async def played(size: Size) -> int:
    """Play, tell what happened, and return how many violations there are."""
    begun, playing = time.monotonic(), asyncio.current_task()
    assert playing is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)  # workers and relay end with it
    with TemporaryDirectory(prefix="plixo-soak-") as folder:
        address = await asyncio.to_thread(database.embedded, Path(folder) / "postgres")  # a server of its own
        year = Year(size, address, Path(folder), tell=print)
        record = await year.play()
    found = checker.violations(record)
    asked = sum(each.asks for each in record.sends)
    seconds = time.monotonic() - begun
    print(  # noqa: T201
        f"{year.days} days of {size.days}, {size.accounts} customers, {year.world.sold} invoices, {len(record.taken)}"
        f" mails ({asked} ask for money) in {seconds:,.0f} s"
    )
    print("\n".join(f"{count:8,}  {what}" for what, count in year.told.most_common()))  # noqa: T201
    for name, sentences in found.items():
        print(f"VIOLATED {name}: {len(sentences)}")  # noqa: T201
        print("\n".join(f"    {each}" for each in sentences[:20]))  # noqa: T201
    return sum(map(len, found.values()))


def main() -> int:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--turnover", type=float, default=TURNOVER, help="invoices for each account in a year")
    parser.add_argument("--minutes", type=float, default=None, help="end earlier, after so many real minutes")
    parser.add_argument("--seed", type=int, default=None)
    said = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.basicConfig(level=logging.ERROR)
    chosen = seed() if said.seed is None else said.seed
    print(f"PLIXO_SOAK_SEED={chosen}", flush=True)  # noqa: T201
    size = a_year(chosen, accounts=said.accounts, days=said.days, turnover=said.turnover, minutes=said.minutes)
    violations = asyncio.run(played(size))
    print("no violation" if not violations else f"{violations} violations; play it again with --seed {chosen}")  # noqa: T201
    return int(violations > 0)


if __name__ == "__main__":
    sys.exit(main())
