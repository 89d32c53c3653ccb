"""Matching: which customers of the file are which accounts, by customer number, else by folded name.

Names are compared as they will be after the import, so that the same file finds the same customers once more.
"""

from datetime import datetime

from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import ordered_ids

_TABLE = """
    CREATE TEMP TABLE import_account (
        key text PRIMARY KEY, id uuid, stored boolean NOT NULL, number text, name_key text, problem text,
        recognised boolean NOT NULL DEFAULT false
    ) ON COMMIT DROP
"""

_BY_NUMBER = f"""
    INSERT INTO import_account (key, id, stored, number, name_key)
    SELECT c.key, coalesce(a.id, {ordered_ids.of_line("c.line", table="account")}), a.id IS NOT NULL, c.number,
           c.name_key
    FROM (SELECT key, min(line) AS line, min(number) AS number,
                 (array_agg(name_key ORDER BY line) FILTER (WHERE name_key IS NOT NULL))[1] AS name_key
          FROM import_customer WHERE number IS NOT NULL GROUP BY key) c
    LEFT JOIN account a ON a.number = c.number
"""
"""A new account has its id by the first line that names it, and no line names two."""

_STATISTICS = "ANALYZE import_account"
"""Without them the planner takes a fresh table for an empty one, and compares each row with each."""

_RECOGNISED = """
    UPDATE import_account m SET id = a.id, stored = true, number = a.number, recognised = true
    FROM (
        SELECT m.key, min(a.id::text)::uuid AS id, min(a.number) AS number
        FROM import_account m
        JOIN account a ON ltrim(a.number, '0') = CASE WHEN m.key LIKE 'mangled %' THEN substr(m.key, 9)
                                                      ELSE m.number END
        LEFT JOIN import_account o ON o.id = a.id
        WHERE NOT m.stored AND m.name_key = coalesce(o.name_key, a.name_key)
          AND (m.key LIKE 'mangled %' OR m.number ~ '^[1-9][0-9]*$' AND a.number LIKE '0%')
        GROUP BY m.key HAVING count(*) = 1) a
    WHERE a.key = m.key
"""
"""A number without its leading zeros, or with decimals, is the stored one of the same digits if the names agree."""

_MANGLED = "UPDATE import_account SET problem = 'number_mangled' WHERE NOT stored AND key LIKE 'mangled %'"

_ZEROS_LOST = """
    UPDATE import_account m SET problem = 'leading_zeros_lost'
    FROM account a LEFT JOIN import_account o ON o.id = a.id
    WHERE NOT m.stored AND m.problem IS NULL AND m.number ~ '^[1-9][0-9]*$' AND a.number LIKE '0%'
      AND ltrim(a.number, '0') = m.number
      AND (m.name_key IS NULL OR m.name_key = coalesce(o.name_key, a.name_key))
"""
"""A number that differs from a stored one by leading zeros only is a second spelling of it, unless the names differ."""

_NAMES = """
    CREATE TEMP TABLE import_name ON COMMIT DROP AS
    SELECT m.key, coalesce(kept.id, a.id) AS id, coalesce(m.name_key, a.name_key) AS name_key,
           CASE WHEN kept.id IS NULL THEN a.number IS NULL ELSE kept.number IS NULL END AS nameonly, true AS stored
    FROM account a LEFT JOIN account kept ON kept.id = a.merged_into_id LEFT JOIN import_account m ON m.id = a.id
    WHERE coalesce(m.name_key, a.name_key) IN (SELECT name_key FROM import_customer)
    UNION ALL
    SELECT key, id, name_key, false, false FROM import_account
    WHERE NOT stored AND problem IS NULL AND name_key IS NOT NULL
"""

_ADOPTED = """
    UPDATE import_account m SET id = known.id, stored = true FROM import_name known
    WHERE NOT m.stored AND m.problem IS NULL AND known.nameonly AND known.name_key = m.name_key
      AND m.name_key IN (SELECT name_key FROM import_name WHERE NOT nameonly GROUP BY name_key HAVING count(*) = 1)
"""
"""A customer known by name only gets its number, when nobody else has that name."""

_ADOPTED_NAMES = """
    UPDATE import_name n SET id = m.id FROM import_account m WHERE m.key = n.key AND m.stored AND NOT n.stored
"""

_BY_NAME = f"""
    INSERT INTO import_account (key, id, stored, name_key, problem)
    SELECT n.key, CASE WHEN f.name_key IS NULL THEN {ordered_ids.of_line("n.line", table="account")}
                       WHEN f.nameonly OR f.alike = 1 THEN f.id END,
           f.name_key IS NOT NULL AND f.stored, n.name_key,
           CASE WHEN f.alike > 1 AND NOT f.nameonly THEN 'customer_ambiguous' END
    FROM (SELECT key, name_key, min(line) AS line FROM import_customer WHERE number IS NULL GROUP BY key, name_key) n
    LEFT JOIN (
        SELECT name_key, count(DISTINCT id) AS alike, bool_or(nameonly) AS nameonly,
               (array_agg(id ORDER BY nameonly DESC))[1] AS id, bool_or(stored) AS stored
        FROM import_name GROUP BY name_key) f ON f.name_key = n.name_key
"""
"""The account without a number that has this name; else the only one of that name, on file or in this file."""

_MERGED = """
    WITH joined AS (
        UPDATE import_account m SET id = kept.id, number = kept.number
        FROM account a JOIN account kept ON kept.id = a.merged_into_id WHERE a.id = m.id
        RETURNING m.key)
    UPDATE import_customer c SET name = NULL, name_key = NULL FROM joined WHERE c.key = joined.key
"""
"""Rows that name a customer which was merged are about the one that it was merged into, whose spelling stays."""

_SEATS = """
    CREATE TEMP TABLE import_seat ON COMMIT DROP AS
    SELECT c.seq, m.id FROM import_customer c JOIN import_account m ON m.key = c.key
"""
"""The account of each customer part by its number, which is faster to look up for every row than keys are."""


async def match(tx: Transaction, *, now: datetime) -> None:
    """Give every customer of the file its account: a stored one, a new one, or the problem that prevents it."""
    values = ordered_ids.values(now, "account")
    for statement in (
        _TABLE,
        _BY_NUMBER,
        _STATISTICS,
        _RECOGNISED,
        _MANGLED,
        _ZEROS_LOST,
        _NAMES,
        "ANALYZE import_name",
        _ADOPTED,
        _ADOPTED_NAMES,
        _BY_NAME,
        _MERGED,
        _STATISTICS,
        _SEATS,
        "ANALYZE import_seat",
    ):
        await tx.execute(statement, values if statement in (_BY_NUMBER, _BY_NAME) else None)
