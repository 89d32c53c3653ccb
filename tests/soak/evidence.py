"""Evidence: everything that the checker is told when the year is over, read in plain SQL."""

from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from domain.kernel.core import Core
from tests.soak import witness
from tests.soak.record import Record, Rules
from tests.soak.relay import Relay
from tests.soak.world import World


async def gathered(address: str, relay: Relay, world: World, core: Core, stuck: list[str], ended: datetime) -> Record:
    """Read what happened."""
    limits = core.limits
    connection = await psycopg.AsyncConnection.connect(address, row_factory=dict_row, autocommit=True)
    async with connection as sql:
        return Record(
            taken=relay.taken,
            history=await witness.history(address),
            payers=world.payers,
            rules=Rules(
                zone=str(core.merchant.zone),
                opens=limits.opens,
                closes=limits.closes,
                rest=limits.contact_rest,
                domain_cap=limits.domain_cap,
                warm_up_first=limits.warm_up_first,
                warm_up_begins=(await _rows(sql, _WARM_UP))[0]["begins"],
            ),
            instalments=await _instalments(sql),
            steps=await _steps(sql),
            vetoes=frozenset((row["id"], row["step"]) for row in await _rows(sql, _VETOES)),
            stuck=tuple(stuck),
            unseen=tuple(await witness.unseen(address)),
            jobs={row["status"]: row["n"] for row in await _rows(sql, _JOBS)},
            locks=(await _rows(sql, _LOCKS))[0]["n"],
            ended=ended,
        )


_WARM_UP = "SELECT min(started_on) AS begins FROM warm_up"

_VETOES = "SELECT enrolment_id::text AS id, step FROM veto"

_JOBS = """
    SELECT status::text || ' (' || task_name || ')' AS status, count(*) AS n FROM procrastinate_jobs
    WHERE status IN ('doing', 'aborted', 'cancelled')
       OR (status = 'failed' AND task_name NOT IN ('tell_operators', 'redraw_case', 'redraw_chat', 'publish_homes'))
       OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now() - interval '1 minute'))
    GROUP BY status, task_name
"""
"""A line for Slack is given up after some attempts, so that it does not keep the others back, and so is drawing a
message that later events draw anew; nothing else is."""

_LOCKS = """
    SELECT (SELECT count(*) FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid
            WHERE l.locktype = 'advisory' AND s.datname = current_database())
         + (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND state LIKE 'idle in transaction%' AND now() - state_change > interval '5 seconds') AS n
"""


async def _rows(sql: "psycopg.AsyncConnection[dict[str, Any]]", statement: str) -> list[dict[str, Any]]:
    return await (await sql.execute(statement.encode())).fetchall()


async def _instalments(sql: "psycopg.AsyncConnection[dict[str, Any]]") -> dict[str, list[tuple[date, int]]]:
    found: dict[str, list[tuple[date, int]]] = {}
    for row in await _rows(sql, "SELECT plan_id::text AS plan, due_on, amount_minor FROM plan_instalment"):
        found.setdefault(row["plan"], []).append((row["due_on"], row["amount_minor"]))
    return found


async def _steps(sql: "psycopg.AsyncConnection[dict[str, Any]]") -> dict[str, list[tuple[int, int, str | None]]]:
    found: dict[str, list[tuple[int, int, str | None]]] = {}
    for row in await _rows(
        sql, "SELECT cadence_id::text AS cadence, position, offset_days, letter FROM cadence_step ORDER BY position"
    ):
        found.setdefault(row["cadence"], []).append((row["position"], row["offset_days"], row["letter"]))
    return found
