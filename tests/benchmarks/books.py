"""Books: ledgers of any size, made by the database itself, of whose invoices a known share is due for a step today.

Every number follows from its row's number, so that two books of one size are the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from tests.clocks import START

CADENCE = "00000000-0000-4000-8000-000000000001"
"""The default cadence, with steps at -3, 0, 7, 14 and 21 days."""


@dataclass(frozen=True, slots=True)
class Book:
    """How large the ledger is that was made."""

    invoices: int
    accounts: int
    contacts: int
    due: int
    """Invoices of which a step is due at the moment for which the book was made, each with one contact to mail."""


_ACCOUNTS = """
    INSERT INTO account (id, number, name, name_key, country, timezone, industry, risk, tags, state, created_at)
    SELECT md5('account' || n)::uuid, 'C' || n, 'Customer ' || n, 'customer ' || n,
           (ARRAY['DE', 'FR', 'ES', 'GB', 'US', 'JP', 'PL', NULL])[1 + n %% 8],
           (ARRAY['Europe/Berlin', 'Europe/Paris', 'Europe/Madrid', 'Europe/London', 'America/New_York', 'Asia/Tokyo',
                  'Europe/Warsaw', NULL])[1 + n %% 8],
           (ARRAY['retail', 'building', 'software', NULL])[1 + n %% 4],
           (ARRAY['low', 'medium', 'high', NULL])[1 + n %% 4],
           CASE WHEN n %% 20 = 0 THEN ARRAY['key'] ELSE ARRAY[]::text[] END, 'active', %(now)s
    FROM generate_series(1, %(accounts)s) n
"""

_CONTACTS = """
    INSERT INTO contact (id, account_id, name, email, email_key, role, state, created_at)
    SELECT md5('contact' || n)::uuid, md5('account' || n)::uuid, 'Contact ' || n, 'ar@customer-' || n || '.example',
           'ar@customer-' || n || '.example', 'billing', 'active', %(now)s
    FROM generate_series(1, %(accounts)s) n
"""

_INVOICES = """
    INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, issued_on, due_on,
                         state, created_at)
    SELECT md5('invoice' || n)::uuid, 'N-' || n, 'n-' || n,
           md5('account' || (1 + (n + n / %(every)s) %% %(accounts)s))::uuid,
           (ARRAY['EUR', 'EUR', 'USD', 'GBP'])[1 + n %% 4], amount,
           CASE WHEN n %% 9 = 0 THEN amount / 2 ELSE amount END,
           %(today)s::date - age - 30, %(today)s::date - age, 'open', %(now)s
    FROM (SELECT n, 1000 + n::bigint * 7919 %% 900000 AS amount,
                 CASE WHEN n %% %(every)s = 0 THEN 7 ELSE (n::bigint * 104729 %% 181 - 60)::int END AS age
          FROM generate_series(1, %(invoices)s) n) each
"""

_ENROLMENTS = """
    WITH stand AS (
        SELECT day.due_on, day.due, done.position, done.severity, next.offset_days
        FROM (SELECT DISTINCT i.due_on, substr(i.number, 3)::bigint %% %(every)s = 0 AS due FROM invoice i) day
        CROSS JOIN LATERAL (
            SELECT coalesce(max(s.position), 0) AS position,
                   coalesce(max(s.severity) FILTER (WHERE s.letter IS NOT NULL), -1) AS severity
            FROM cadence_step s WHERE s.cadence_id = %(cadence)s
            AND s.offset_days <= %(today)s::date - day.due_on AND NOT (day.due AND s.offset_days = 7)) done
        LEFT JOIN cadence_step next ON next.cadence_id = %(cadence)s AND next.position = done.position + 1
    )
    INSERT INTO enrolment (id, invoice_id, cadence_id, segment, state, last_position, last_severity, next_action_at,
                           created_at)
    SELECT md5('enrolment' || i.number)::uuid, i.id, %(cadence)s, 'everyone',
           CASE WHEN s.offset_days IS NULL THEN 'finished' ELSE 'running' END, s.position,
           s.severity, ((s.due_on + s.offset_days)::timestamp + interval '9 hours') AT TIME ZONE 'Europe/Berlin',
           %(now)s
    FROM invoice i JOIN stand s ON s.due_on = i.due_on AND s.due = (substr(i.number, 3)::bigint %% %(every)s = 0)
"""
"""Where an invoice stands in the cadence follows from its due date, so that is worked out once for each date."""

_TABLES = ("account", "contact", "invoice", "enrolment")

_LATER = "UPDATE pg_index SET indisready = false WHERE indrelid = ANY(%s::text[]::regclass[])"
"""Rows are written without a look at any index; each is then made in one go from the sorted whole, which also finds
what is there twice. To keep them up row by row, in the order of random keys, takes most of the time of a large book."""


async def fill(
    database_address: str, invoices: int, *, every: int = 100, per_account: int = 10, now: datetime = START
) -> Book:
    """Fill a migrated, empty database with open invoices, all enrolled, of which one in *every* is due for step 3.

    The others wait for a later step, or are through with the cadence. Foreign keys are not checked while the rows are
    made: the statements keep them by construction, and a million checks take longer than the rows.
    """
    accounts = max(1, invoices // per_account)
    parameters: dict[str, Any] = {
        "invoices": invoices,
        "accounts": accounts,
        "every": every,
        "now": now,
        "today": now.date(),
        "cadence": CADENCE,
    }
    async with await psycopg.AsyncConnection.connect(database_address, autocommit=True) as connection:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            await connection.execute(_LATER, (list(_TABLES),))
            for statement in (_ACCOUNTS, _CONTACTS, _INVOICES, _ENROLMENTS):
                await connection.execute(statement, parameters)
            for table in _TABLES:
                await connection.execute(sql.SQL("REINDEX TABLE {}").format(sql.Identifier(table)))
        # What a server's own housekeeping does within a minute or two; it would not count empty tables, either.
        await connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, _TABLES))))
    return Book(invoices=invoices, accounts=accounts, contacts=accounts, due=invoices // every)
