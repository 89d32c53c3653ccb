"""The statements that make a ledger with the shapes of real ones.

Three years of invoices: a few customers have thousands and most a handful; amounts are log-normal, as sums of trade
are; numbers grow with time, and so does business; four in ten invoices are issued on the last day of a month;
customers have terms, currencies and habits of paying of their own. What was paid has its payment, what is open stands
in the cadence where its due date puts it, and the reminders of the last ninety days lie in the history. Some payers
dispute, some promise, some addresses are dead.

Each number follows from its row's number by a hash, so two ledgers of one size are the same.
"""

from collections.abc import Sequence
from typing import LiteralString

FUNCTIONS: LiteralString = """
    CREATE FUNCTION pg_temp.chance(n bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (hashint8extended(n, salt) & 2147483647)::float8 / 2147483648
    $$;
    CREATE FUNCTION pg_temp.key(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (lpad(to_hex(n), 12, '0') || substr(md5(kind || n), 13))::uuid
    $$
"""
"""A number from 0 up to 1 that looks like chance and is always the same for the same two numbers; and an id that comes
after those of smaller numbers, as ids do that are given out one after another."""

_DRAWN: LiteralString = """
    CREATE TEMP TABLE drawn AS
    WITH throws AS (
        SELECT n, 1 + floor(%(customers)s * power(pg_temp.chance(n, 1), 2))::bigint AS customer,
               %(today)s::date - floor(1095 * power(1 - n / %(invoices)s::float8, 1.4))::int AS day,
               exp(10.8 + 1.4 * sqrt(-2 * ln(1 - pg_temp.chance(n, 5))) * cos(2 * pi() * pg_temp.chance(n, 6))) AS minor
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
    ), issued AS (
        SELECT n, customer, least(5e9, greatest(100, minor))::bigint AS total,
               CASE WHEN pg_temp.chance(n, 3) < 0.4
                    THEN least(%(today)s::date, (date_trunc('month', day) + interval '1 month - 1 day')::date)
                    ELSE day END AS issued_on,
               (ARRAY[14, 14, 30, 30, 30, 30, 30, 60, 60, 90])[1 + floor(10 * pg_temp.chance(customer, 4))::int]
                   AS terms
        FROM throws
    ), fallen_due AS (
        SELECT n, customer, total, issued_on, issued_on + terms AS due_on,
               issued_on + terms - 5 + floor(40 * power(pg_temp.chance(customer, 7), 3)
                                             - 12 * ln(1 - pg_temp.chance(n, 8)))::int AS paid_on,
               pg_temp.chance(n, 9) < 0.006 AS never
        FROM issued
    ), stated AS (
        SELECT *, CASE WHEN pg_temp.chance(n, 10) < 0.008 THEN 'void'
                       WHEN never AND due_on < %(today)s::date - 180 AND pg_temp.chance(n, 11) < 0.6 THEN 'written_off'
                       WHEN NOT never AND paid_on <= %(today)s::date THEN 'settled' ELSE 'open' END AS state
        FROM fallen_due
    )
    SELECT n, customer, total, issued_on, due_on, state, CASE WHEN state = 'settled' THEN paid_on END AS settled_on,
           CASE WHEN state <> 'open' THEN 0
                WHEN due_on < %(today)s::date AND pg_temp.chance(n, 12) < 0.06 THEN total / 2 ELSE total END AS open,
           CASE WHEN pg_temp.chance(n, 13) < 0.9 THEN (ARRAY['EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'USD',
                'GBP', 'CHF'])[1 + floor(10 * pg_temp.chance(customer, 14))::int] ELSE 'EUR' END AS currency,
           pg_temp.key('invoice', n) AS id, pg_temp.key('account', customer) AS account_id
    FROM stated
"""

_ACCOUNTS: LiteralString = """
    INSERT INTO account (id, number, name, name_key, country, timezone, industry, risk, tags, state, created_at)
    SELECT pg_temp.key('account', n), 'C' || n, name || ' ' || n, lower(name) || ' ' || n,
           (ARRAY['DE', 'DE', 'DE', 'FR', 'ES', 'GB', 'US', 'AT', 'PL', NULL])[1 + n %% 10],
           (ARRAY['Europe/Berlin', 'Europe/Berlin', 'Europe/Berlin', 'Europe/Paris', 'Europe/Madrid', 'Europe/London',
                  'America/New_York', 'Europe/Vienna', 'Europe/Warsaw', NULL])[1 + n %% 10],
           (ARRAY['retail', 'building', 'software', NULL])[1 + n %% 4],
           (ARRAY['low', 'medium', 'high', NULL])[1 + n %% 4],
           CASE WHEN n <= 20 THEN ARRAY['key'] ELSE ARRAY[]::text[] END, 'active', %(now)s
    FROM (SELECT n, (ARRAY['Bauhof Nord', 'Meyer & Töchter', 'Société Lumière', 'Harbour Foods', 'Talleres Sur',
                           'Zimmermann Holzbau', 'Green Valley Clinics', 'Pixel Works'])
                    [1 + floor(8 * pg_temp.chance(n, 20))::int] AS name
          FROM generate_series(1, %(customers)s::bigint) n) each
"""

_CONTACTS: LiteralString = """
    INSERT INTO contact (id, account_id, name, email, email_key, role, state, created_at)
    SELECT pg_temp.key('contact' || role, n), pg_temp.key('account', n), 'Pat ' || n, role || '@customer-' || n
           || '.example', role || '@customer-' || n || '.example', role, 'active', %(now)s
    FROM generate_series(1, %(customers)s::bigint) n
    CROSS JOIN (VALUES ('billing', 1.0, 30), ('escalation', 0.35, 31), ('other', 0.1, 32)) kind (role, share, salt)
    WHERE pg_temp.chance(n, kind.salt) < kind.share
"""

_INVOICES: LiteralString = """
    INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, issued_on, due_on,
                         state, settled_on, created_at)
    SELECT id, 'R-' || n, 'r-' || n, account_id, currency, total, open, issued_on, due_on, state, settled_on,
           issued_on + time '08:00' AT TIME ZONE 'UTC'
    FROM drawn
"""

_PAYMENTS: LiteralString = """
    INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on, method,
                         created_at)
    SELECT pg_temp.key('payment', n), account_id, 'payment', 'import', 'file:' || n, currency, total - open,
           coalesce(settled_on, due_on), 'bank transfer', coalesce(settled_on, due_on) + time '12:00' AT TIME ZONE 'UTC'
    FROM drawn WHERE state = 'settled' OR state = 'open' AND open < total
"""

_ALLOCATIONS: LiteralString = """
    INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, created_at)
    SELECT pg_temp.key('allocation', n), pg_temp.key('payment', n), id, total - open,
           coalesce(settled_on, due_on) + time '12:00' AT TIME ZONE 'UTC'
    FROM drawn WHERE state = 'settled' OR state = 'open' AND open < total
"""

_ENROLMENTS: LiteralString = """
    WITH stand AS (
        SELECT day.due_on, done.position, done.severity, next.offset_days
        FROM (SELECT DISTINCT due_on FROM drawn) day
        CROSS JOIN LATERAL (
            SELECT coalesce(max(s.position), 0) AS position,
                   coalesce(max(s.severity) FILTER (WHERE s.letter IS NOT NULL), -1) AS severity
            FROM cadence_step s
            WHERE s.cadence_id = %(cadence)s AND s.offset_days < %(today)s::date - day.due_on) done
        LEFT JOIN cadence_step next ON next.cadence_id = %(cadence)s AND next.position = done.position + 1
    )
    INSERT INTO enrolment (id, invoice_id, cadence_id, segment, state, last_position, last_severity, next_action_at,
                           created_at)
    SELECT pg_temp.key('enrolment', d.n), d.id, %(cadence)s, 'everyone',
           CASE WHEN d.state <> 'open' THEN 'closed' WHEN s.offset_days IS NULL THEN 'finished' ELSE 'running' END,
           s.position, s.severity,
           CASE WHEN d.state = 'open' AND s.offset_days IS NOT NULL
                THEN ((d.due_on + s.offset_days)::timestamp + interval '9 hours') AT TIME ZONE 'Europe/Berlin' END,
           d.issued_on + time '09:00' AT TIME ZONE 'UTC'
    FROM drawn d JOIN stand s USING (due_on)
"""
"""Where an invoice stands in the cadence follows from its due date, so that is worked out once for each date."""

_REMINDERS: LiteralString = """
    WITH left_before AS (
        SELECT d.n, d.id, d.account_id, d.customer, s.position, s.letter, s.tone, s.severity,
               (d.due_on + s.offset_days) + time '08:10' AT TIME ZONE 'UTC' AS at,
               pg_temp.key('mailing' || s.position, d.n) AS mailing_id
        FROM drawn d JOIN cadence_step s ON s.cadence_id = %(cadence)s AND s.letter IS NOT NULL
        WHERE d.state <> 'void' AND d.due_on + s.offset_days < coalesce(d.settled_on, %(today)s::date)
        AND d.due_on + s.offset_days > %(today)s::date - 90 AND d.due_on + s.offset_days >= d.issued_on
    ), sent AS (
        INSERT INTO mailing (id, unique_key, letter, tone, invoice_id, account_id, contact_id, address, address_key,
                             message_id, asks, step, segment, state, reason, provider, reserved_on, queued_at, sent_at)
        SELECT mailing_id, 'grown:' || mailing_id, letter, tone, id, account_id,
               pg_temp.key('contactbilling', customer), 'billing@customer-' || customer || '.example',
               'billing@customer-' || customer || '.example', '<' || mailing_id || '@mail.example>', true, position,
               'everyone', 'sent', 'step ' || position, 'other', at::date, at, at
        FROM left_before
    ), told AS (
        INSERT INTO timeline_entry (kind, invoice_id, account_id, actor, request_id, at, fact)
        SELECT 'letter.sent', id, account_id, 'Plixo', 'grown', at,
               jsonb_build_object('at', at, 'actor', 'Plixo', 'actor_kind', 'system', 'invoice_id', id,
                                  'invoice_number', 'R-' || n, 'account_id', account_id, 'mailing_id', mailing_id,
                                  'letter', letter, 'step', position, 'why', 'grown',
                                  'sent_to', 'b***@customer-' || customer || '.example')
        FROM left_before
    )
    INSERT INTO mailing_item (id, mailing_id, invoice_id, contact_id, unique_key, enrolment_id, step, letter, tone,
                              severity, state, reason, created_at)
    SELECT pg_temp.key('item' || position, n), mailing_id, id, pg_temp.key('contactbilling', customer),
           'grown:' || n || ':' || position, pg_temp.key('enrolment', n), position, letter, tone, severity, 'included',
           'step ' || position, at
    FROM left_before
"""

_DISPUTES: LiteralString = """
    INSERT INTO dispute (id, invoice_id, account_id, currency, amount_minor, reason_code, description, state,
                         sla_due_at, sla_risk_at, source, filed_by, created_at)
    SELECT pg_temp.key('dispute', n), id, account_id, currency, open, 'wrong_amount', 'The price was agreed otherwise.',
           'open', %(now)s::timestamptz + interval '3 days', %(now)s::timestamptz + interval '1 day', 'portal',
           'Pat ' || customer, %(now)s::timestamptz - interval '2 days'
    FROM drawn WHERE state = 'open' AND due_on < %(today)s::date AND pg_temp.chance(n, 40) < 0.02
"""

_PROMISES: LiteralString = """
    INSERT INTO promise (id, invoice_id, account_id, currency, amount_minor, promised_on, grace_days, source, state,
                         made_by, created_at)
    SELECT pg_temp.key('promise', n), id, account_id, currency, open,
           %(today)s::date + 1 + floor(14 * pg_temp.chance(n, 41))::int, 2, 'portal', 'running', 'Pat ' || customer,
           %(now)s::timestamptz - interval '1 day'
    FROM drawn WHERE state = 'open' AND due_on < %(today)s::date AND pg_temp.chance(n, 40) BETWEEN 0.02 AND 0.06
"""

_SUPPRESSIONS: LiteralString = """
    INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, created_at)
    SELECT md5('suppression' || email_key)::uuid, email, email_key, 'hard bounce', 'active', 'grown', '', %(now)s
    FROM contact WHERE pg_temp.chance(hashtextextended(email_key, 0), 50) < 0.015
"""

OF_CUSTOMERS: Sequence[LiteralString] = (_ACCOUNTS, _CONTACTS, _SUPPRESSIONS)
"""Values: ``customers``, ``now``."""

OF_A_PIECE: Sequence[LiteralString] = (
    _DRAWN,
    "ANALYZE drawn",
    _INVOICES,
    _PAYMENTS,
    _ALLOCATIONS,
    _ENROLMENTS,
    _REMINDERS,
    _DISPUTES,
    _PROMISES,
    "DROP TABLE drawn",
)
"""Values: the ``first`` and ``last`` of the piece, ``invoices`` and ``customers`` of the whole, ``cadence``, ``today``,
``now``."""
