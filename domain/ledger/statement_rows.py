"""Statement rows: the questions to the database that a statement of account is made of."""

from domain.kernel.dates import AGEING_BUCKETS

_ENTRIES = """
    SELECT coalesce(i.issued_on, (i.created_at AT TIME ZONE %(zone)s)::date) AS day, 1 AS place, 'invoice' AS kind,
           i.number, '' AS method, i.currency,
           CASE WHEN i.state <> 'void' THEN i.total_minor
                ELSE (SELECT coalesce(sum(a.amount_minor), 0) FROM allocation a WHERE a.invoice_id = i.id)
                   + (SELECT coalesce(sum(c.amount_minor), 0) FROM credit c
                      WHERE c.invoice_id = i.id AND c.state = 'approved')
                   + (SELECT coalesce(sum(w.amount_minor), 0) FROM write_off w
                      WHERE w.invoice_id = i.id AND w.state = 'approved') END::bigint AS minor
    FROM invoice i WHERE i.account_id = %(account)s
    UNION ALL
    SELECT p.received_on, 2, p.kind, '', p.method, p.currency, -p.amount_minor
    FROM payment p WHERE p.account_id = %(account)s
    UNION ALL
    SELECT coalesce(n.issued_on, (n.created_at AT TIME ZONE %(zone)s)::date), 3, 'credit_note', n.number, '',
           n.currency,
           -CASE WHEN n.state <> 'void' THEN n.total_minor - n.used_elsewhere_minor
                 ELSE (SELECT coalesce(sum(a.amount_minor), 0)
                       FROM allocation a WHERE a.credit_note_id = n.id) END::bigint
    FROM credit_note n WHERE n.account_id = %(account)s
    UNION ALL
    SELECT (c.decided_at AT TIME ZONE %(zone)s)::date, 4,
           CASE WHEN c.cause = 'unknown' THEN 'lowered' ELSE 'credit' END,
           i.number, '', c.currency, -c.amount_minor
    FROM credit c JOIN invoice i ON i.id = c.invoice_id WHERE i.account_id = %(account)s AND c.state = 'approved'
    UNION ALL
    SELECT (w.decided_at AT TIME ZONE %(zone)s)::date, 5, 'write_off', i.number, '', w.currency, -w.amount_minor
    FROM write_off w JOIN invoice i ON i.id = w.invoice_id WHERE i.account_id = %(account)s AND w.state = 'approved'
    UNION ALL
    SELECT (a.created_at AT TIME ZONE %(zone)s)::date, 6, 'paid_for_other', i.number, '', i.currency, a.amount_minor
    FROM payment p JOIN allocation a ON a.payment_id = p.id JOIN invoice i ON i.id = a.invoice_id
    WHERE p.account_id = %(account)s AND i.account_id <> p.account_id
    UNION ALL
    SELECT (a.created_at AT TIME ZONE %(zone)s)::date, 6, 'paid_by_other', i.number, '', i.currency, -a.amount_minor
    FROM invoice i JOIN allocation a ON a.invoice_id = i.id JOIN payment p ON p.id = a.payment_id
    WHERE i.account_id = %(account)s AND p.account_id <> i.account_id
"""
"""Every entry of the account. Of a void invoice or credit note only what was settled of it before counts; of
a credit note nothing that the merchant's books used where we see no invoice fall by it."""

LINES = f"""
    SELECT * FROM ({_ENTRIES}) entries WHERE day BETWEEN %(since)s AND %(until)s AND minor <> 0
    ORDER BY day, place, number, minor LIMIT %(most)s
"""

SUMS = f"""
    SELECT currency, kind, count(*) AS entries, sum(minor)::bigint AS minor FROM ({_ENTRIES}) entries
    WHERE day BETWEEN %(since)s AND %(until)s AND minor <> 0 GROUP BY currency, kind
"""

BEFORE = (
    f"SELECT currency, sum(minor)::bigint AS minor FROM ({_ENTRIES}) entries WHERE day < %(since)s GROUP BY currency"
)

OPEN = """
    SELECT number, issued_on, due_on, currency, total_minor, open_minor FROM invoice
    WHERE account_id = %(account)s AND state = 'open' ORDER BY due_on, number LIMIT %(most)s
"""

OPEN_SUMS = f"""
    SELECT currency, least(greatest(%(today)s - due_on, 0), {AGEING_BUCKETS[-1][1] + 1}) AS late, count(*) AS invoices,
           sum(open_minor)::bigint AS minor
    FROM invoice WHERE account_id = %(account)s AND state = 'open' GROUP BY 1, 2
"""

TO_CREDIT = """
    SELECT currency, sum(minor)::bigint AS minor FROM (
        SELECT currency, amount_minor AS minor FROM unapplied_cash WHERE account_id = %(account)s
        UNION ALL
        SELECT currency, open_minor FROM credit_note WHERE account_id = %(account)s AND state = 'open') loose
    GROUP BY currency
"""
