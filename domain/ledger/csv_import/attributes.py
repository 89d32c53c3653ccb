"""Attributes: what the rows that are taken say about customers and contacts, compared with what is on file.

Where rows disagree the first one counts, those with a customer number before those without, so that the same
file always says the same.
"""

from datetime import datetime

from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger import erased_addresses
from domain.ledger.csv_import import matching

_FIRST = "(array_agg(c.{name} ORDER BY c.number IS NULL, c.line) FILTER (WHERE c.{name} IS NOT NULL))[1] AS {name}"

_COLUMNS = ("name", "name_key", "country", "locale", "timezone", "industry", "risk", "tags")

_WANTED = f"""
    CREATE TEMP TABLE import_wanted ON COMMIT DROP AS
    SELECT m.id, bool_or(m.stored) AS stored, min(m.number) AS number,
           {", ".join(_FIRST.format(name=name) for name in _COLUMNS)}
    FROM import_customer c JOIN import_account m ON m.key = c.key
    WHERE m.id IN (SELECT m.id FROM import_used u JOIN import_customer c ON c.seq = u.seq
                   JOIN import_account m ON m.key = c.key)
    GROUP BY m.id
"""
"""Customers of rows that are taken, as all their rows tell of them."""

_ACCOUNT_CHANGES = """
    CREATE TEMP TABLE import_account_change ON COMMIT DROP AS
    SELECT * FROM (
        SELECT a.id, a.number AS old_number, a.name AS old_name, a.country AS old_country, a.locale AS old_locale,
               a.timezone AS old_timezone, a.industry AS old_industry, a.risk AS old_risk,
               nullif(array_to_string(a.tags, '|'), '') AS old_tags, coalesce(a.number, w.number) AS number,
               CASE WHEN w.number IS NULL THEN a.name ELSE coalesce(w.name, a.name) END AS name,
               CASE WHEN w.number IS NULL THEN a.name_key ELSE coalesce(w.name_key, a.name_key) END AS name_key,
               coalesce(w.country, a.country) AS country, coalesce(w.locale, a.locale) AS locale,
               coalesce(w.timezone, a.timezone) AS timezone, coalesce(w.industry, a.industry) AS industry,
               coalesce(w.risk, a.risk) AS risk, coalesce(w.tags, nullif(array_to_string(a.tags, '|'), '')) AS tags
        FROM import_wanted w JOIN account a ON a.id = w.id WHERE w.stored) wanted
    WHERE (number, name, country, locale, timezone, industry, risk, tags)
          IS DISTINCT FROM (old_number, old_name, old_country, old_locale, old_timezone, old_industry, old_risk,
                            old_tags)
"""
"""A customer who is recognised by the name keeps its spelling."""

_CONTACTS = f"""
    CREATE TEMP TABLE import_contact ON COMMIT DROP AS
    SELECT DISTINCT ON (m.id, e.email_key) m.id AS account_id, e.email, e.email_key, c.contact_name AS name,
           k.name AS old_name, c.contact_role AS role, k.role AS old_role,
           CASE WHEN k.id IS NOT NULL AND (c.contact_name <> k.name OR c.contact_role <> k.role) THEN 'changed'
                WHEN k.id IS NOT NULL THEN 'same'
                WHEN gone.id IS NOT NULL THEN 'removed'
                WHEN {erased_addresses.MATCHES.format(key="e.email_key")} THEN 'erased'
                ELSE 'new' END AS verdict
    FROM import_used u
    JOIN import_customer c ON c.seq = u.seq
    JOIN import_account m ON m.key = c.key
    CROSS JOIN LATERAL unnest(string_to_array(c.emails, ' '), string_to_array(c.email_keys, ' ')) e (email, email_key)
    LEFT JOIN contact k ON k.account_id = m.id AND k.email_key = e.email_key AND k.state = 'active'
    LEFT JOIN contact gone ON gone.account_id = m.id AND gone.email_key = e.email_key AND gone.state = 'removed'
    WHERE c.emails IS NOT NULL
    ORDER BY m.id, e.email_key, c.contact_name IS NULL, c.contact_role IS NULL, c.line
"""
"""An address that was removed from the customer stays removed, however often a file brings it; one that was erased on
request comes back to no customer."""

_BRINGING = """
    CREATE TEMP TABLE import_bringing ON COMMIT DROP AS
    SELECT c.seq, bool_or(NOT m.stored OR coalesce(e.verdict = 'new', false)) AS new
    FROM import_customer c
    JOIN import_account m ON m.key = c.key
    LEFT JOIN import_account_change a ON a.id = m.id
    LEFT JOIN import_contact e ON e.account_id = m.id AND e.email_key = ANY (string_to_array(c.email_keys, ' '))
    WHERE NOT m.stored OR e.verdict = 'new' OR (e.name = c.contact_name AND e.name <> e.old_name)
       OR (e.role = c.contact_role AND e.role <> e.old_role)
       OR (c.number = a.number AND a.old_number IS NULL) OR (c.name = a.name AND a.name <> a.old_name)
       OR (c.country = a.country AND a.country IS DISTINCT FROM a.old_country)
       OR (c.locale = a.locale AND a.locale IS DISTINCT FROM a.old_locale)
       OR (c.timezone = a.timezone AND a.timezone IS DISTINCT FROM a.old_timezone)
       OR (c.industry = a.industry AND a.industry IS DISTINCT FROM a.old_industry)
       OR (c.risk = a.risk AND a.risk IS DISTINCT FROM a.old_risk)
       OR (c.tags = a.tags AND a.tags IS DISTINCT FROM a.old_tags)
    GROUP BY c.seq
"""
"""The customer parts that bring something, so that their rows count as new or changed."""

_USED = "CREATE TEMP TABLE import_used ON COMMIT DROP AS SELECT seq FROM import_customer"

_TWICE_IN_FILE = """
    INSERT INTO import_dropped (line, field, value, code)
    SELECT line, 'contact-email', emails, 'duplicate_row'
    FROM (SELECT line, emails, row_number() OVER (PARTITION BY key, email_keys ORDER BY line) AS nth
          FROM import_customer WHERE emails IS NOT NULL) each
    WHERE nth > 1
"""

_CUSTOMER_PROBLEMS = """
    INSERT INTO import_dropped (line, field, value, code)
    SELECT c.line, CASE WHEN m.number IS NULL THEN 'customer-name' ELSE 'customer-number' END,
           coalesce(c.number, c.name), m.problem
    FROM import_customer c JOIN import_account m ON m.key = c.key WHERE m.problem IS NOT NULL
    ON CONFLICT (line) DO NOTHING
"""

_CONTACT_ROWS = """
    SELECT count(*) FILTER (WHERE b.new) AS new, count(*) FILTER (WHERE NOT b.new) AS changed,
           count(*) FILTER (WHERE b.seq IS NULL) AS unchanged
    FROM import_customer c LEFT JOIN import_bringing b ON b.seq = c.seq
"""

_INVOICE_ROWS = """
    SELECT (SELECT count(*) FROM import_row) - count(*) AS new,
           count(*) FILTER (WHERE k.redated OR k.paid OR b.seq IS NOT NULL) AS changed,
           count(*) FILTER (WHERE NOT (k.redated OR k.paid OR b.seq IS NOT NULL)) AS unchanged
    FROM import_known k LEFT JOIN import_bringing b ON b.seq = k.customer
    WHERE k.conflict IS NULL AND NOT k.withdrawn
"""
"""The rows that are taken are those still staged; of the known ones all that neither conflict nor are withdrawn."""

_PEOPLE = """
    SELECT (SELECT count(*) FROM import_wanted WHERE NOT stored) AS customers_new,
           (SELECT count(*) FROM import_account_change) AS customers_changed,
           (SELECT count(*) FROM import_contact WHERE verdict = 'new') AS contacts_new,
           (SELECT count(*) FROM import_contact WHERE verdict = 'changed') AS contacts_changed,
           (SELECT count(*) FROM import_contact WHERE verdict = 'removed') AS contacts_removed,
           (SELECT count(*) FROM import_contact WHERE verdict = 'erased') AS contacts_erased
"""


_KEEP_OTHERS = "DELETE FROM import_customer c USING import_dropped d WHERE d.line = c.line"


async def find_contact_rows(tx: Transaction, *, now: datetime) -> None:
    """Find the customers of a contacts file; reject rows about one contact twice, and those of nobody in particular."""
    for statement in (_TWICE_IN_FILE, _KEEP_OTHERS):
        await tx.execute(statement)
    await matching.match(tx, now=now)
    for statement in (_CUSTOMER_PROBLEMS, _KEEP_OTHERS, _USED):
        await tx.execute(statement)


async def compare(core: Core, tx: Transaction) -> dict[str, int]:
    """Find what is new about customers and contacts; return how many of each."""
    for statement in (_WANTED, _ACCOUNT_CHANGES):
        await tx.execute(statement)
    await tx.execute(_CONTACTS, {"erased": await erased_addresses.secret(core, tx)})
    for statement in ("ANALYZE import_contact", _BRINGING):
        await tx.execute(statement)
    return dict(await tx.row(_PEOPLE) or {})


async def rows(tx: Transaction, *, of_invoices: bool) -> dict[str, int]:
    """Return how many of the rows that are taken are new, changed and unchanged."""
    return dict(await tx.row(_INVOICE_ROWS if of_invoices else _CONTACT_ROWS) or {})
