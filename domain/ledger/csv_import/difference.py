"""The difference: which invoices of the file are new, changed, conflicting or known as they are.

Afterwards ``import_row`` holds the rows that are taken, ``import_known`` the stored invoices among them and
``import_dropped`` the rows that were rejected by comparing them.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import matching, spellings, staged_rows

_TWICE_IN_FILE = staged_rows.twice_in_file(
    "import_row",
    content="c.key, r.currency, r.total_minor, r.open_minor, r.issued_on, r.due_on, r.settled_on",
    of="""{rows} r JOIN (
        SELECT hashtextextended(number_key, 0) AS hashed FROM {rows} WHERE NOT withdrawn GROUP BY 1 HAVING count(*) > 1
    ) twice ON hashtextextended(r.number_key, 0) = twice.hashed AND NOT r.withdrawn""",
)
"""Numbers are counted by their hashes; those of two that share one are told apart when the few rows are looked at."""

_CUSTOMER_PROBLEMS = staged_rows.customer_problems("import_row")

_LOCKED = """
    SELECT count(*) FROM (
        SELECT i.id FROM invoice i JOIN import_row r ON r.number_key = i.number_key
        WHERE r.due_on <> i.due_on OR r.issued_on IS DISTINCT FROM i.issued_on OR r.open_minor < i.open_minor
        ORDER BY i.id FOR UPDATE OF i) held
"""
"""Payments that arrive meanwhile wait; always in the order of ids, so that nobody waits in a circle."""

_KNOWN = """
    CREATE TEMP TABLE import_known ON COMMIT DROP AS
    SELECT *, conflict IS NULL AND (due_on <> stored_due OR issued_on IS DISTINCT FROM stored_issued) AS redated,
           conflict IS NULL AND open_minor < stored_open AS paid
    FROM (
        SELECT r.line, r.customer, r.withdrawn, i.id AS invoice_id, i.number, i.number_key, r.told_paid, i.account_id,
               i.currency, i.total_minor, r.total_minor AS file_total, r.currency AS file_currency,
               i.open_minor AS stored_open, r.open_minor, i.due_on AS stored_due, r.due_on,
               i.issued_on AS stored_issued, coalesce(r.issued_on, i.issued_on) AS issued_on, r.settled_on, i.state,
               CASE WHEN r.withdrawn THEN CASE WHEN i.state = 'open' THEN 'withdrawn_in_file' END
                    WHEN i.state IN ('void', 'written_off') THEN 'closed_here'
                    WHEN m.id IS DISTINCT FROM i.account_id THEN 'other_customer'
                    WHEN r.currency <> i.currency THEN 'other_currency'
                    WHEN r.total_minor <> i.total_minor THEN 'other_total'
                    WHEN r.open_minor > i.open_minor THEN 'less_open_here' END AS conflict
        FROM import_row r
        JOIN invoice i ON i.number_key = r.number_key
        LEFT JOIN import_seat m ON m.seq = r.customer
        WHERE NOT EXISTS (SELECT FROM import_dropped d WHERE d.line = r.line)) met
"""
"""A row that conflicts changes nothing: neither its dates nor its balance count."""

_LEFT_OUT = staged_rows.left_out("import_row", "import_known")

_USED = "CREATE TEMP TABLE import_used ON COMMIT DROP AS SELECT DISTINCT customer AS seq FROM import_row"


async def find(tx: Transaction, *, now: datetime, lock: bool, ascending: bool) -> Counter[str]:
    """Compare the staged rows with the ledger; return how many were left out and why.

    With *lock* the invoices that differ are held to the end of the transaction. Numbers that stand in the file in an
    *ascending* order are there once each.
    """
    await matching.match(tx, now=now)
    respelt = await spellings.recognise(tx)
    if respelt or not ascending:
        await tx.execute(_TWICE_IN_FILE)
    await tx.execute(_CUSTOMER_PROBLEMS)
    if lock:
        await tx.execute(_LOCKED)
    for statement in (_KNOWN, "ANALYZE import_known"):
        await tx.execute(statement)
    left_out = await tx.row(_LEFT_OUT)
    return Counter(left_out or {})


async def keep_taken(tx: Transaction, left_out: Mapping[str, int]) -> None:
    """Let go of the rows that are not taken, when all has been asked about them."""
    for statement in (*staged_rows.keep_taken("import_row", "import_known", left_out), _USED):
        await tx.execute(statement)
