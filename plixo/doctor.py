"""Doctor: a support bundle of how a deployment is set up and how it stands, without secrets or personal data.

It holds counts, states, names of our own and classes of errors; texts of the merchant's are told as "set". Whatever is
a text at all goes through the scrubbing of the log as well.
"""

import asyncio
import json
import os
import platform
import zipfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from domain.kernel.clock import SystemClock
from plixo import database, logs, migrations
from plixo.check_results import Result
from plixo.settings import Settings

LIBRARIES = ("aiohttp", "aiosmtpd", "procrastinate", "psycopg", "pydantic", "slack-bolt", "stripe", "tortoise-orm")

STATEMENT_SECONDS = 15
"""For one count; in large books it is left out after so long."""

MOST_ROWS = 200

_PLAIN = (bool, int, float)

_WITHOUT_WORDS = frozenset({"balances", "Slack", "Slack delivery"})
"""Checks whose findings may name a customer, an invoice or a workspace."""


async def bundle(settings: Settings, file: Path, *, checked: Sequence[Result] | None = None) -> tuple[str, ...]:
    """Write the bundle, readable by its owner only, with what the checks found; return the names of what it holds.

    Raises:
        FileExistsError: There is such a file; nothing is overwritten.
    """
    found: dict[str, Any] = {"about": about(), "settings": described(settings)}
    found |= await _database(settings)
    if checked is not None:
        found["checks"] = [
            {
                "name": each.name,
                "state": each.state,
                "what": "" if each.name in _WITHOUT_WORDS else logs.scrubbed(each.what),
            }
            for each in checked
        ]
    await asyncio.to_thread(_write, file, found)
    return tuple(found)


def about() -> dict[str, Any]:
    """Return versions and platform."""
    return {
        "plixo": metadata.version("plixo"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "at": SystemClock().now().isoformat(timespec="seconds"),
        "libraries": {each: metadata.version(each) for each in LIBRARIES},
        "migrations of this version": [f"{each.number:04} {each.name}" for each in migrations.MIGRATIONS],
    }


def described(settings: Settings) -> dict[str, object]:
    """Return each setting: figures and choices as they are, every text as "set" or "default"."""
    told: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        kinds = {each for each in (get_args(field.annotation) or (field.annotation,)) if each is not type(None)}
        chosen = get_origin(field.annotation) is Literal
        if value is None or isinstance(value, bool) or (kinds <= set(_PLAIN) and isinstance(value, _PLAIN)) or chosen:
            told[name] = value
        else:
            told[name] = "default" if value == field.get_default(call_default_factory=True) else "set"
    return told


async def _database(settings: Settings) -> dict[str, Any]:
    try:
        address = await asyncio.to_thread(database.conninfo, settings)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True, row_factory=dict_row) as connection:
            await connection.execute(sql.SQL("SET statement_timeout = {}").format(STATEMENT_SECONDS * 1000))
            return {name: await _rows(connection, statement) for name, statement in _QUESTIONS.items()} | {
                "counts": await _counts(connection)
            }
    except (database.DatabaseUnreachable, psycopg.OperationalError) as error:
        return {"database": f"not reachable: {type(error).__name__}"}


async def _rows(connection: "psycopg.AsyncConnection[Mapping[str, Any]]", statement: str) -> Any:
    try:
        rows = await (await connection.execute(statement.encode())).fetchmany(MOST_ROWS)
    except psycopg.Error as error:
        return f"not known: {type(error).__name__}"
    return [dict(each) for each in rows]


async def _counts(connection: "psycopg.AsyncConnection[Mapping[str, Any]]") -> dict[str, Any]:
    """Return how many rows each table has, by state where it has states; in large books some are left out."""
    rows = await (
        await connection.execute(
            "SELECT c.relname AS name, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid"
            " AND a.attname = 'state' AND NOT a.attisdropped) AS states FROM pg_class c"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"
        )
    ).fetchall()
    counts: dict[str, Any] = {}
    for each in rows:
        by = sql.SQL("state") if each["states"] else sql.SQL("''")
        statement = sql.SQL("SELECT {} AS state, count(*) AS number FROM {} GROUP BY 1 ORDER BY 1").format(
            by, sql.Identifier(each["name"])
        )
        try:
            found = await (await connection.execute(statement)).fetchall()
        except psycopg.errors.QueryCanceled:
            counts[each["name"]] = "too many to count"
            continue
        counts[each["name"]] = (
            {row["state"]: row["number"] for row in found} if each["states"] else sum(row["number"] for row in found)
        )
    return counts


def _write(file: Path, found: Mapping[str, Any]) -> None:
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in found.items():
            text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
            archive.writestr(f"{name}.json", logs.scrubbed(text) + "\n")


_QUESTIONS: Mapping[str, str] = {
    "schema": "SELECT number, name, applied_at FROM schema_migration ORDER BY number",
    "server": "SELECT current_setting('server_version') AS version, current_setting('max_connections') AS connections,"
    " pg_size_pretty(pg_database_size(current_database())) AS size, current_setting('TimeZone') AS zone",
    "crons": "SELECT cron, max(slot) AS slot, count(*) AS runs FROM cron_run GROUP BY cron ORDER BY cron",
    "jobs": "SELECT j.task_name, j.status::text, count(*) AS number, max(j.attempts) AS attempts, min(e.at) AS since"
    " FROM procrastinate_jobs j LEFT JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events e"
    " WHERE e.job_id = j.id) e ON true GROUP BY 1, 2 ORDER BY 1, 2",
    "errors": "SELECT route, status, why, count(*) AS number, max(at) AS last FROM request_trail"
    " GROUP BY 1, 2, 3 ORDER BY last DESC",
    "readiness": "SELECT name, verdict, judged, code, since, at FROM readiness_result ORDER BY name",
    "workers": "SELECT count(*) AS number, max(last_heartbeat) AS last_heartbeat FROM procrastinate_workers",
}
"""Statements that read names of our own, counts and moments only."""
