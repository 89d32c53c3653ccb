"""Strikes: do to a party what the matrix says, for a while, and undo it."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sandbox import slack_faults, stripe_faults
from tests.faults.hired import Hired
from tests.faults.matrix import PROCESSES, Cell, Fault, Party
from tests.faults.wires import Mode
from tests.faults.yard import Yard
from tests.soak.relay import Mood

SECONDS = (3.0, 5.0)
"""How long a strike lasts …"""

DEAD_SECONDS = (14.0, 16.0)
"""… and how long one lasts after which a worker has to be taken for dead."""

HOUR_SECONDS = 3600.0

MODES = {Fault.SLOW: Mode.SLOW, Fault.HANG: Mode.HANG, Fault.PARTITION: Mode.SWALLOW, Fault.KILL: Mode.DOWN}

ALWAYS = 10_000
"""So many calls go wrong: all of them, until the faults are cleared."""

Undo = Callable[[], Awaitable[None]]


@asynccontextmanager
async def struck(yard: Yard, cell: Cell, chance: random.Random) -> AsyncIterator[str]:
    """Strike; tell how exactly; undo it at the end, so that everything that was there is there again."""
    said, undo = await _strike(yard, cell, chance)
    try:
        yield said
    finally:
        await undo()
        await yard.well()
        yard.relay.mood = Mood.WELL


def seconds(cell: Cell, chance: random.Random) -> float:
    """Return how long the strike of a cell lasts."""
    dead = cell.party in {Party.WORKER, Party.ALL_IN_ONE} and cell.fault in {Fault.HANG, Fault.PARTITION}
    return chance.uniform(*(DEAD_SECONDS if dead else SECONDS))


async def _strike(yard: Yard, cell: Cell, chance: random.Random) -> tuple[str, Undo]:
    if cell.party in PROCESSES:
        return await _process(yard.of(cell.party), cell.fault)
    match cell.party:
        case Party.POSTGRESQL:
            return await _postgres(yard, cell.fault)
        case Party.REDIS:
            return await _redis(yard, cell.fault)
        case Party.DISK:
            return _disk(yard, cell.fault)
        case Party.CLOCK:
            return _clock(yard, cell.fault, chance)
        case Party.DNS:
            mode = chance.choice((Mode.NOISE, Mode.HALF)) if cell.fault is Fault.WRONG else MODES[cell.fault]
            await yard.names.turn(mode)
            return mode.value, _nothing
    if cell.fault in MODES:
        await yard.wires[cell.party].turn(MODES[cell.fault])
        return MODES[cell.fault].value, _nothing
    return await _answers(yard, cell, chance)


async def _nothing() -> None:
    """Undo nothing: the yard makes everything well by itself."""


async def _process(hired: Hired, fault: Fault) -> tuple[str, Undo]:
    async def go_on() -> None:
        hired.send(signal.SIGCONT)

    async def feed() -> None:
        hired.starve(False)

    match fault:
        case Fault.KILL:
            await hired.end(signal.SIGKILL)
            return "SIGKILL", hired.start
        case Fault.RESTART:
            await hired.end()
            return "SIGTERM", hired.start
        case Fault.HANG:
            hired.send(signal.SIGSTOP)
            return "SIGSTOP", go_on
        case Fault.FULL:
            hired.starve(True)
            return "no file", feed
    await hired.database.turn(MODES[fault])
    return MODES[fault].value, _nothing


async def _postgres(yard: Yard, fault: Fault) -> tuple[str, Undo]:
    async def go_on() -> None:
        yard.postgres.send(signal.SIGCONT)

    async def make_room() -> None:
        await yard.postgres.be_full(False)

    match fault:
        case Fault.KILL | Fault.RESTART:
            how = signal.SIGKILL if fault is Fault.KILL else signal.SIGINT
            await yard.postgres.end(how)
            return how.name, yard.postgres.start
        case Fault.HANG:
            yard.postgres.send(signal.SIGSTOP)
            return "SIGSTOP", go_on
        case Fault.FULL:
            await yard.postgres.be_full(True)
            return "53100", make_room
    mode = MODES.get(fault, Mode.NOISE)
    await asyncio.gather(*(wire.turn(mode) for wire in yard.databases()))
    return mode.value, _nothing


async def _redis(yard: Yard, fault: Fault) -> tuple[str, Undo]:
    async def go_on() -> None:
        yard.redis.send(signal.SIGCONT)

    async def make_room() -> None:
        await yard.redis.say("CONFIG", "SET", "maxmemory", "0")

    match fault:
        case Fault.KILL | Fault.RESTART:
            how = signal.SIGKILL if fault is Fault.KILL else signal.SIGTERM
            await yard.redis.end(how)
            return how.name, yard.redis.start
        case Fault.HANG:
            yard.redis.send(signal.SIGSTOP)
            return "SIGSTOP", go_on
        case Fault.FULL:
            await yard.redis.say("CONFIG", "SET", "maxmemory", "1")
            return "no memory", make_room
    mode = MODES.get(fault, Mode.NOISE)
    await yard.wires[Party.REDIS].turn(mode)
    return mode.value, _nothing


def _disk(yard: Yard, fault: Fault) -> tuple[str, Undo]:
    files, away = yard.folder / "files", yard.folder / "files-away"

    async def feed() -> None:
        for each in yard.crew.values():
            each.starve(False)

    async def bring_back() -> None:
        files.unlink()
        away.rename(files)

    if fault is Fault.FULL:
        for each in yard.crew.values():
            each.starve(True)
        return "no file", feed
    files.rename(away)
    files.touch()  # where it was, nothing can be made anew
    return "folder gone", bring_back


def _clock(yard: Yard, fault: Fault, chance: random.Random) -> tuple[str, Undo]:
    async def right() -> None:
        yard.clock.go_on()
        yard.clock.shift = yard.base

    if fault is Fault.HANG:
        yard.clock.stop()
        return "stands", right
    sign = chance.choice((1, -1))
    yard.clock.shift = yard.base + yard.base.resolution * int(sign * HOUR_SECONDS * 1_000_000)
    return "an hour " + ("forwards" if sign > 0 else "back"), right


async def _answers(yard: Yard, cell: Cell, chance: random.Random) -> tuple[str, Undo]:
    wire, wrong = yard.wires[cell.party], cell.fault is Fault.WRONG
    if wrong and chance.random() < 0.4:
        mode = chance.choice((Mode.NOISE, Mode.HALF))
        await wire.turn(mode)
        return mode.value, _nothing
    match cell.party:
        case Party.RELAY:
            yard.relay.mood = chance.choice((Mood.MUTE, Mood.SILENT)) if wrong else Mood.FULL
            return yard.relay.mood.value, _nothing
        case Party.SLACK:
            kinds = (slack_faults.Fault.PAGE, slack_faults.Fault.HALF, slack_faults.Fault.LOST)
            slack = chance.choice(kinds) if wrong else slack_faults.Fault.RATE_LIMITED
            yard.sandbox.slack.api.faults.plan(slack, times=ALWAYS, retry_after=1)
            return slack.value, _nothing
    kinds_of_stripe = (stripe_faults.Fault.FAILS_AFTER, stripe_faults.Fault.HANGS_UP)
    stripe = chance.choice(kinds_of_stripe) if wrong else stripe_faults.Fault.RATE_LIMITED
    yard.sandbox.stripe.faults.plan(stripe, times=ALWAYS)
    return stripe.value, _nothing
