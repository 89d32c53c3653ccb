"""Staged rows: what is asked in one way of the invoices and of the credits of a file before they are compared.

Both are staged in a table of their own, ``import_row`` and ``import_credit``, and what of them is on file stands in
``import_known`` and ``import_credit_known``. These are the only names that may stand for a table here.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

Rows = Literal["import_row", "import_credit"]
Known = Literal["import_known", "import_credit_known"]


def twice_in_file(rows: Rows, *, content: str, of: str) -> str:
    """Return the statement that drops rows about a number that other rows have, too.

    Of rows that say the same the first is taken; of rows that differ none, since nothing tells which is true.

    Args:
        rows: Their table.
        content: The columns by which two rows say the same, of r and of its customer c.
        of: The rows that are looked at, as r: those whose numbers are there twice, where that is found faster.
    """
    return f"""
    INSERT INTO import_dropped (line, field, value, code)
    SELECT line, 'invoice-number', number, CASE WHEN alike THEN 'duplicate_row' ELSE 'duplicate_number' END
    FROM (
        SELECT r.line, r.number, row_number() OVER (PARTITION BY r.number_key ORDER BY r.line) AS nth,
               min(f.content) OVER same = max(f.content) OVER same AS alike
        FROM {of.format(rows=rows)}
        JOIN import_customer c ON c.seq = r.customer
        CROSS JOIN LATERAL (SELECT ({content})::text AS content) f
        WINDOW same AS (PARTITION BY r.number_key)) each
    WHERE nth > 1 OR NOT alike
    ON CONFLICT (line) DO NOTHING
    """


def customer_problems(rows: Rows) -> str:
    """Return the statement that drops rows whose customer cannot be told."""
    return f"""
    INSERT INTO import_dropped (line, field, value, code)
    SELECT r.line, CASE WHEN m.number IS NULL THEN 'customer-name' ELSE 'customer-number' END,
           coalesce(c.number, c.name), m.problem
    FROM {rows} r JOIN import_customer c ON c.seq = r.customer JOIN import_account m ON m.key = c.key
    WHERE m.problem IS NOT NULL
    ON CONFLICT (line) DO NOTHING
    """


def left_out(rows: Rows, known: Known) -> str:
    """Return the statement that counts the rows that are in order and nothing for the ledger."""
    return f"""
    SELECT count(*) FILTER (WHERE r.withdrawn) AS withdrawn, count(*) FILTER (WHERE NOT r.withdrawn) AS nothing_open
    FROM {rows} r LEFT JOIN {known} k ON k.line = r.line
    WHERE NOT EXISTS (SELECT FROM import_dropped d WHERE d.line = r.line)
      AND (r.withdrawn AND k.conflict IS NULL OR k.line IS NULL AND r.total_minor IS NULL AND r.open_minor = 0)
    """


def keep_taken(rows: Rows, known: Known, left_out: Mapping[str, int]) -> Iterator[str]:
    """Yield the statements that let go of the rows that are not taken: they bring neither customer nor contact.

    Those that were *left_out* are looked for only when there are any.
    """
    yield f"DELETE FROM {rows} r USING import_dropped d WHERE d.line = r.line"
    yield f"DELETE FROM {rows} r USING {known} k WHERE k.line = r.line AND k.conflict IS NOT NULL"
    if left_out["withdrawn"]:
        yield f"DELETE FROM {rows} WHERE withdrawn"
    if left_out["nothing_open"]:
        yield f"""
            DELETE FROM {rows} r WHERE r.total_minor IS NULL AND r.open_minor = 0
                AND NOT EXISTS (SELECT FROM {known} k WHERE k.line = r.line)
        """
