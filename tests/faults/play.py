"""Play cells: begin a moment, strike in its middle, heal, wait until all is quiet, and see whether everything holds."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.faults import invariants, strikes
from tests.faults.matrix import Cell, Party
from tests.faults.moments import BEGUN_SECONDS, SCENES, Scene
from tests.faults.yard import Yard

PLAY_SECONDS, QUIET_SECONDS = 240.0, 180.0
"""A moment that is struck comes to its end within the first; after it, nothing is left to do within the second."""

_SOON = """
    UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now()
"""
"""Whatever was put off is due now: the faults are over, and nobody wants to wait for minutes."""

_LEFT = """
    SELECT count(*) AS n FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one cell."""

    cell: Cell
    how: str
    """What exactly was done."""
    seconds: float
    wrong: tuple[str, ...]
    at: str
    seed: int

    @property
    def held(self) -> bool:
        """Whether everything held."""
        return not self.wrong


def in_order(cells: Sequence[Cell], chance: random.Random) -> list[Cell]:
    """Return cells in an order of chance, those for which other processes run together."""
    mixed = chance.sample(list(cells), len(cells))
    return sorted(mixed, key=lambda each: each.party is Party.ALL_IN_ONE)


async def play_all(
    yard: Yard, cells: Sequence[Cell], *, seed: int, tell: Callable[[Played], object], first: int = 1
) -> list[Played]:
    """Play cells one after the other on one yard; tell of each."""
    chance, found = random.Random(seed), []
    for number, cell in enumerate(in_order(cells, chance), start=first):
        played = await play(yard, cell, batch=f"SO-{number:04}", seed=seed)
        tell(played)
        found.append(played)
    return found


async def play(yard: Yard, cell: Cell, *, batch: str, seed: int) -> Played:
    """Play one cell."""
    chance = random.Random(f"{seed} {cell}")
    begun, how = time.monotonic(), ""
    scene = SCENES[cell.moment](yard, batch, chance)
    wrong: list[str] = []
    try:
        await yard.cast(cell.party)
        await scene.prepare()
        how = await _struck(yard, cell, scene, chance)
        wrong += [each async for each in invariants.processes(yard)]
        await yard.cast(cell.party)  # what ended by itself is started anew, as whatever watches over processes does
        wrong += await quiet(yard, scene)
        wrong += await invariants.broken(yard)
    except Exception as error:  # the rim of a cell: the others are played all the same
        wrong.append(f"not played to its end: {type(error).__name__}: {error}"[:500])
    seconds = round(time.monotonic() - begun, 1)
    return Played(cell, how, seconds, tuple(wrong), f"{datetime.now(UTC):%Y-%m-%d %H:%M}", seed)


async def _struck(yard: Yard, cell: Cell, scene: Scene, chance: random.Random) -> str:
    playing = asyncio.create_task(scene.play())
    middle = asyncio.create_task(scene.middle.wait())
    try:
        async with asyncio.timeout(PLAY_SECONDS):
            await asyncio.wait({playing, middle}, timeout=BEGUN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(chance.uniform(0.0, 0.5))
            async with strikes.struck(yard, cell, chance) as how:
                await asyncio.sleep(strikes.seconds(cell, chance))
            await playing
    finally:
        for task in (playing, middle):
            task.cancel()
        await asyncio.gather(playing, middle, return_exceptions=True)
    return how


async def quiet(yard: Yard, scene: Scene) -> list[str]:
    """Wait until nothing is left to do and nothing is missing; return what still is."""
    end = time.monotonic() + QUIET_SECONDS
    while True:
        await yard.ready()
        await yard.rows(f"WITH soon AS ({_SOON} RETURNING 1) SELECT count(*) FROM soon")
        [left] = await yard.rows(_LEFT)
        missing = await scene.missing()
        if not left["n"] and not missing:
            return []
        if time.monotonic() > end:
            rows = await yard.rows(
                "SELECT task_name, status::text, attempts FROM procrastinate_jobs"
                " WHERE status IN ('todo', 'doing') LIMIT 5"
            )
            unready = await yard.rows("SELECT name, code FROM readiness_result WHERE verdict = 'fail'")
            return [
                *missing,
                *(f"never done: {row}" for row in rows),
                *(f"not ready: {row['name']} ({row['code']})" for row in unready),
            ]
        await asyncio.sleep(0.5)
