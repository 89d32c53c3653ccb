"""Credits: which credit rows of the file are new, changed, conflicting or known; and how they are written.

What the merchant's own books have applied is applied here too, where the same file shows invoices that fell by it
(``causes.py``). What went to none of them is kept as *used elsewhere*, so that nobody applies it a second time.
"""

from collections import Counter
from datetime import datetime

from domain.kernel import sentences
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import ordered_ids, staged_rows

_TWICE_IN_FILE = staged_rows.twice_in_file(
    "import_credit",
    content="c.key, r.currency, r.total_minor, r.open_minor, r.issued_on, r.refers_to, r.reason",
    of="{rows} r",
)

_CUSTOMER_PROBLEMS = staged_rows.customer_problems("import_credit")

_LOCKED = """
    SELECT count(*) FROM (
        SELECT n.id FROM credit_note n JOIN import_credit r ON r.number_key = n.number_key
        WHERE r.open_minor < n.open_minor OR r.issued_on IS DISTINCT FROM n.issued_on ORDER BY n.id FOR UPDATE OF n
    ) held
"""
"""After the invoices, as everybody does."""

_REFERENCES = """
    CREATE TEMP TABLE import_reference ON COMMIT DROP AS
    SELECT r.line, i.id AS stored_id, i.number_key
    FROM import_credit r
    JOIN import_customer c ON c.seq = r.customer
    JOIN import_account m ON m.key = c.key
    JOIN invoice i ON i.number_key = coalesce(r.refers_to, r.number_key) AND i.account_id = m.id
     AND i.currency = r.currency
    UNION ALL
    SELECT r.line, NULL, o.number_key
    FROM import_credit r
    JOIN import_customer c ON c.seq = r.customer
    JOIN import_account m ON m.key = c.key
    JOIN import_row o ON o.number_key = coalesce(r.refers_to, r.number_key) AND o.currency = r.currency
    JOIN import_customer oc ON oc.seq = o.customer
    JOIN import_account om ON om.key = oc.key AND om.id = m.id
    WHERE NOT EXISTS (SELECT FROM invoice i WHERE i.number_key = o.number_key)
"""
"""The invoice that a credit note names, when it is of the same customer and currency: on file, or in this file."""

_KNOWN = """
    CREATE TEMP TABLE import_credit_known ON COMMIT DROP AS
    SELECT r.line, r.customer, n.id AS credit_id, n.number, n.account_id, n.currency, n.total_minor,
           r.total_minor AS file_total, r.currency AS file_currency, n.open_minor AS stored_open, r.open_minor,
           n.issued_on AS stored_issued, coalesce(r.issued_on, n.issued_on) AS issued_on, n.state,
           coalesce(r.issued_on <> n.issued_on, r.issued_on IS NOT NULL) AS redated,
           r.open_minor < n.open_minor AS used,
           n.invoice_id IS NULL AND EXISTS (SELECT FROM import_reference f WHERE f.line = r.line) AS referred,
           CASE WHEN r.withdrawn THEN CASE WHEN n.state = 'open' THEN 'credit_withdrawn_in_file' END
                WHEN n.state = 'void' THEN 'closed_here'
                WHEN m.id IS DISTINCT FROM n.account_id THEN 'other_customer'
                WHEN r.currency <> n.currency THEN 'other_currency'
                WHEN r.total_minor <> n.total_minor THEN 'other_total'
                WHEN r.open_minor > n.open_minor THEN 'less_open_here' END AS conflict
    FROM import_credit r
    JOIN credit_note n ON n.number_key = r.number_key
    LEFT JOIN import_customer c ON c.seq = r.customer
    LEFT JOIN import_account m ON m.key = c.key
    WHERE NOT EXISTS (SELECT FROM import_dropped d WHERE d.line = r.line)
"""

_LEFT_OUT = staged_rows.left_out("import_credit", "import_credit_known")

_USED = """
    INSERT INTO import_used (seq)
    SELECT DISTINCT customer FROM import_credit r WHERE NOT EXISTS (SELECT FROM import_used u WHERE u.seq = r.customer)
"""

_COUNTS = """
    SELECT count(*) FILTER (WHERE k.line IS NULL) AS new,
           count(*) FILTER (WHERE k.line IS NOT NULL AND (k.used OR k.redated OR k.referred OR b.seq IS NOT NULL))
               AS changed,
           count(*) FILTER (WHERE k.line IS NOT NULL AND NOT (k.used OR k.redated OR k.referred) AND b.seq IS NULL)
               AS unchanged
    FROM import_credit r
    LEFT JOIN import_credit_known k ON k.line = r.line
    LEFT JOIN import_bringing b ON b.seq = r.customer
"""

_APPLIED_SUMS = "SELECT credit_key, sum(minor)::bigint AS minor FROM import_credit_use GROUP BY credit_key"
"""What of each credit note was found on invoices of this file."""

_NEW = f"""
    INSERT INTO credit_note (id, number, number_key, account_id, invoice_id, currency, total_minor, open_minor,
                             used_elsewhere_minor, issued_on, reason, state, created_at)
    SELECT {ordered_ids.of_line("r.line", table="credit_note")}, r.number, r.number_key, m.id, i.id, r.currency,
           t.total, r.open_minor, t.total - r.open_minor - coalesce(u.minor, 0), r.issued_on, r.reason,
           CASE WHEN r.open_minor > 0 THEN 'open' ELSE 'applied' END, %(now)s
    FROM import_credit r
    CROSS JOIN LATERAL (SELECT coalesce(r.total_minor, r.open_minor) AS total) t
    JOIN import_customer c ON c.seq = r.customer
    JOIN import_account m ON m.key = c.key
    LEFT JOIN ({_APPLIED_SUMS}) u ON u.credit_key = r.number_key
    LEFT JOIN import_reference f ON f.line = r.line
    LEFT JOIN invoice i ON i.number_key = f.number_key AND i.account_id = m.id
    WHERE NOT EXISTS (SELECT FROM import_credit_known k WHERE k.line = r.line)
"""

_CHANGED = f"""
    UPDATE credit_note n
    SET open_minor = least(k.open_minor, n.open_minor), issued_on = k.issued_on,
        used_elsewhere_minor = n.used_elsewhere_minor + greatest(n.open_minor - k.open_minor, 0) - coalesce(
            (SELECT u.minor FROM ({_APPLIED_SUMS}) u WHERE u.credit_key = n.number_key), 0),
        invoice_id = coalesce(n.invoice_id, (SELECT i.id FROM import_reference f
                                             JOIN invoice i ON i.number_key = f.number_key WHERE f.line = k.line)),
        state = CASE WHEN least(k.open_minor, n.open_minor) > 0 THEN 'open' ELSE 'applied' END
    FROM import_credit_known k JOIN import_credit r ON r.line = k.line
    WHERE n.id = k.credit_id AND n.state <> 'void' AND (k.used OR k.redated OR k.referred)
"""


_APPLIED = """
    INSERT INTO allocation (id, credit_note_id, invoice_id, amount_minor, note, created_at)
    SELECT gen_random_uuid(), n.id, i.id, u.minor, %(note)s, %(now)s
    FROM import_credit_use u
    JOIN credit_note n ON n.number_key = u.credit_key
    JOIN invoice i ON i.number_key = u.invoice_key
"""
"""The balances of these invoices are those of the file, lower by this already."""


async def find(tx: Transaction, *, lock: bool) -> Counter[str]:
    """Compare the staged credits with those on file; return how many were left out and why.

    The customers are matched, and the invoices compared, before.
    """
    for statement in (_TWICE_IN_FILE, _CUSTOMER_PROBLEMS, *((_LOCKED,) if lock else ()), _REFERENCES, _KNOWN):
        await tx.execute(statement)
    left_out = Counter[str](await tx.row(_LEFT_OUT) or {})
    for statement in (*staged_rows.keep_taken("import_credit", "import_credit_known", left_out), _USED):
        await tx.execute(statement)
    return left_out


async def conflicts(tx: Transaction) -> Counter[str]:
    """Return how many credit rows conflict with those on file, and why."""
    rows = await tx.rows(
        "SELECT conflict AS code, count(*) AS count FROM import_credit_known WHERE conflict IS NOT NULL GROUP BY 1"
    )
    return Counter({row["code"]: row["count"] for row in rows})


async def counted(tx: Transaction) -> Counter[str]:
    """Return how many of the credit rows that are taken are new, changed and unchanged."""
    return Counter(await tx.row(_COUNTS) or {})


async def merge(tx: Transaction, *, now: datetime) -> None:
    """Write what was found; the invoices of the file are there already."""
    await tx.execute(_NEW, {"now": now, **ordered_ids.values(now, "credit_note")})
    await tx.execute(_CHANGED)
    await tx.execute(_APPLIED, {"now": now, "note": sentences.as_text(say("applied in the books"))})
