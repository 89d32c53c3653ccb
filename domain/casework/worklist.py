"""The worklist: every open invoice with its score, kept so that the top of a million is found at once.

Whatever may change a score leaves a line in ``stale_case``, in its own transaction. A refresh takes such lines away
and judges their invoices anew, from a snapshot that is younger than the taking; so what commits meanwhile is either
seen or still has its line. Refreshes go one after another, or an older judgement could overwrite a younger one.
What the calendar alone changes is known beforehand and stands in ``changes_at``.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.casework import score
from domain.casework.facts import parameters
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction

PAGE = 500
"""Invoices that are judged in one transaction."""

AT_A_LOOK = 100
"""Invoices that are judged when somebody looks at the queue; the rest is left to the job."""

LOCK = 7_154_205
"""Advisory lock of the one refresh; any number that nothing else uses."""

_NEEDED = """
    SELECT EXISTS (SELECT FROM stale_case WHERE coalesce(invoice_id, account_id) IS NOT NULL)
        OR (SELECT changes_at FROM worklist ORDER BY changes_at LIMIT 1) <= %(now)s AS needed
"""

_TAKE = """
    DELETE FROM stale_case WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM stale_case WHERE coalesce(invoice_id, account_id) IS NOT NULL LIMIT %(limit)s))
    RETURNING invoice_id, account_id
"""

_OF_ACCOUNTS = "SELECT id FROM invoice WHERE account_id = ANY(%(accounts)s) AND state = 'open'"

_DUE = "SELECT invoice_id FROM worklist WHERE changes_at <= %(now)s ORDER BY changes_at LIMIT %(limit)s"

_LEAVE = """
    DELETE FROM worklist w WHERE w.invoice_id = ANY(%(ids)s)
      AND NOT EXISTS (SELECT FROM invoice i WHERE i.id = w.invoice_id AND i.state = 'open')
    RETURNING w.account_id
"""

_JUDGE = f"""
    INSERT INTO worklist AS w (invoice_id, account_id, score, stopped, open_major, due_on, judged_by, changes_at)
    SELECT invoice_id, account_id, score, stopped, open_major, due_on, judged_by, changes_at
    FROM ({score.judged("WHERE i.id = ANY(ARRAY(SELECT unnest(%(ids)s::uuid[]))) AND i.state = 'open'")}) fresh
    ON CONFLICT (invoice_id) DO UPDATE SET account_id = excluded.account_id, score = excluded.score,
        stopped = excluded.stopped, open_major = excluded.open_major, due_on = excluded.due_on,
        judged_by = excluded.judged_by, changes_at = excluded.changes_at
    WHERE (w.account_id, w.score, w.stopped, w.open_major, w.due_on, w.judged_by, w.changes_at)
        IS DISTINCT FROM (excluded.account_id, excluded.score, excluded.stopped, excluded.open_major,
                          excluded.due_on, excluded.judged_by, excluded.changes_at)
"""

_MARKED = "SELECT true AS marked FROM stale_case WHERE invoice_id IS NULL AND account_id IS NULL LIMIT 1"

_TAKE_MARKS = "DELETE FROM stale_case WHERE invoice_id IS NULL AND account_id IS NULL"

_MARK = "INSERT INTO stale_case (invoice_id, account_id) VALUES (NULL, NULL)"

_OUTDATED = """
    INSERT INTO stale_case (invoice_id) SELECT invoice_id FROM worklist WHERE judged_by <> %(judged_by)s
"""
"""What was judged by other rules or rates: after an upgrade, or a change of the merchant's settings."""

_UNLISTED = """
    SELECT i.id FROM invoice i
    WHERE i.state = 'open' AND i.id > %(after)s AND NOT EXISTS (SELECT FROM worklist w WHERE w.invoice_id = i.id)
    ORDER BY i.id LIMIT %(limit)s
"""

_PLAINLY = "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['jit', 'enable_hashjoin', 'enable_mergejoin']) name"
"""A page is a few hundred keyed look-ups; right after an import there are no statistics that would say so."""

_FIRST = UUID(int=0)


async def refresh(core: Core, *, limit: int = AT_A_LOOK) -> int:
    """Judge anew at most *limit* invoices whose score may have changed; return how many were looked at."""
    needed = await core.database.row(_NEEDED, {"now": core.clock.now()})
    if needed is None or not needed["needed"]:
        return 0
    async with core.transaction() as tx:
        await _alone(tx)
        taken = await tx.rows(_TAKE, {"limit": limit})
        ids = list(dict.fromkeys(row["invoice_id"] for row in taken if row["invoice_id"] is not None))
        accounts = {row["account_id"] for row in taken if row["invoice_id"] is None}
        if accounts:
            more = await tx.rows(_OF_ACCOUNTS, {"accounts": list(accounts)})
            ids = list(dict.fromkeys([*ids, *(row["id"] for row in more)]))
            await _put_back(tx, ids[limit:])
            ids = ids[:limit]
        if len(ids) < limit:
            due = await tx.rows(_DUE, {"now": core.clock.now(), "limit": limit - len(ids)})
            ids = list(dict.fromkeys([*ids, *(row["invoice_id"] for row in due)]))
        await _judge(core, tx, ids)
    return max(len(ids), len(taken))


async def refresh_all(core: Core) -> int:
    """Judge anew whatever needs it, page by page (the job ``refresh_queue``); return how many were looked at."""
    total = await _list_new(core)
    await core.database.execute(_OUTDATED, {"judged_by": score.fingerprint(core)})
    while done := await refresh(core, limit=PAGE):
        total += done
    return total


async def rebuild(core: Core) -> int:
    """Judge every open invoice anew, whatever is thought to be known; the list stays in use meanwhile."""
    async with core.transaction() as tx:
        await tx.execute(_MARK)
        await tx.execute("INSERT INTO stale_case (invoice_id) SELECT invoice_id FROM worklist")
    return await refresh_all(core)


async def _list_new(core: Core) -> int:
    """Put invoices on the list that came by the thousand; ends when a walk from the beginning finds none.

    The mark that there are some is taken away before a page is looked for, and put back while there may be more:
    so it survives a crash, and an import that commits meanwhile sets its own.
    """
    total, after = 0, _FIRST
    while await core.database.row(_MARKED):
        async with core.transaction() as tx:
            await _alone(tx)
            await tx.execute(_TAKE_MARKS)
            found = await tx.rows(_UNLISTED, {"after": after, "limit": PAGE})
            ids = [row["id"] for row in found]
            if len(ids) == PAGE or after != _FIRST:
                await tx.execute(_MARK)
            await _judge(core, tx, ids)
        after = ids[-1] if len(ids) == PAGE else _FIRST
        total += len(ids)
    return total


async def _alone(tx: Transaction) -> None:
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    await tx.execute(_PLAINLY)


async def _judge(core: Core, tx: Transaction, ids: Sequence[UUID]) -> None:
    """Write down what the invoices are worth now; of what left, the customer's other invoices are looked at next."""
    if not ids:
        return
    left = await tx.rows(_LEAVE, {"ids": ids})
    if left:
        await tx.execute(
            "INSERT INTO stale_case (account_id) SELECT DISTINCT unnest(%s::uuid[])",
            ([row["account_id"] for row in left],),
        )
    await tx.rows(_JUDGE, parameters(core, ids=list(ids), judged_by=score.fingerprint(core)), prepare=True)


async def _put_back(tx: Transaction, ids: Sequence[UUID]) -> None:
    if ids:
        await tx.execute("INSERT INTO stale_case (invoice_id) SELECT unnest(%s::uuid[])", (list(ids),))
