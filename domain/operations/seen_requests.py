"""Seen requests: keys of what was taken, so that a repeated delivery or a double click does nothing twice."""

from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256

from domain.kernel.core import Core

KEPT = timedelta(days=30)
"""Slack repeats an event for some minutes; a month also covers a queue that is restored from a backup."""

BATCH = 5_000
"""Rows that one statement removes, so that no statement holds many locks for long."""

MOST_BATCHES = 200
"""A run that finds more than a million old rows leaves the rest to the next run."""

LONGEST_KEY = 200


async def first_time(core: Core, key: str, *, within: timedelta | None = None) -> bool:
    """Tell whether nobody took *key* before, and take it; of two that ask at once, one gets True.

    With *within*, a key that was taken longer ago than that counts as new: for double clicks.
    """
    now = core.clock.now()
    if within is None:
        row = await core.database.row(
            "INSERT INTO seen_request (key, at) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING RETURNING key",
            (_bounded(key), now),
        )
    else:
        row = await core.database.row(
            "INSERT INTO seen_request (key, at) VALUES (%(key)s, %(now)s) ON CONFLICT (key) DO UPDATE SET at = %(now)s"
            " WHERE seen_request.at <= %(before)s RETURNING key",
            {"key": _bounded(key), "now": now, "before": now - within},
        )
    return row is not None


async def first_times(core: Core, keys: Collection[str]) -> frozenset[str]:
    """Take all keys, and return those that nobody took before; in one order, so that two who do this do not clash."""
    bounded = {_bounded(key): key for key in keys}
    rows = await core.database.rows(
        "INSERT INTO seen_request (key, at) SELECT key, %s FROM unnest(%s::text[]) AS each (key) ORDER BY key"
        " ON CONFLICT (key) DO NOTHING RETURNING key",
        (core.clock.now(), list(bounded)),
    )
    return frozenset(bounded[row["key"]] for row in rows)


async def forget(core: Core, key: str) -> None:
    """Give *key* back, since what it stood for was not done."""
    await core.database.execute("DELETE FROM seen_request WHERE key = %s", (_bounded(key),))


_OLD = (
    "DELETE FROM seen_request WHERE key IN (SELECT key FROM seen_request WHERE at < %s ORDER BY at LIMIT %s)",
    (
        "DELETE FROM chat_message WHERE id IN"
        " (SELECT id FROM chat_message WHERE key LIKE 'entry:%%' AND updated_at < %s LIMIT %s)"
    ),
    "DELETE FROM chat_noise WHERE key IN (SELECT key FROM chat_noise WHERE at < %s LIMIT %s)",
    "DELETE FROM chat_mute WHERE id IN (SELECT id FROM chat_mute WHERE until < %s LIMIT %s)",
)


async def forget_old(core: Core) -> None:
    """Remove keys, marks of single chat lines, and figures of noise that nothing can ask for any more. A job."""
    before = core.clock.now() - KEPT
    for statement in _OLD:
        for _ in range(MOST_BATCHES):
            if await core.database.execute(statement, (before, BATCH)) < BATCH:
                break


def _bounded(key: str) -> str:
    """Return the key as it is kept; what is long, or holds signs that the database does not, by its hash."""
    if len(key) <= LONGEST_KEY and key.isprintable():
        return key
    return sha256(key.encode(errors="surrogatepass")).hexdigest()
