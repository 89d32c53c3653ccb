"""Marks: what is remembered of the payment provider between two jobs, by name, such as how far a list was read."""

from dataclasses import dataclass
from datetime import datetime

from domain.kernel.core import Core
from domain.kernel.transactions import Rows


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is remembered."""

    name: str
    value: str
    times: int
    first_at: datetime
    at: datetime


async def of(rows: Rows, name: str) -> Mark | None:
    """Return a mark by its name."""
    row = await rows.row("SELECT name, value, times, first_at, at FROM provider_mark WHERE name = %s", (name,))
    return Mark(**row) if row else None


async def beginning(rows: Rows, prefix: str, *, limit: int = 20) -> tuple[Mark, ...]:
    """Return the marks whose name begins so, the newest first."""
    found = await rows.rows(
        "SELECT name, value, times, first_at, at FROM provider_mark WHERE starts_with(name, %s)"
        " ORDER BY at DESC LIMIT %s",
        (prefix, limit),
    )
    return tuple(Mark(**row) for row in found)


async def put(core: Core, rows: Rows, name: str, value: str, *, at: datetime | None = None) -> None:
    """Remember a value under a name."""
    await rows.execute(
        "INSERT INTO provider_mark AS m (name, value, first_at, at) VALUES (%(name)s, %(value)s, %(at)s, %(at)s)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at, times = m.times + 1",
        {"name": name, "value": value, "at": at or core.clock.now()},
    )


async def changed(core: Core, rows: Rows, name: str, value: str) -> bool:
    """Remember a value under a name if another one or none stood there; of several who ask at once, one hears True."""
    row = await rows.row(
        "INSERT INTO provider_mark AS m (name, value, first_at, at) VALUES (%(name)s, %(value)s, %(now)s, %(now)s)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at, times = m.times + 1"
        " WHERE m.value <> excluded.value RETURNING 1 AS one",
        {"name": name, "value": value, "now": core.clock.now()},
    )
    return row is not None


async def drop(rows: Rows, name: str) -> None:
    """Forget a mark."""
    await rows.execute("DELETE FROM provider_mark WHERE name = %s", (name,))
