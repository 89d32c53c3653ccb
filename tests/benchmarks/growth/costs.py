"""What is measured on each ledger: one line of a table for each thing that a day is made of."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from domain.casework import queue, why, worklist
from domain.cash_application import payer_words, posting
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import digest_contents, readiness, readiness_judging, searches
from domain.operations.digest_contents import Kind
from domain.outreach import newcomers, planner
from tests.benchmarks.growth import nightly, visits
from tests.benchmarks.growth.ledgers import Ledger
from tests.domain.operations.readiness_world import FakeWorld

LOOKS = 40
"""How often something that answers one person is asked; the median counts."""


class Order(StrEnum):
    """How a cost may grow with the ledger."""

    FLAT = "flat"
    LINEAR = "linear"


@dataclass(frozen=True)
class Stage:
    """One ledger, and what is needed to work on it."""

    core: Core
    ledger: Ledger
    folder: Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Something that is measured."""

    name: str
    order: Order
    seconds: Callable[[Stage], Awaitable[float]]
    most: int | None = None
    """Invoices of the largest ledger on which it is measured; None: any."""


async def _once(work: Awaitable[Any]) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


async def _median(ask: Callable[[int], Awaitable[Any]]) -> float:
    """Return the median of some looks, after a few that nobody counts."""
    for place in range(5):
        await ask(place)
    return statistics.median([await _once(ask(place)) for place in range(LOOKS)])


async def _numbers(stage: Stage) -> list[str]:
    """Return the numbers of some open invoices, from all over the ledger."""
    rows = await stage.core.database.rows(
        "SELECT number FROM invoice WHERE state = 'open' ORDER BY id LIMIT %s", (LOOKS,)
    )
    return [str(row["number"]) for row in rows]


async def _newcomers(stage: Stage) -> float:
    return await _once(newcomers.enrol(stage.core))


async def _planned(stage: Stage) -> float:
    return await _once(planner.plan(stage.core))


async def _idle(stage: Stage) -> float:
    return await _once(planner.plan(stage.core))


async def _judged(stage: Stage) -> float:
    taken = await _once(worklist.refresh_all(stage.core))
    await stage.core.database.execute("ANALYZE worklist")
    return taken


async def _top(stage: Stage) -> float:
    return await _median(lambda _: queue.page(stage.core, actor=SHELL))


async def _why(stage: Stage) -> float:
    numbers = await _numbers(stage)
    return await _median(lambda at: why.explain(stage.core, invoice_number=numbers[at % len(numbers)], actor=SHELL))


async def _search(stage: Stage) -> float:
    return await _median(lambda at: searches.customers(stage.core, typed=f"zimmermann {at}"))


async def _readiness(stage: Stage) -> float:
    return await _once(readiness_judging.judge(stage.core, surroundings=FakeWorld()))


async def _board(stage: Stage) -> float:
    return await _median(lambda _: readiness.board(stage.core))


async def _digest(stage: Stage) -> float:
    return await _once(digest_contents.compose(stage.core, kind=Kind.WEEKLY, actor=SHELL))


async def _names(stage: Stage) -> float:
    return await _once(payer_words.read_new(stage.core))


async def _cash(stage: Stage) -> float:
    lines = await nightly.bank_lines(stage.core)
    return await _once(posting.apply_cash(stage.core)) / lines


async def _page(stage: Stage) -> float:
    async with visits.page(stage.core) as ask:
        return await _median(ask)


async def _mails(stage: Stage) -> float:
    async with visits.mailbox(stage.core) as take:
        return await _median(take)


async def _changes(stage: Stage) -> float:
    file = await nightly.export(stage.core, stage.folder, full=False)
    return await _once(nightly.take(stage.core, file, full=False))


async def _imported(stage: Stage) -> float:
    file = await nightly.export(stage.core, stage.folder, full=True)
    return await _once(nightly.take(stage.core, file, full=True))


COSTS = (
    Cost("planning: those in no cadence yet (night)", Order.LINEAR, _newcomers),
    Cost("planning: a pass, what is due today", Order.LINEAR, _planned),
    Cost("planning: a pass, nothing due", Order.FLAT, _idle),
    Cost("queue: every open invoice judged anew", Order.LINEAR, _judged),
    Cost("queue: its top", Order.FLAT, _top),
    Cost("queue: why, of one invoice", Order.FLAT, _why),
    Cost("search of a customer by a part of its name", Order.LINEAR, _search),
    Cost("readiness: all checks judged", Order.LINEAR, _readiness),
    Cost("readiness: its board", Order.FLAT, _board),
    Cost("digest: all figures of a week", Order.LINEAR, _digest),
    Cost("portal: a page, over HTTP", Order.FLAT, _page),
    Cost("inbound: a bounce, stored, read and acted upon", Order.FLAT, _mails),
    Cost("cash: every customer's name read, once", Order.LINEAR, _names),
    Cost("cash: a bank line, matched and posted", Order.FLAT, _cash),
    Cost("import: the changes of a day", Order.LINEAR, _changes),
    Cost("import: the night's file of all open invoices", Order.LINEAR, _imported, most=2_000_000),
)
"""In the order of a day; each finds what those before it have left."""
