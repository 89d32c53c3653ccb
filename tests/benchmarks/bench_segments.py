"""Invoices a second that find their segment, among twelve rules of every kind, against a bare look at each of them.

python -m tests.benchmarks.bench_segments [INVOICES …]     default: 10,000 100,000
"""

import asyncio
import sys
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.policies import segments
from domain.policies.reading import checked
from plixo import database, migrations, wiring
from tests.benchmarks import books
from tests.clocks import START, StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.databases import of_its_own

SIZES = (10_000, 100_000)

ROUNDS = 3
"""Ours and bare take turns, and the best round of each counts."""

RULES: tuple[dict[str, Any], ...] = (
    {"account": ["C17", "Customer 4711", "no such customer"]},
    {"tags": {"any": ["key"], "none": ["insolvent"]}, "balance": {"from": 8000}},
    {"ageing": ["91+"], "risk": "high"},
    {"region": "DACH", "balance": {"from": 5000}},
    {"region": ["Nordics", "Benelux"]},
    {"industry": ["software", "building"], "days_past_due": {"from": 31}},
    {"currency": "USD", "balance": {"from": 1000, "to": 4000}},
    {"country": ["JP", "US"]},
    {"risk": ["medium"], "ageing": ["1-30", "31-60"]},
    {"currency": "GBP"},
    {"days_past_due": {"to": 0}},
    {},
)
"""Twelve segments as a merchant may have them, the last of which takes the rest."""

_BARE = "SELECT count(i.open_minor), count(a.country) FROM invoice i JOIN account a ON a.id = i.account_id"


def chosen(core: Core) -> tuple[segments.Segment, ...]:
    """Return the segments of the rules."""
    document = checked(
        {
            "segments": [
                {"name": f"segment {number}", "rule": rule, "cadence": "default"} for number, rule in enumerate(RULES)
            ],
            "cadences": [{"name": "default", "steps": [{"day": 21, "escalate": True}]}],
        }
    )
    return segments.proposed(core, document)


async def seconds(core: Core, sql: str, values: dict[str, Any]) -> float:
    """Return how long one statement takes."""
    begun = time.perf_counter()
    await core.database.rows(sql, values)
    return time.perf_counter() - begun


async def measured(size: int) -> dict[str, Any]:
    """Measure a ledger of one size."""
    async with of_its_own() as address:
        await migrations.migrate(address)
        await books.fill(address, size)
        async with database.opened(address, pool=2):
            merchant = replace(MERCHANT, zone=ZoneInfo("Europe/Berlin"))
            core = Core(StandingClock(), Database(), Jobs(address, wiring.JOBS), KEYS, merchant, wiring.NOTICES)
            rates = {"USD": Decimal("0.92"), "GBP": Decimal("1.17")}
            core = replace(core, limits=replace(core.limits, rates=rates))
            choice, values = segments.choice(chosen(core))
            sql = (
                f"SELECT segment, count(*) FROM (SELECT {choice} AS segment FROM invoice i"
                " JOIN account a ON a.id = i.account_id) each GROUP BY segment"
            )
            parameters = {**values, "today": START.date()}
            pairs = [(await seconds(core, sql, parameters), await seconds(core, _BARE, {})) for _ in range(ROUNDS)]
    ours, bare = (min(pair[which] for pair in pairs) for which in (0, 1))
    return {
        "name": f"segments of {size:,} invoices, {len(RULES)} rules",
        "unit": "invoices/s",
        "ours": size / ours,
        "bare": size / bare,
        "limit": 0.05,
    }


async def run(sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """Measure every size."""
    return [await measured(size) for size in sizes]


if __name__ == "__main__":
    for row in asyncio.run(run(tuple(map(int, sys.argv[1:])) or SIZES)):
        sys.stdout.write(f"{row}\n")
