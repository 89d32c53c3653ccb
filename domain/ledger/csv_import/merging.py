"""Merging: what the difference found is written to the ledger, a statement for each kind of change.

This is the one place where states are written by SQL and not by ``move()``: an import decides about thousands of
invoices at once. New rows get their first state, or *settled* when they are history. A stored invoice is settled only
from *open*, with the balance that was compared, and together with what explains it: a credit note of the file, a
payment that it tells of, or a credit of the books' own, whose cause may be unknown.
"""

from datetime import date, datetime
from typing import Any

from domain.kernel import sentences
from domain.kernel.actor import Actor
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.ledger import falls
from domain.ledger.csv_import import bulk_indexes, bulk_keys, ordered_ids
from domain.ledger.csv_import.outcomes import Outcome
from domain.ledger.csv_import.requests import Lowered
from domain.ledger.falls import Cause

METHOD = "ledger import"
"""How imported money came, in the words of receipts and timelines."""

_ACCOUNTS = (
    """
    INSERT INTO account (id, number, name, name_key, country, locale, timezone, industry, risk, tags, state,
                         created_at)
    SELECT id, number, coalesce(name, number), coalesce(name_key, lower(number)), country, locale, timezone, industry,
           risk, coalesce(string_to_array(tags, '|'), '{}'), 'active', %(now)s
    FROM import_wanted WHERE NOT stored
    """,
    """
    UPDATE account a SET number = c.number, name = c.name, name_key = c.name_key, country = c.country,
                         locale = c.locale, timezone = c.timezone, industry = c.industry, risk = c.risk,
                         tags = coalesce(string_to_array(c.tags, '|'), '{}')
    FROM import_account_change c WHERE a.id = c.id
    """,
    """
    UPDATE contact k SET name = coalesce(e.name, k.name), role = coalesce(e.role, k.role) FROM import_contact e
    WHERE e.verdict = 'changed' AND k.account_id = e.account_id AND k.email_key = e.email_key AND k.state = 'active'
    """,
)

_CONTACTS = f"""
    INSERT INTO contact (id, account_id, name, email, email_key, role, state, created_at)
    SELECT {ordered_ids.of_line("nth", table="contact")}, account_id, coalesce(name, ''), email, email_key,
           coalesce(role, 'billing'), 'active', %(now)s
    FROM (SELECT row_number() OVER () AS nth, * FROM import_contact WHERE verdict = 'new') fresh
"""

_ROWS = "import_row r JOIN import_seat m ON m.seq = r.customer"

_NEW = "NOT EXISTS (SELECT FROM import_known k WHERE k.line = r.line)"
"""Rows about invoices that are not on file; those that conflict are no longer staged."""

_INVOICES = f"""
    INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, issued_on, due_on,
                         state, settled_on, created_at)
    SELECT {ordered_ids.of_line("r.line", table="invoice")}, r.number, r.number_key, m.id, r.currency,
           coalesce(r.total_minor, r.open_minor), r.open_minor, r.issued_on, r.due_on,
           CASE WHEN r.open_minor = 0 THEN 'settled' ELSE 'open' END,
           CASE WHEN r.open_minor = 0 THEN coalesce(r.settled_on, least(r.due_on, %(day)s::date)) END, %(now)s
    FROM {_ROWS} WHERE {_NEW}
"""

_BOOKED = """
    INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on, method,
                         created_at)
    SELECT payment_id, account_id, 'payment', 'import', object_id, currency, paid_minor, received_on, %(method)s,
           %(now)s
    FROM paid
"""

_APPLIED = f"""
    INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, created_at)
    SELECT {ordered_ids.beside("payment_id", table="allocation")}, payment_id, invoice_id, paid_minor, %(now)s
    FROM paid
"""

_LOWERED = """
    INSERT INTO credit (id, invoice_id, account_id, currency, amount_minor, reason, state, origin, cause,
                        proposed_by, decided_by, decided_at, created_at)
    SELECT credit_id, invoice_id, account_id, currency, lowered_minor, %(reason)s, 'approved', 'books', %(cause)s,
           %(method)s, %(actor)s, %(now)s, %(now)s
    FROM lowered
"""
"""What the books took off an invoice without a payment or a credit note that we know of."""

_TOLD = "(r.told_paid OR %(as_paid)s)"

_FELL = f"""
    SELECT r.line, r.number_key, r.currency, r.due_on, r.settled_on, m.id AS account_id,
           {ordered_ids.of_line("r.line", table="invoice")} AS invoice_id,
           r.total_minor - r.open_minor - coalesce(t.minor, 0) AS minor
    FROM {_ROWS} LEFT JOIN import_credited t ON t.number_key = r.number_key
    WHERE {_NEW} AND r.total_minor - r.open_minor > coalesce(t.minor, 0)
"""
"""New invoices of which the books have taken off more than by credit notes of the file."""

_NEW_PAID = f"""
    WITH paid AS (
        SELECT {ordered_ids.of_line("line", table="payment")} AS payment_id, invoice_id, account_id, currency,
               minor AS paid_minor, 'import:' || number_key AS object_id,
               coalesce(settled_on, least(due_on, %(day)s::date)) AS received_on
        FROM ({_FELL} AND {_TOLD}) fell
    ), booked AS ({_BOOKED})
    {_APPLIED}
"""

_NEW_LOWERED = f"""
    WITH lowered AS (
        SELECT {ordered_ids.of_line("line", table="credit")} AS credit_id, invoice_id, account_id, currency,
               minor AS lowered_minor
        FROM ({_FELL} AND NOT {_TOLD}) fell
    ) {_LOWERED}
"""

_REDATED = """
    UPDATE invoice i SET due_on = k.due_on, issued_on = k.issued_on
    FROM import_known k WHERE k.redated AND i.id = k.invoice_id
"""

_MOVED_TABLE = """
    CREATE TEMP TABLE import_moved (
        payment_id uuid NOT NULL, credit_id uuid NOT NULL, invoice_id uuid NOT NULL, number text NOT NULL,
        number_key text NOT NULL, account_id uuid NOT NULL, currency text NOT NULL, total_minor bigint NOT NULL,
        paid_minor bigint NOT NULL, lowered_minor bigint NOT NULL, open_minor bigint NOT NULL,
        received_on date NOT NULL
    ) ON COMMIT DROP
"""

_KNOWN_MOVED = f"""
    WITH moved AS (
        UPDATE invoice i SET open_minor = k.open_minor,
               state = CASE WHEN k.open_minor = 0 THEN 'settled' ELSE 'open' END,
               settled_on = CASE WHEN k.open_minor = 0 THEN coalesce(k.settled_on, %(day)s::date) END
        FROM import_known k
        WHERE k.paid AND i.id = k.invoice_id AND i.state = 'open' AND i.open_minor = k.stored_open
        RETURNING k.line, i.id AS invoice_id, i.number, i.number_key, i.account_id, i.currency, i.total_minor,
                  i.open_minor, k.stored_open - k.open_minor AS fell, (k.told_paid OR %(as_paid)s) AS told,
                  coalesce(k.settled_on, %(day)s::date) AS received_on
    )
    INSERT INTO import_moved (payment_id, credit_id, invoice_id, number, number_key, account_id, currency, total_minor,
                              paid_minor, lowered_minor, open_minor, received_on)
    SELECT {ordered_ids.of_line("m.line", table="payment")}, {ordered_ids.of_line("m.line", table="credit")},
           m.invoice_id, m.number, m.number_key, m.account_id, m.currency, m.total_minor,
           CASE WHEN m.told THEN rest.minor ELSE 0 END, CASE WHEN m.told THEN 0 ELSE rest.minor END, m.open_minor,
           m.received_on
    FROM moved m LEFT JOIN import_credited c ON c.number_key = m.number_key
    CROSS JOIN LATERAL (SELECT m.fell - coalesce(c.minor, 0) AS minor) rest
"""

_KNOWN_PAID = f"""
    WITH earlier AS (
        SELECT a.invoice_id, count(*) AS payments FROM import_moved m
        JOIN allocation a ON a.invoice_id = m.invoice_id JOIN payment p ON p.id = a.payment_id AND p.source = 'import'
        WHERE m.paid_minor > 0 GROUP BY a.invoice_id
    ), paid AS (
        SELECT m.*, 'import:' || m.number_key || coalesce(' #' || (e.payments + 1), '') AS object_id
        FROM import_moved m LEFT JOIN earlier e ON e.invoice_id = m.invoice_id WHERE m.paid_minor > 0
    ), booked AS ({_BOOKED})
    {_APPLIED}
"""
"""A second imported payment of one invoice is told from the first by a count, after a space that no number key has."""

_KNOWN_LOWERED = f"WITH lowered AS (SELECT * FROM import_moved WHERE lowered_minor > 0) {_LOWERED}"

_SAID = {
    Lowered.UNKNOWN: (falls.UNTOLD, falls.REASON),
    Lowered.PAYMENT: ("", ""),
    Lowered.CREDIT: (Cause.CREDIT.value, phrase("credited in the books")),
}
"""Cause and reason of what is booked as a credit of the books; of a payment there is none."""


async def merge(
    tx: Transaction, outcome: Outcome, *, now: datetime, day: date, of_invoices: bool, lowered: Lowered, actor: Actor
) -> None:
    """Write what was found; money without a date of its own is booked on *day*, or on the due date of history."""
    cause, reason = _SAID[lowered]
    values: dict[str, Any] = {
        "now": now,
        "day": day,
        "method": METHOD,
        "actor": actor.name,
        "as_paid": lowered is Lowered.PAYMENT,
        "cause": cause,
        "reason": sentences.as_text(say(reason)),
        **ordered_ids.values(now, "contact", "invoice", "payment", "allocation", "credit"),
    }
    for statement in _ACCOUNTS:
        await tx.execute(statement, values)
    async with bulk_keys.checked_by_set(tx):
        await tx.execute(_CONTACTS, values)
        if of_invoices:
            await _add_invoices(tx, outcome, values)
    if not of_invoices:
        return
    await tx.execute(_MOVED_TABLE)
    for statement in (_REDATED, _KNOWN_MOVED, _KNOWN_PAID, _KNOWN_LOWERED):
        await tx.execute(statement, values)


async def _add_invoices(tx: Transaction, outcome: Outcome, values: dict[str, Any]) -> None:
    """Add the new invoices, and what the books have taken off them; whether a row is new is asked if any is known."""
    known = await tx.row("SELECT FROM import_known LIMIT 1") is not None
    async with bulk_indexes.built_afterwards(tx, "invoice", "payment", "allocation", rows=outcome.new):
        for statement in (_INVOICES, _NEW_PAID, *((_NEW_LOWERED,) if outcome.lowered else ())):
            await tx.execute(statement if known else statement.replace(_NEW, "true"), values)
