"""Spellings: invoice numbers that a spreadsheet changed, taken for what they were when there is evidence.

The evidence is one invoice on file, and only one, whose number has the same digits, with the same customer, currency
and total (or balance, where the file has no totals). Without it a number that was certainly changed is rejected, and so
is one that lacks the leading zeros of an invoice with the same currency and total: it would be collected twice.
"""

from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction

_TABLE = """
    CREATE TEMP TABLE import_alike (
        line integer NOT NULL, written text NOT NULL, number text NOT NULL, number_key text NOT NULL,
        proven boolean NOT NULL
    ) ON COMMIT DROP
"""

_PROVEN = """
    i.account_id IS NOT DISTINCT FROM m.id AND (i.total_minor = r.total_minor
        OR r.total_minor IS NULL AND i.open_minor = r.open_minor)
"""

_ZEROS_LOST = f"""
    WITH alike AS MATERIALIZED (
        SELECT r.line, i.id
        FROM import_row r
        JOIN invoice i ON i.number_key LIKE '0%' AND ltrim(i.number_key, '0') = r.number_key
         AND i.currency = r.currency AND i.total_minor = coalesce(r.total_minor, i.total_minor)
        WHERE r.number_key COLLATE "C" < ':' AND r.number_key ~ '^[1-9][0-9]*$')
    INSERT INTO import_alike
    SELECT r.line, r.number, i.number, i.number_key, {_PROVEN}
    FROM alike
    JOIN import_row r ON r.line = alike.line
    JOIN invoice i ON i.id = alike.id
    LEFT JOIN import_customer c ON c.seq = r.customer
    LEFT JOIN import_account m ON m.key = c.key
    WHERE NOT EXISTS (SELECT FROM invoice o WHERE o.number_key = r.number_key)
      AND NOT EXISTS (SELECT FROM import_mangled g WHERE g.line = r.line)
"""
"""Few rows are alike, so that all else is asked about those only; a colon comes after all digits."""

_MANGLED = f"""
    INSERT INTO import_alike
    SELECT r.line, g.written, i.number, i.number_key, {_PROVEN}
    FROM import_mangled g
    JOIN import_row r ON r.line = g.line AND NOT r.withdrawn
    JOIN import_customer c ON c.seq = r.customer
    JOIN import_account m ON m.key = c.key
    JOIN invoice i ON i.account_id = m.id AND i.currency = r.currency AND ltrim(i.number_key, '0') = g.bare
    WHERE g.certain OR NOT EXISTS (SELECT FROM invoice o WHERE o.number_key = r.number_key)
"""

_RECOGNISED = (
    """
    CREATE TEMP TABLE import_recognised ON COMMIT DROP AS
    SELECT line, min(written) AS written, min(number) AS number, min(number_key) AS number_key
    FROM import_alike GROUP BY line HAVING count(*) = 1 AND bool_and(proven)
    """,
    """
    UPDATE import_row r SET number = t.number, number_key = t.number_key
    FROM import_recognised t WHERE t.line = r.line
    """,
)

_REJECTED = (
    """
    INSERT INTO import_dropped (line, field, value, code)
    SELECT a.line, 'invoice-number', min(a.written), 'leading_zeros_lost' FROM import_alike a
    WHERE NOT EXISTS (SELECT FROM import_recognised t WHERE t.line = a.line)
      AND NOT EXISTS (SELECT FROM import_mangled g WHERE g.line = a.line)
    GROUP BY a.line
    """,
    """
    INSERT INTO import_dropped (line, field, value, code)
    SELECT g.line, 'invoice-number', g.written, 'number_mangled' FROM import_mangled g
    WHERE g.certain AND NOT EXISTS (SELECT FROM import_recognised t WHERE t.line = g.line)
    """,
    "DELETE FROM import_row r USING import_dropped d WHERE d.line = r.line",
)

_INVOICES = """
    SELECT line, 'invoice' AS what, written, number, 'same customer, currency and total' AS evidence
    FROM import_recognised
"""

_CALLED = {"invoice": phrase("invoice"), "customer": phrase("customer")}

_EVIDENCE = {
    "same customer, currency and total": phrase("same customer, currency and total"),
    "same name": phrase("same name"),
}

_CUSTOMERS = """
    SELECT min(c.line) AS line, 'customer' AS what, min(c.number) AS written, min(m.number) AS number,
           'same name' AS evidence
    FROM import_account m JOIN import_customer c ON c.key = m.key WHERE m.recognised GROUP BY m.key
"""


async def recognise(tx: Transaction) -> bool:
    """Give rows their true numbers where there is evidence; reject those of which it is known that they lost theirs.

    The customers are matched before. Returns whether any row has got another number.
    """
    await tx.execute(_TABLE)
    for statement in (_ZEROS_LOST, _MANGLED):
        await tx.execute(statement)
    made, given = _RECOGNISED
    await tx.execute(made)
    changed = await tx.execute(given)
    for statement in _REJECTED:
        await tx.execute(statement)
    return changed > 0


async def told(tx: Transaction, *, of_invoices: bool, limit: int) -> tuple[int, tuple[str, ...]]:
    """Return how many numbers were recognised, of invoices and customers, and the first of them in words."""
    each = f"{_INVOICES} UNION ALL {_CUSTOMERS}" if of_invoices else _CUSTOMERS
    rows = await tx.rows(
        f"SELECT *, count(*) OVER () AS count FROM ({each}) each ORDER BY line, what LIMIT %s", (limit,)
    )
    return rows[0]["count"] if rows else 0, tuple(
        say(
            "line {line}, {what} {written}: taken as {number} ({evidence})",
            line=str(row["line"]),
            what=say(_CALLED[row["what"]]),
            written=row["written"],
            number=row["number"],
            evidence=say(_EVIDENCE[row["evidence"]]),
        )
        for row in rows
    )
