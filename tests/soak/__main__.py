"""Play a simulated year and check it: `python -m tests.soak [--accounts N] [--days N] [--seed N]`, or `make soak`.

The seed is printed first; `PLIXO_SOAK_SEED` or `--seed` plays the same world again. Exit code 1 on any violation.
"""

import argparse
import asyncio
import logging
import os
import random
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


def a_year(seed: int, *, accounts: int, days: int) -> Size:
    """Return the size of a long run: everything grows with the number of accounts."""
    return Size(
        seed=seed,
        accounts=accounts,
        days=days,
        acts_a_day=max(10.0, accounts / 12),
        invoices_a_day=max(4.0, accounts / 20),
        warm_up=max(50, accounts // 8),
    )


async def played(size: Size) -> int:
    """Play, tell what happened, and return how many violations there are."""
    begun = time.monotonic()
    with TemporaryDirectory(prefix="plixo-soak-") as folder:
        address = await asyncio.to_thread(database.embedded, Path(folder) / "postgres")  # a server of its own
        year = Year(size, address, Path(folder), tell=print)
        record = await year.play()
    found = checker.violations(record)
    asked = sum(each.asks for each in record.sends)
    seconds = time.monotonic() - begun
    print(f"{size.days} days, {len(record.taken)} mails ({asked} ask for money) in {seconds:,.0f} s")  # noqa: T201
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
    parser.add_argument("--seed", type=int, default=None)
    said = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.basicConfig(level=logging.ERROR)
    chosen = seed() if said.seed is None else said.seed
    print(f"PLIXO_SOAK_SEED={chosen}", flush=True)  # noqa: T201
    violations = asyncio.run(played(a_year(chosen, accounts=said.accounts, days=said.days)))
    print("no violation" if not violations else f"{violations} violations; play it again with --seed {chosen}")  # noqa: T201
    return int(violations > 0)


if __name__ == "__main__":
    sys.exit(main())
