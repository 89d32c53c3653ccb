"""Causes: by what the file lowered its open amounts: its credit notes, payments that it tells of, or nothing it tells.

The merchant's books take credit notes off invoices, and a file then shows both: less left of the credit note, less
open on an invoice. That is one application and no money. First a credit note goes to the invoice that it names; what
more of it was used goes to an invoice of the same customer that fell by just as much, else to the customer's invoices
that fell, first those whose rows tell of no payment, the oldest first. What credits leave unexplained is a payment
where the row says so by a status, a paid date or a paid amount. All else is lowered for a cause that is not known, and
is booked as just that unless the person who imports says what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.kernel.money import Money
from domain.kernel.speech import joined, phrase, say
from domain.kernel.transactions import Row, Transaction
from domain.ledger.csv_import.requests import Lowered

_TABLES = (
    """
    CREATE TEMP TABLE import_credit_use (
        invoice_key text NOT NULL, credit_key text NOT NULL, account_id uuid NOT NULL, minor bigint NOT NULL
    ) ON COMMIT DROP
    """,
    "CREATE TEMP TABLE import_credited (number_key text PRIMARY KEY, minor bigint NOT NULL) ON COMMIT DROP",
)

_USED = """
    CREATE TEMP TABLE import_used_credit ON COMMIT DROP AS
    SELECT r.number_key AS credit_key, r.line, m.id AS account_id, r.currency,
           coalesce(n.open_minor, r.total_minor) - r.open_minor AS minor,
           coalesce(f.number_key, ni.number_key) AS invoice_key
    FROM import_credit r
    JOIN import_customer c ON c.seq = r.customer
    JOIN import_account m ON m.key = c.key
    LEFT JOIN import_credit_known k ON k.line = r.line
    LEFT JOIN credit_note n ON n.id = k.credit_id
    LEFT JOIN invoice ni ON ni.id = n.invoice_id
    LEFT JOIN import_reference f ON f.line = r.line
    WHERE coalesce(n.open_minor, r.total_minor) > r.open_minor
"""
"""What the books have used of the file's credit notes since they were last seen, or ever."""

_FELL = """
    CREATE TEMP TABLE import_fall ON COMMIT DROP AS
    SELECT r.number_key AS invoice_key, m.id AS account_id, r.currency, r.due_on, r.told_paid,
           coalesce(k.stored_open, r.total_minor) - r.open_minor AS minor
    FROM import_row r
    JOIN import_customer c ON c.seq = r.customer
    JOIN import_account m ON m.key = c.key
    LEFT JOIN import_known k ON k.line = r.line
    WHERE coalesce(k.stored_open, r.total_minor) > r.open_minor
      AND m.id IN (SELECT account_id FROM import_used_credit)
"""
"""By how much the invoices of those customers are lower than they were, or than their totals."""

_NAMED = """
    INSERT INTO import_credit_use (invoice_key, credit_key, account_id, minor)
    SELECT invoice_key, credit_key, account_id, least(upto, fell) - (upto - minor)
    FROM (SELECT u.invoice_key, u.credit_key, u.account_id, u.minor, f.minor AS fell,
                 sum(u.minor) OVER (PARTITION BY u.invoice_key ORDER BY u.line)::bigint AS upto
          FROM import_used_credit u
          JOIN import_fall f ON f.invoice_key = u.invoice_key AND f.account_id = u.account_id
               AND f.currency = u.currency) each
    WHERE least(upto, fell) > upto - minor
"""
"""Several credit notes of one invoice fill what it fell by in the order of their lines."""

_RESTS = """
    uses AS MATERIALIZED (
        SELECT u.credit_key, u.line, u.account_id, u.currency, u.minor - coalesce(t.minor, 0) AS minor
        FROM import_used_credit u
        LEFT JOIN (SELECT credit_key, sum(minor)::bigint AS minor FROM import_credit_use GROUP BY 1) t
             USING (credit_key)
        WHERE u.minor > coalesce(t.minor, 0)
    ), falls AS MATERIALIZED (
        SELECT f.invoice_key, f.account_id, f.currency, f.due_on, f.told_paid, f.minor - coalesce(t.minor, 0) AS minor
        FROM import_fall f
        LEFT JOIN (SELECT invoice_key, sum(minor)::bigint AS minor FROM import_credit_use GROUP BY 1) t
             USING (invoice_key)
        WHERE f.minor > coalesce(t.minor, 0)
    )
"""

_ALIKE = f"""
    WITH {_RESTS}
    INSERT INTO import_credit_use (invoice_key, credit_key, account_id, minor)
    SELECT f.invoice_key, u.credit_key, u.account_id, u.minor
    FROM (SELECT *, count(*) OVER (PARTITION BY account_id, currency, minor) AS alike FROM uses) u
    JOIN (SELECT *, count(*) OVER (PARTITION BY account_id, currency, minor) AS alike FROM falls) f
         ON f.account_id = u.account_id AND f.currency = u.currency AND f.minor = u.minor
    WHERE u.alike = 1 AND f.alike = 1
"""

_IN_ORDER = f"""
    WITH {_RESTS}, used AS (
        SELECT *, sum(minor) OVER (PARTITION BY account_id, currency ORDER BY line) AS upto FROM uses
    ), fallen AS (
        SELECT *, sum(minor) OVER (PARTITION BY account_id, currency ORDER BY told_paid, due_on, invoice_key) AS upto
        FROM falls
    )
    INSERT INTO import_credit_use (invoice_key, credit_key, account_id, minor)
    SELECT f.invoice_key, u.credit_key, u.account_id,
           (least(u.upto, f.upto) - greatest(u.upto - u.minor, f.upto - f.minor))::bigint
    FROM used u JOIN fallen f ON f.account_id = u.account_id AND f.currency = u.currency
    WHERE least(u.upto, f.upto) > greatest(u.upto - u.minor, f.upto - f.minor)
"""
"""Both are laid side by side; where they overlap, that credit note went to that invoice."""

_CREDITED = "INSERT INTO import_credited SELECT invoice_key, sum(minor) FROM import_credit_use GROUP BY 1"

_COUNTED = """
    WITH fell AS (
        SELECT number_key, currency, told_paid, stored_open - open_minor AS minor FROM import_known WHERE paid
        UNION ALL
        SELECT r.number_key, r.currency, r.told_paid, r.total_minor - r.open_minor FROM import_row r
        WHERE r.total_minor > r.open_minor AND NOT EXISTS (SELECT FROM import_known k WHERE k.line = r.line)
    )
    SELECT r.currency, count(c.number_key) AS credited, coalesce(sum(c.minor), 0)::bigint AS credited_minor,
           count(*) FILTER (WHERE NOT r.told_paid AND f.minor > 0) AS unknown,
           coalesce(sum(f.minor) FILTER (WHERE NOT r.told_paid), 0)::bigint AS unknown_minor
    FROM fell r
    LEFT JOIN import_credited c ON c.number_key = r.number_key
    CROSS JOIN LATERAL (SELECT r.minor - coalesce(c.minor, 0) AS minor) f
    GROUP BY r.currency ORDER BY r.currency
"""
"""Of what is on file those that are lower than before; of what is new those that are lower than their totals."""

_BOOKED_AS = {
    Lowered.UNKNOWN: phrase(
        "booked as lowered in the books, not as money received; --lowered payment or --lowered credit says what it was"
    ),
    Lowered.PAYMENT: phrase("booked as payments, as you said"),
    Lowered.CREDIT: phrase("booked as credits, as you said"),
}


@dataclass(frozen=True, slots=True)
class Causes:
    """By what the rows of a file fell, in numbers of invoices and in words."""

    credited: int = 0
    """Invoices from which the books took credit notes of the file off."""
    lowered: int = 0
    """Invoices that fell for a cause that the file does not tell."""
    notes: tuple[str, ...] = ()


async def find(tx: Transaction, *, credits_there: bool, lowered: Lowered) -> Causes:
    """Find out by what the rows that are taken fell; credits and invoices are compared before."""
    for statement in _TABLES:
        await tx.execute(statement)
    if credits_there:
        for statement in (_USED, _FELL, _NAMED, _ALIKE, _IN_ORDER, _CREDITED):
            await tx.execute(statement)
        await tx.execute("ANALYZE import_credited")
    rows = await tx.rows(_COUNTED)
    credited, unknown = (sum(row[name] for row in rows) for name in ("credited", "unknown"))
    notes = []
    if credited:
        notes.append(
            say(
                "taken off by credit notes of the file, no money: {sums} on {n} invoices",
                sums=_sums(rows, "credited"),
                n=credited,
            )
        )
    if unknown:
        fell = say(
            "lowered in the books, cause unknown: {sums} on {n} invoices", sums=_sums(rows, "unknown"), n=unknown
        )
        notes.append(joined("; ", [fell, say(_BOOKED_AS[lowered])]))
    return Causes(credited, unknown, tuple(notes))


def _sums(rows: Sequence[Row], name: str) -> str:
    """Return the sums of those currencies that have any."""
    amounts = (Money(row[f"{name}_minor"], row["currency"]) for row in rows if row[name])
    return joined(" + ", [say("{amount}", amount=each) for each in amounts])
