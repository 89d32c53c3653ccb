"""Payer words: the words of customers' names, kept so that a payer's name finds those it may be without reading all.

A trigger notes whose name is new or another one; the words of those are read before lines are matched, and only then.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from domain.cash_application import names
from domain.cash_application.names import Directory, Fit, Hook
from domain.kernel.core import Core
from domain.kernel.transactions import Rows, Transaction

PAGE = 5_000
"""Customers whose names are read together."""

LONGEST = 200
"""Letters of a whole name that are kept."""

COMPARED = 50
"""Payers' names that are compared together: each may resemble some thousand customers, whose names are in memory."""

_LOCK = 7_154_207
"""Held while a page of names is read: of two readers, the later one must have seen the later name."""

_TAKE = """
    WITH taken AS (
        DELETE FROM unread_name WHERE ctid = ANY(ARRAY(SELECT ctid FROM unread_name LIMIT %(page)s))
        RETURNING account_id
    )
    SELECT a.id, a.name FROM account a WHERE a.id IN (SELECT account_id FROM taken)
"""

_FORGET = "DELETE FROM payer_word WHERE account_id = ANY(%(accounts)s)"

_PUT = "COPY payer_word (word, account_id) FROM STDIN"

_OWES = "EXISTS (SELECT FROM invoice i WHERE i.account_id = coalesce(a.merged_into_id, a.id) AND i.state = 'open')"

_SAME = f"""
    SELECT each.* FROM unnest(%(words)s::text[]) AS wanted (word)
    CROSS JOIN LATERAL (
        SELECT coalesce(a.merged_into_id, a.id) AS id, a.name FROM payer_word w JOIN account a ON a.id = w.account_id
        WHERE w.word = wanted.word AND {_OWES} LIMIT %(most)s
    ) each
"""

_HOOKED = """
    SELECT wanted.hook, each.account_id
    FROM unnest(%(low)s::text[], %(high)s::text[]) WITH ORDINALITY AS wanted (low, high, hook)
    CROSS JOIN LATERAL (
        SELECT w.account_id FROM payer_word w WHERE w.word >= wanted.low AND w.word < wanted.high LIMIT %(most)s
    ) each
"""

_NAMES = f"SELECT coalesce(a.merged_into_id, a.id) AS id, a.name FROM account a WHERE a.id = ANY(%(ids)s) AND {_OWES}"


async def read_new(core: Core) -> int:
    """Read the names that are new or have changed, page by page; return how many."""
    read = 0
    while True:
        async with core.transaction() as tx:
            await tx.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            found = await _read_page(tx)
        if not found:
            return read
        read += found


async def _read_page(tx: Transaction) -> int:
    rows = await tx.rows(_TAKE, {"page": PAGE})
    if not rows:
        return 0
    pairs = await asyncio.to_thread(_words, [(row["id"], row["name"]) for row in rows])
    await tx.execute(_FORGET, {"accounts": [row["id"] for row in rows]})
    async with tx.connection.cursor() as cursor, cursor.copy(_PUT) as copy:
        for pair in pairs:
            await copy.write_row(pair)
    return len(rows)


def _words(read: Sequence[tuple[UUID, str]]) -> list[tuple[str, UUID]]:
    pairs: set[tuple[str, UUID]] = set()
    for account_id, name in read:
        key = names.normal(name)
        pairs.update((hook.text, account_id) for hook in names.hooks(key) if not hook.beginning)
        if key:
            pairs.add((_whole(key), account_id))
    return sorted(pairs)


def _whole(key: str) -> str:
    """Return a whole name as it is kept: an index takes no text of any length, so that what is found is compared."""
    return f"={key[:LONGEST]}"


async def fitting(rows: Rows, payer_names: Collection[str]) -> Mapping[str, Sequence[Fit]]:
    """Return for each name the customers who owe anything whose name it is, or else resembles."""
    keys = {name: names.normal(name) for name in payer_names}
    wanted = {"words": sorted({_whole(key) for key in keys.values() if key}), "most": names.MOST_LIKE}
    same = Directory([(row["id"], row["name"]) for row in await rows.rows(_SAME, wanted)])
    found = {name: same.fitting(name) for name in payer_names}
    others = iter(sorted(name for name, fits in found.items() if keys[name] and not fits))
    while part := list(islice(others, COMPARED)):
        found |= await _resembling(rows, part)
    return found


async def _resembling(rows: Rows, payer_names: Sequence[str]) -> dict[str, tuple[Fit, ...]]:
    hooks = sorted({hook for name in payer_names for hook in names.hooks(names.normal(name))}, key=_order)
    near: dict[Hook, list[UUID]] = {hook: [] for hook in hooks}
    bounds = [hook.bounds for hook in hooks]
    wanted: dict[str, Any] = {
        "low": [low for low, _ in bounds], "high": [high for _, high in bounds], "most": names.COMMON + 1,
    }  # fmt: skip
    for row in await rows.rows(_HOOKED, wanted):
        near[hooks[row["hook"] - 1]].append(row["account_id"])
    common = {hook for hook, having in near.items() if len(having) > names.COMMON}
    ids = {each for hook, having in near.items() if hook not in common for each in having}
    read = [(row["id"], row["name"]) for row in await rows.rows(_NAMES, {"ids": list(ids)})]
    return await asyncio.to_thread(_compared, read, common, payer_names)


def _order(hook: Hook) -> tuple[str, bool]:
    return hook.text, hook.beginning


def _compared(
    read: Sequence[tuple[UUID, str]], common: Collection[Hook], payer_names: Sequence[str]
) -> dict[str, tuple[Fit, ...]]:
    directory = Directory(read, common=common)
    return {name: directory.fitting(name) for name in payer_names}
