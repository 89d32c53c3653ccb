"""Figures: what was measured on each ledger, how it grows, and where it is kept for the page in the docs."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.growth.costs import COSTS, Cost, Order
from tests.benchmarks.growth.ledgers import Ledger
from tests.sources import ROOT

KEPT = ROOT / "docs" / "growth.json"

MOST = {Order.FLAT: 0.2, Order.LINEAR: 1.15}
"""The largest power of the size with which a cost of that order may grow."""

UNSEEN_SECONDS = 0.01
"""What a cost may rise by without anybody noticing; a rise below it is flat, whatever its power."""


@dataclass(frozen=True, slots=True)
class Column:
    """One ledger, and what everything cost on it."""

    ledger: Ledger
    made_seconds: float
    seconds: dict[str, float]
    """By the cost's name; what is too much for a ledger of that size is left out."""
    megabytes: float
    """Our process's memory at most."""
    measured_on: str
    """The day, as ``2026-11-23``."""


def power(cost: Cost, columns: Sequence[Column]) -> float | None:
    """Return the power of the size with which a cost has grown between the two largest; None with one size."""
    measured = [each for each in columns if cost.name in each.seconds]
    if len(measured) < 2:
        return None
    small, large = measured[-2:]
    before, after = small.seconds[cost.name], large.seconds[cost.name]
    if after - before < UNSEEN_SECONDS:
        return 0.0
    return math.log(after / before) / math.log(large.ledger.invoices / small.ledger.invoices)


def too_fast(cost: Cost, columns: Sequence[Column]) -> bool:
    """Tell whether a cost grows faster than it may."""
    grown = power(cost, columns)
    return grown is not None and grown > MOST[cost.order]


def guessed(cost: Cost, columns: Sequence[Column], invoices: int) -> float | None:
    """Return what a linear cost would come to, as fast as it grew last but linear at least; None where nobody knows."""
    measured = [each for each in columns if cost.name in each.seconds]
    grown = power(cost, columns)
    if grown is None or cost.order is not Order.LINEAR:
        return None
    largest = measured[-1]
    return largest.seconds[cost.name] * math.pow(invoices / largest.ledger.invoices, max(1.0, grown))


def shown(seconds: float) -> str:
    """Return seconds as people read them."""
    if seconds >= 2 * 3600:
        return f"{seconds / 3600:.1f} h"
    if seconds >= 300:
        return f"{seconds / 60:.0f} min"
    if seconds >= 100:
        return f"{seconds:,.0f} s"
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def kept(file: Path = KEPT) -> list[Column]:
    """Return the figures that are kept, the smallest ledger first."""
    names = {each.name for each in COSTS}
    return [
        Column(
            Ledger(**each["ledger"]), each["made_seconds"],
            {name: taken for name, taken in each["seconds"].items() if name in names}, each["megabytes"],
            each["measured_on"],
        )
        for each in json.loads(file.read_text("utf-8"))
    ]  # fmt: skip


def keep(columns: Sequence[Column], file: Path = KEPT) -> None:
    """Keep figures; those of ledgers of other sizes stay as they are."""
    before = {each.ledger.invoices: each for each in (kept(file) if file.exists() else ())}
    both = before | {each.ledger.invoices: each for each in columns}
    rows = [asdict(both[size]) for size in sorted(both)]
    file.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
