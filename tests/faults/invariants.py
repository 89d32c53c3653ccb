"""What must hold after every fault, whatever it was: each check yields one sentence for each thing that is wrong."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from types import SimpleNamespace
from typing import Any, cast

from domain.ledger import audit
from tests.faults.yard import Yard
from tests.flows.money import checks as money_checks
from tests.soak import checker, evidence
from tests.soak.checks import ends, money, steps, stops, wire
from tests.soak.record import Record
from tests.soak.world import World

OF_THE_SOAK: tuple[checker.Check, ...] = (
    ends.witnessed,
    wire.strangers,
    wire.labelled,
    wire.complete,
    wire.once,
    money.paid,
    money.paused,
    money.amounts,
    stops.suppressed,
    stops.held,
    stops.excluded,
    stops.gated,
    steps.softly,
    ends.explained,
)
"""Its other checks are about days that pass, or look only when nobody works any more."""

ITS_LAST_WORD = frozenset(
    {
        "tell_operators",
        "redraw_case",
        "redraw_chat",
        "publish_home",
        "publish_homes",
        "redraw_home",
        "watch_chat",
        "show_readiness",
        "show_maintenance",
    }
)
"""Jobs that draw in Slack what a later one draws anew; they are given up so that they do not keep the others back."""

LOOKS, PAUSE_SECONDS = 5, 1.0
"""A lock that is there at every look is left behind."""

_JOBS = """
    SELECT status::text AS status, task_name, count(*) AS n FROM procrastinate_jobs
    WHERE status IN ('aborted', 'cancelled', 'failed') OR (status = 'doing' AND NOT EXISTS (
        SELECT FROM procrastinate_workers w
        WHERE w.id = worker_id AND w.last_heartbeat > now() - interval '15 seconds'))
    GROUP BY 1, 2
"""

_LOCKS = """
    SELECT a.pid, a.application_name,
        l.locktype || ' ' || coalesce(l.relation::regclass::text, l.objid::text, '') AS held
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
      AND (l.locktype = 'advisory' OR a.state LIKE 'idle in transaction%')
    UNION
    SELECT a.pid, a.application_name, 'waits for a lock' FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'
"""

_WAITING = """
    SELECT 'mail ' || id AS what FROM inbound_mail WHERE state = 'stored'
    UNION ALL SELECT 'event ' || event_id FROM provider_event WHERE state = 'stored'
    UNION ALL SELECT 'mailing ' || id FROM mailing WHERE state = 'sending'
    UNION ALL SELECT 'import ' || file_name FROM file_import WHERE state IN ('asked', 'applying')
"""

_BOOKED = """
    SELECT coalesce(root.object_id, p.object_id) AS charge, sum(p.amount_minor)::bigint AS minor, count(*) AS n
    FROM payment p LEFT JOIN payment root ON root.id = p.reverses_id WHERE p.source = 'stripe' GROUP BY 1
"""

_FILES = """
    SELECT 'imports/' || id AS key, size_bytes FROM file_import
    WHERE state IN ('open', 'previewed', 'applying') AND size_bytes IS NOT NULL
"""

TOKENS = re.compile(
    r"/l/[\w-]{20,}|\b[bru]\+[\w.=-]{12,}@|payer-[\w-]+@customer|xoxb-\w|rk_test_\w|whsec_\w|postgresql://"
)
"""What a log must not hold: links, return paths, whole addresses, keys."""

Check = Callable[[Yard], AsyncIterator[str]]


async def of_the_soak(yard: Yard) -> AsyncIterator[str]:
    """Yield what the soak's own checks find: a step twice, a mail that is not on record, an amount that is not owed."""
    for name, sentences in (await asyncio.to_thread(_judged, await recorded(yard))).items():
        for each in sentences:
            yield f"{name}: {each}"


async def recorded(yard: Yard) -> Record:
    """Read what the witness saw and the relay took."""
    empty = cast("World", SimpleNamespace(payers={}))
    return await evidence.gathered(yard.postgres.address, yard.relay, empty, yard.core, [], yard.clock.now())


def _judged(record: Record) -> Mapping[str, list[str]]:
    found = {check.__name__: list(check(record)) for check in OF_THE_SOAK}
    return {name: sentences for name, sentences in found.items() if sentences}


async def books(yard: Yard) -> AsyncIterator[str]:
    """Yield each balance that is not the sum of its entries."""
    found = await audit.run(yard.core)
    for each in found.differences:
        yield str(each)
    for flow in found.flows:
        if not flow.balanced:
            yield f"what came in is not what was applied: {flow}"


async def stripe(yard: Yard) -> AsyncIterator[str]:
    """Yield each charge of which the ledger has another amount than Stripe, and each webhook that was not taken."""
    world = cast("Any", SimpleNamespace(stripe=yard.sandbox.stripe))
    there = money_checks.moved(world)
    known = {row["charge"]: row for row in await yard.rows(_BOOKED)}
    for charge in sorted(there.keys() | known.keys()):
        row = known.get(charge)
        if (row["minor"] if row else None) != there.get(charge) or (row and row["n"] != 1):
            yield f"charge {charge}: {there.get(charge)} at Stripe, {row} here"


async def jobs(yard: Yard) -> AsyncIterator[str]:
    """Yield each kind of job that was lost: that failed for good, or is taken by a worker that is dead."""
    for row in await yard.rows(_JOBS):
        if row["status"] != "failed" or row["task_name"] not in ITS_LAST_WORD:
            yield f"{row['n']} × {row['task_name']} {row['status']}"


async def waiting(yard: Yard) -> AsyncIterator[str]:
    """Yield each mail, webhook, mailing and import that is left half-way."""
    for row in await yard.rows(_WAITING):
        yield f"{row['what']} is left half-way"


async def locks(yard: Yard) -> AsyncIterator[str]:
    """Yield each lock and open transaction that stays."""
    seen: set[tuple[int, str, str]] | None = None
    for look in range(LOOKS):
        now = {(row["pid"], row["application_name"], row["held"]) for row in await yard.rows(_LOCKS)}
        seen = now if seen is None else seen & now
        if not seen:
            return
        await asyncio.sleep(PAUSE_SECONDS if look + 1 < LOOKS else 0)
    for pid, who, held in sorted(seen or ()):
        yield f"{who} ({pid}) keeps {held}"


async def files(yard: Yard) -> AsyncIterator[str]:
    """Yield each file that a row knows and that is not there whole."""
    folder = yard.folder / "files"
    for row in await yard.rows(_FILES):
        file = folder / row["key"]
        if not file.exists() or file.stat().st_size != row["size_bytes"]:
            yield f"{row['key']} is not there whole"


async def logs(yard: Yard) -> AsyncIterator[str]:
    """Yield what no log may hold, and each place at which a process told of a bug."""
    text = await asyncio.to_thread(yard.log.read_text, errors="replace")
    for each in sorted({found.group()[:8] for found in TOKENS.finditer(text)}):
        yield f"the log holds {each}…"


async def processes(yard: Yard) -> AsyncIterator[str]:
    """Yield each process that ended although nobody ended it."""
    for each in yard.crew.values():
        if each.ended_by_itself is not None:
            yield f"{each.name} ended by itself, with {each.ended_by_itself}"


CHECKS: tuple[Check, ...] = (of_the_soak, books, stripe, jobs, waiting, locks, files, logs, processes)


async def broken(yard: Yard) -> list[str]:
    """Run every check; return what each found."""
    return [f"{check.__name__}: {each}" for check in CHECKS async for each in check(yard)]
