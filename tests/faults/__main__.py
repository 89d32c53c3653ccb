"""Play the fault matrix: ``python -m tests.faults [--only WORDS] [--minutes N] [--seed N] [--unplayed]``.

``make soak FAULTS=1`` plays all of it. The seed is printed first; ``--seed`` plays the same strikes again. Each result
is written to ``tests/faults/results.json``, from which ``python -m tests.faults.report`` writes docs/reliability.md.
Exit code 1 when anything did not hold.
"""

import argparse
import asyncio
import logging
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults import matrix, play, results, yard
from tests.faults.matrix import Cell
from tests.faults.play import Played
from tests.soak.__main__ import seed as chosen_seed


def told(played: Played) -> None:
    """Say what came of a cell, and keep it."""
    results.write([played])
    print(f"{'held ' if played.held else 'BROKE'} {played.seconds:6.1f} s  {played.cell} ({played.how})", flush=True)  # noqa: T201
    for each in played.wrong[:10]:
        print(f"        {each}", flush=True)  # noqa: T201


async def played(cells: Sequence[Cell], *, seed: int, minutes: float | None, log: Path | None) -> int:
    """Play cells until there are no more or the time is over; return how many broke."""
    end = None if minutes is None else time.monotonic() + 60 * minutes
    playing, broke = asyncio.current_task(), 0
    assert playing is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)  # all processes end with it
    left = play.in_order(cells, random.Random(seed))
    while left and (end is None or time.monotonic() < end):
        async with yard.opened() as there:  # a new one after each cell that broke: what it left is no other's
            number, held = 0, True
            while left and held and (end is None or time.monotonic() < end):
                number += 1
                one = await play.play(there, left.pop(0), batch=f"SO-{number:04}", seed=seed)
                told(one)
                held = one.held
                broke += not held
            if log is not None:
                await asyncio.to_thread(_kept, there.log, log)
    if left:
        print(f"the time is over: {len(left)} cells are left", flush=True)  # noqa: T201
    return broke


def _kept(log: Path, place: Path) -> None:
    with place.open("ab") as file:
        file.write(log.read_bytes())


def main() -> int:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="cells whose names hold one of these words")
    parser.add_argument("--minutes", type=float, default=None, help="begin no further cell after so many minutes")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--unplayed", action="store_true", help="only cells that have no result, or broke")
    parser.add_argument("--log", type=Path, default=None, help="where to put what all processes wrote")
    said = parser.parse_args()
    if reason := yard.unplayable():
        parser.exit(2, f"{reason}\n")
    known = results.read() if said.unplayed else {}
    done = {cell for cell, each in known.items() if each.held}
    cells = [
        each
        for each in matrix.cells()
        if each not in done and (not said.only or any(word in str(each) for word in said.only))
    ]
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # the balancer's payers leave before their answer
    seed = chosen_seed() if said.seed is None else said.seed
    print(f"PLIXO_SOAK_SEED={seed}; {len(cells)} cells", flush=True)  # noqa: T201
    broke = asyncio.run(played(cells, seed=seed, minutes=said.minutes, log=said.log))
    print("everything held" if not broke else f"{broke} cells broke; play them again with --seed {seed}")  # noqa: T201
    return int(broke > 0)


if __name__ == "__main__":
    sys.exit(main())
