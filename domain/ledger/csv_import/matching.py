"""Matching: which customers of the file are which accounts, by customer number, else by folded name."""

from domain.kernel.transactions import Transaction

_TABLE = """
    CREATE TEMP TABLE import_account (
        key text PRIMARY KEY, id uuid, stored boolean NOT NULL, number text, name_key text, problem text
    ) ON COMMIT DROP
"""

_BY_NUMBER = """
    INSERT INTO import_account (key, id, stored, number, name_key)
    SELECT c.key, coalesce(a.id, gen_random_uuid()), a.id IS NOT NULL, c.number, c.name_key
    FROM (SELECT key, min(number) AS number,
                 (array_agg(name_key ORDER BY line) FILTER (WHERE name_key IS NOT NULL))[1] AS name_key
          FROM import_customer WHERE number IS NOT NULL GROUP BY key) c
    LEFT JOIN account a ON a.number = c.number
"""

_ZEROS_LOST = """
    UPDATE import_account m SET problem = 'leading_zeros_lost' FROM account a
    WHERE NOT m.stored AND m.number ~ '^[1-9][0-9]*$' AND a.number LIKE '0%' AND ltrim(a.number, '0') = m.number
      AND (m.name_key IS NULL OR m.name_key = a.name_key)
"""
"""A number that differs from a stored one by leading zeros only is a second spelling of it, unless the names differ."""

_ADOPTED = """
    UPDATE import_account m SET id = a.id, stored = true FROM account a
    WHERE NOT m.stored AND m.problem IS NULL AND a.number IS NULL AND a.name_key = m.name_key
      AND m.name_key IN (SELECT name_key FROM import_account WHERE NOT stored GROUP BY name_key HAVING count(*) = 1)
"""
"""A customer known by name only gets its number, when no other customer of the file has that name."""

_BY_NAME = """
    INSERT INTO import_account (key, id, stored, name_key, problem)
    SELECT n.key, CASE WHEN f.key IS NULL THEN gen_random_uuid() WHEN f.alike = 1 OR f.exact = 1 THEN f.id END,
           f.key IS NOT NULL AND f.stored, n.name_key,
           CASE WHEN f.alike > 1 AND f.exact = 0 THEN 'customer_ambiguous' END
    FROM (SELECT DISTINCT key, name_key FROM import_customer WHERE number IS NULL) n
    LEFT JOIN (
        SELECT key, count(DISTINCT id) AS alike, count(DISTINCT id) FILTER (WHERE rank = 1) AS exact,
               (array_agg(id ORDER BY rank))[1] AS id, (array_agg(stored ORDER BY rank))[1] AS stored
        FROM (
            SELECT n.key, a.id, true AS stored, CASE WHEN a.number IS NULL THEN 1 ELSE 2 END AS rank
            FROM import_customer n JOIN account a ON a.name_key = n.name_key WHERE n.number IS NULL
            UNION
            SELECT n.key, m.id, m.stored, 2
            FROM import_customer n JOIN import_account m ON m.name_key = n.name_key
            WHERE n.number IS NULL AND m.problem IS NULL) found
        GROUP BY key) f ON f.key = n.key
"""
"""The account without a number that has this name; else the only one of that name, on file or in this file."""


_STATISTICS = "ANALYZE import_account"
"""Without them the planner takes a fresh table for an empty one, and compares each row with each."""


async def match(tx: Transaction) -> None:
    """Give every customer of the file its account: a stored one, a new one, or the problem that prevents it."""
    for statement in (_TABLE, _BY_NUMBER, _STATISTICS, _ZEROS_LOST, _ADOPTED, _BY_NAME, _STATISTICS):
        await tx.execute(statement)
