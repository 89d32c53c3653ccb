"""The difference: which invoices of the file are new, changed, conflicting or known as they are.

Afterwards ``import_row`` holds the rows that are taken, ``import_known`` the stored invoices among them and
``import_dropped`` the rows that were rejected by comparing them.
"""

from collections import Counter
from datetime import datetime

from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import matching, spellings

_TWICE_IN_FILE = """
    INSERT INTO import_dropped (line, field, value, code)
    SELECT line, 'invoice-number', number, CASE WHEN alike THEN 'duplicate_row' ELSE 'duplicate_number' END
    FROM (
        SELECT r.line, r.number, row_number() OVER (PARTITION BY r.number_key ORDER BY r.line) AS nth,
               min(f.content) OVER same = max(f.content) OVER same AS alike
        FROM (SELECT number_key FROM import_row WHERE NOT withdrawn GROUP BY number_key HAVING count(*) > 1) twice
        JOIN import_row r ON r.number_key = twice.number_key AND NOT r.withdrawn
        JOIN import_customer c ON c.seq = r.customer
        CROSS JOIN LATERAL (SELECT (c.key, r.currency, r.total_minor, r.open_minor, r.issued_on, r.due_on,
                                    r.settled_on)::text AS content) f
        WINDOW same AS (PARTITION BY r.number_key)) each
    WHERE nth > 1 OR NOT alike
"""
"""Of rows that say the same the first is taken; of rows that differ none, since nothing tells which is true."""

_CUSTOMER_PROBLEMS = """
    INSERT INTO import_dropped (line, field, value, code)
    SELECT r.line, CASE WHEN m.number IS NULL THEN 'customer-name' ELSE 'customer-number' END,
           coalesce(c.number, c.name), m.problem
    FROM import_row r JOIN import_customer c ON c.seq = r.customer JOIN import_account m ON m.key = c.key
    WHERE m.problem IS NOT NULL
    ON CONFLICT (line) DO NOTHING
"""

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
        LEFT JOIN import_customer c ON c.seq = r.customer
        LEFT JOIN import_account m ON m.key = c.key
        WHERE NOT EXISTS (SELECT FROM import_dropped d WHERE d.line = r.line)) met
"""
"""A row that conflicts changes nothing: neither its dates nor its balance count."""

_LEFT_OUT = """
    SELECT count(*) FILTER (WHERE r.withdrawn) AS withdrawn, count(*) FILTER (WHERE NOT r.withdrawn) AS nothing_open
    FROM import_row r LEFT JOIN import_known k ON k.line = r.line
    WHERE NOT EXISTS (SELECT FROM import_dropped d WHERE d.line = r.line)
      AND (r.withdrawn AND k.conflict IS NULL OR k.line IS NULL AND r.total_minor IS NULL AND r.open_minor = 0)
"""

_KEEP_TAKEN = (
    "DELETE FROM import_row r USING import_dropped d WHERE d.line = r.line",
    "DELETE FROM import_row r USING import_known k WHERE k.line = r.line AND k.conflict IS NOT NULL",
    "DELETE FROM import_row WHERE withdrawn",
    """
    DELETE FROM import_row r WHERE r.total_minor IS NULL AND r.open_minor = 0
        AND NOT EXISTS (SELECT FROM import_known k WHERE k.line = r.line)
    """,
    "CREATE TEMP TABLE import_used ON COMMIT DROP AS SELECT DISTINCT customer AS seq FROM import_row",
)
"""What is not taken leaves no trace: neither an invoice nor a customer or a contact."""


async def find(tx: Transaction, *, now: datetime, lock: bool) -> Counter[str]:
    """Compare the staged rows with the ledger; return how many were left out and why.

    With *lock* the invoices that differ are held to the end of the transaction.
    """
    await matching.match(tx, now=now)
    await spellings.recognise(tx)
    for statement in (_TWICE_IN_FILE, _CUSTOMER_PROBLEMS):
        await tx.execute(statement)
    if lock:
        await tx.execute(_LOCKED)
    for statement in (_KNOWN, "ANALYZE import_known"):
        await tx.execute(statement)
    left_out = await tx.row(_LEFT_OUT)
    return Counter(left_out or {})


async def keep_taken(tx: Transaction) -> None:
    """Let go of the rows that are not taken, when all has been asked about them."""
    for statement in _KEEP_TAKEN:
        await tx.execute(statement)
