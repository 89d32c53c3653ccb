"""Bulk keys: the foreign keys of many new rows are kept by one lock of a set, where the server lets us.

Row by row, PostgreSQL looks up and locks the account of each new invoice, which costs more than to store the invoice
itself. Here the accounts are locked once, by the same lock that the foreign key would take; whatever else the new rows
refer to was written by the very statement that writes them. So no row can refer to nothing, and nothing that is
referred to can be removed before the import has ended. A role that may not set ``session_replication_role`` (only a
superuser may, or who was granted it) leaves the checks to the server, with the same outcome, more slowly.

While the checks rest, only triggers that are marked ALWAYS fire: those of ours on these tables are.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.kernel.transactions import Transaction

_HELD = """
    SELECT count(*) FROM (
        SELECT a.id FROM account a JOIN import_wanted w ON w.id = a.id WHERE w.stored ORDER BY a.id FOR KEY SHARE OF a
    ) held
"""
"""New accounts are of this transaction, and nobody else sees them yet."""

_MAY = "SELECT has_parameter_privilege('session_replication_role', 'SET') AS may"

_SINCE = 15_00_00
"""The version of PostgreSQL from which on that can be asked."""


@asynccontextmanager
async def checked_by_set(tx: Transaction) -> AsyncIterator[None]:
    """Let rows be added for accounts of ``import_wanted`` without a look-up for each; an error ends it, too."""
    row = await tx.row(_MAY) if tx.connection.info.server_version >= _SINCE else None
    if row is None or not row["may"]:
        yield
        return
    await tx.execute(_HELD)
    await tx.execute("SET LOCAL session_replication_role = replica")
    yield
    await tx.execute("SET LOCAL session_replication_role = origin")
