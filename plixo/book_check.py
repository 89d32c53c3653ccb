"""The check of the books: what the last audit of balances found, and whether there was one lately."""

import asyncio
import json
from datetime import timedelta

import psycopg

from domain.kernel.clock import SystemClock
from domain.ledger.entry_events import BalancesAudited, BalancesDiffer
from plixo import database
from plixo.check_results import Result
from plixo.settings import Settings

OLDEST = timedelta(days=2)
"""The audit runs each night; after two nights without one nobody watches the balances."""

REMEDY = "`plixo ledger audit` compares everything now and names what differs."

_LAST = "SELECT kind, at, fact FROM timeline_entry WHERE kind = ANY(%s) ORDER BY id DESC LIMIT 1"

_ANY = "SELECT EXISTS (SELECT FROM invoice)"


async def balances(settings: Settings) -> Result:
    """Tell what the last audit found."""
    name = "balances"
    try:
        address = await asyncio.to_thread(database.conninfo, settings)
        async with await psycopg.AsyncConnection.connect(address) as connection:
            kinds = [BalancesAudited.kind, BalancesDiffer.kind]
            row = await (await connection.execute(_LAST, (kinds,))).fetchone()
            some = await (await connection.execute(_ANY)).fetchone()
    except (psycopg.Error, database.DatabaseUnreachable):
        return Result(name, "fail", "the books cannot be read", "See what is said of the database.")
    if row is None:
        empty = not (some and some[0])
        return Result(name, "ok", "no invoices yet") if empty else Result(name, "warn", "never audited", REMEDY)
    kind, at, fact = row
    told = fact if isinstance(fact, dict) else json.loads(fact)
    if kind == BalancesDiffer.kind:
        return Result(name, "fail", BalancesDiffer.model_validate(told).told(), REMEDY)
    if SystemClock().now() - at > OLDEST:
        return Result(name, "warn", f"last audited on {at:%Y-%m-%d}", f"Is a scheduler running? {REMEDY}")
    return Result(name, "ok", BalancesAudited.model_validate(told).told())
