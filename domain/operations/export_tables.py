"""Export tables: lists of the ledger as CSV that a spreadsheet opens without harm, read page by page."""

import csv
import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger.ageing import BUCKETS
from domain.ledger.csv_import.rejects import harmless
from domain.operations.refusals import TableTooLarge

PAGE = 500
MOST_BYTES = 20 << 20
"""Of one file that is sent through the chat; more is narrowed down, or written by the shell."""


@dataclass(frozen=True, slots=True)
class Table:
    """One list: its columns, where its rows come from, and how one is written."""

    headers: tuple[str, ...]
    query: str
    shape: Callable[[Row], tuple[object, ...]]


_QUEUE = """
    SELECT i.number, a.number AS customer_number, a.name AS customer, i.currency, i.open_minor, i.due_on,
           %(today)s::date - i.due_on AS days, w.score, coalesce(p.name, '') AS owner
    FROM worklist w JOIN invoice i ON i.id = w.invoice_id JOIN account a ON a.id = i.account_id
    LEFT JOIN person p ON p.id = a.owner_id
    WHERE NOT w.stopped AND (%(owner)s::uuid IS NULL OR a.owner_id = %(owner)s)
    ORDER BY w.score DESC, w.open_major DESC, w.due_on, w.invoice_id
"""

_AGEING = """
    SELECT a.number AS customer_number, a.name AS customer, i.currency, count(*) AS invoices,
           sum(i.open_minor)::bigint AS open_minor,
           sum(i.open_minor) FILTER (WHERE %(today)s::date - i.due_on <= 0)::bigint AS b0,
           sum(i.open_minor) FILTER (WHERE %(today)s::date - i.due_on BETWEEN 1 AND 30)::bigint AS b1,
           sum(i.open_minor) FILTER (WHERE %(today)s::date - i.due_on BETWEEN 31 AND 60)::bigint AS b2,
           sum(i.open_minor) FILTER (WHERE %(today)s::date - i.due_on BETWEEN 61 AND 90)::bigint AS b3,
           sum(i.open_minor) FILTER (WHERE %(today)s::date - i.due_on > 90)::bigint AS b4
    FROM invoice i JOIN account a ON a.id = i.account_id WHERE i.state = 'open'
    GROUP BY a.id, a.number, a.name, i.currency ORDER BY a.name, a.id, i.currency
"""

_UNAPPLIED = """
    SELECT a.number AS customer_number, a.name AS customer, u.currency, u.amount_minor,
           p.amount_minor AS received_minor, p.received_on, p.method, p.object_id AS reference, u.note
    FROM unapplied_cash u JOIN payment p ON p.id = u.payment_id JOIN account a ON a.id = u.account_id
    ORDER BY u.since, u.payment_id
"""

_SUPPRESSIONS = """
    SELECT address, reason, rule, note, made_by, created_at, until FROM suppression WHERE state = 'active'
    ORDER BY created_at DESC, id
"""

_CASH = """
    SELECT l.booked_on, l.currency, l.amount_minor, l.payer_name, l.reference, l.bank_reference, l.bank_account,
           l.state, coalesce(a.name, '') AS customer
    FROM bank_line l LEFT JOIN account a ON a.id = l.account_id
    WHERE %(all)s OR l.state IN ('new', 'proposed') ORDER BY l.booked_on DESC, l.id
"""


def _queue(row: Row) -> tuple[object, ...]:
    return (
        harmless(row["number"]), harmless(row["customer_number"] or ""), harmless(row["customer"]), row["currency"],
        _plain(row, "open_minor"), row["due_on"], row["days"], row["score"], harmless(row["owner"]),
    )  # fmt: skip


def _ageing(row: Row) -> tuple[object, ...]:
    buckets = (_plain(row, f"b{place}") for place in range(len(BUCKETS)))
    return (
        harmless(row["customer_number"] or ""), harmless(row["customer"]), row["currency"], row["invoices"],
        *buckets, _plain(row, "open_minor"),
    )  # fmt: skip


def _unapplied(row: Row) -> tuple[object, ...]:
    return (
        harmless(row["customer_number"] or ""), harmless(row["customer"]), row["currency"], _plain(row, "amount_minor"),
        _plain(row, "received_minor"), row["received_on"], harmless(row["method"]), harmless(row["reference"]),
        harmless(sentences.said(row["note"])),
    )  # fmt: skip


def _suppressed(row: Row) -> tuple[object, ...]:
    until = row["until"].date() if row["until"] else ""
    return (
        harmless(row["address"]), row["reason"], harmless(row["rule"]), harmless(sentences.said(row["note"])),
        harmless(row["made_by"]), row["created_at"].date(), until,
    )  # fmt: skip


def _cash(row: Row) -> tuple[object, ...]:
    return (
        row["booked_on"], row["currency"], _plain(row, "amount_minor"), harmless(row["payer_name"]),
        harmless(row["reference"]), harmless(row["bank_reference"]), harmless(row["bank_account"]), row["state"],
        harmless(row["customer"]),
    )  # fmt: skip


def _plain(row: Row, column: str) -> str:
    return f"{Money(int(row[column] or 0), row['currency']).decimal:f}"


_CUSTOMER = ("customer number", "customer", "currency")

TABLES: Mapping[str, Table] = {
    "queue": Table(
        ("number", *_CUSTOMER, "open", "due date", "days past due", "score", "owner"), _QUEUE, _queue
    ),
    "ageing": Table((*_CUSTOMER, "invoices", *BUCKETS, "open"), _AGEING, _ageing),
    "unapplied": Table(
        (*_CUSTOMER, "unapplied", "received", "received on", "method", "reference", "note"), _UNAPPLIED, _unapplied
    ),
    "suppressions": Table(
        ("address", "reason", "rule", "note", "made by", "since", "until"), _SUPPRESSIONS, _suppressed
    ),
    "cash": Table(
        ("booked on", "currency", "amount", "payer", "reference", "bank reference", "account", "state", "customer"),
        _CASH,
        _cash,
    ),
}  # fmt: skip
"""What can be taken along as a table."""


async def written(core: Core, name: str, values: Mapping[str, Any], *, most: int = MOST_BYTES) -> tuple[bytes, int]:
    """Return a table as CSV, and how many rows it has.

    Raises:
        TableTooLarge: It has more than is sent through the chat.
    """
    table, count = TABLES[name], 0
    with tempfile.SpooledTemporaryFile(1 << 20) as spool:
        text = io.TextIOWrapper(spool, encoding="utf-8-sig", newline="", write_through=True)
        rows = csv.writer(text)
        rows.writerow(table.headers)
        async with core.transaction() as tx, tx.connection.cursor(name="export", row_factory=dict_row) as cursor:
            await cursor.execute(table.query, values)
            while page := await cursor.fetchmany(PAGE):
                rows.writerows(table.shape(row) for row in page)
                count += len(page)
                if spool.tell() > most:
                    raise TableTooLarge(name, most)
        text.detach()
        spool.seek(0)
        return spool.read(), count
