"""Absences: open invoices and credit notes that a full export does not have; told, and never changed by themselves."""

import codecs
import csv
import io
from typing import BinaryIO
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.ledger.csv_import import staging
from domain.ledger.csv_import.refusals import ImportNotFound
from domain.ledger.csv_import.rejects import harmless

HEADERS = ("kind", "number", "customer number", "customer", "currency", "total", "open", "due date", "what to do")

MANY = 50
"""Percent of the open invoices that may be absent before the summary asks whether this is a full export at all."""

_INVOICES = """
    FROM invoice i
    WHERE i.state = 'open' AND NOT EXISTS (SELECT FROM import_row r WHERE r.number_key = i.number_key)
      AND NOT EXISTS (SELECT FROM import_alike a WHERE a.number_key = i.number_key)
      AND NOT EXISTS (SELECT FROM import_present p WHERE p.number_key = i.number_key)
"""
"""A row that was rejected or left out is in the file nevertheless."""

_COUNT = f"""
    SELECT CASE WHEN EXISTS (SELECT FROM import_dropped) OR EXISTS (SELECT FROM import_alike)
                     OR EXISTS (SELECT FROM import_present)
                THEN (SELECT count(*) {_INVOICES})
                ELSE greatest((SELECT count(*) FROM invoice WHERE state = 'open')
                              - (SELECT count(*) FROM import_known WHERE state = 'open'), 0) END AS count
"""
"""Where every row stands for one number, those that the file has need not be looked for a second time."""

_LISTED = (
    f"""
    CREATE TEMP TABLE import_absent ON COMMIT DROP AS
    SELECT 'invoice' AS kind, i.id, i.number, i.account_id, i.currency, i.total_minor, i.open_minor, i.due_on
    {_INVOICES}
    """,
    """
    INSERT INTO import_absent
    SELECT 'credit note', n.id, n.number, n.account_id, n.currency, n.total_minor, n.open_minor, NULL
    FROM credit_note n
    WHERE n.state = 'open' AND NOT EXISTS (SELECT FROM import_credit r WHERE r.number_key = n.number_key)
      AND NOT EXISTS (SELECT FROM import_present p WHERE p.number_key = n.number_key)
    """,
)

_COUNTS = """
    SELECT count(*) FILTER (WHERE kind = 'invoice') AS invoices,
           count(*) FILTER (WHERE kind = 'credit note') AS credits,
           (SELECT count(*) FROM invoice WHERE state = 'open') AS open
    FROM import_absent
"""

_ROWS = """
    SELECT b.kind, b.number, a.number AS customer_number, a.name AS customer, b.currency, b.total_minor, b.open_minor,
           b.due_on
    FROM import_absent b JOIN account a ON a.id = b.account_id ORDER BY b.kind DESC, b.due_on, b.number
"""

_WHAT_TO_DO = {
    "invoice": "Paid: export it once more with status paid. Withdrawn: plixo void {number} --reason …",
    "credit note": "Used up: export it once more with balance 0. Withdrawn: plixo credit-note void {number} --reason …",
}


def is_list(head: bytes) -> bool:
    """Tell by its first bytes whether a file is such a list, which may be replaced by a newer one."""
    return head.startswith(codecs.BOM_UTF8 + ",".join(HEADERS).encode())


async def counted(tx: Transaction) -> int:
    """Return how many open invoices the staged rows do not have; asked while they are all still there."""
    row = await tx.row(_COUNT)
    return int(row["count"]) if row else 0


async def find(tx: Transaction) -> tuple[str, ...]:
    """List what is absent, for ``write``; return what should be known about it."""
    for statement in _LISTED:
        await tx.execute(statement)
    row = await tx.row(_COUNTS)
    assert row is not None
    told = []
    if row["credits"]:
        told.append(say("open credit notes that the file does not have: {n}", n=row["credits"]))
    if row["invoices"] * 100 > row["open"] * MANY:
        told.append(
            say(
                "{absent} of {all} open invoices are not in the file; is it a full export of all?",
                absent=row["invoices"],
                all=row["open"],
            )
        )
    return tuple(told)


async def write(tx: Transaction, sink: BinaryIO) -> None:
    """Write what ``find`` has listed as CSV that a spreadsheet opens without harm; nothing when it found nothing."""
    text = io.TextIOWrapper(sink, encoding="utf-8-sig", newline="", write_through=True)
    out = csv.writer(text)
    begun = False
    async for page in staging.pages(tx, _ROWS):
        if not begun:
            out.writerow(HEADERS)
            begun = True
        out.writerows(_shown(row) for row in page)
    text.detach()


def _shown(row: Row) -> tuple[object, ...]:
    number = harmless(row["number"])
    return (
        row["kind"], number, harmless(row["customer_number"] or ""), harmless(row["customer"]), row["currency"],
        Money(row["total_minor"], row["currency"]).decimal, Money(row["open_minor"], row["currency"]).decimal,
        row["due_on"] or "", _WHAT_TO_DO[row["kind"]].format(number=row["number"]))  # fmt: skip


async def of_batch(core: Core, *, batch_id: UUID | None, actor: Actor) -> bytes:
    """Return what an applied full export lacked, as CSV: of that import, or of the newest one that compared.

    Raises:
        NotAllowed: The actor may not import.
        ImportNotFound: There is no such import, or it was no full export.
    """
    actor.require(Permission.IMPORT)
    row = await core.database.row(
        "SELECT absent FROM import_batch WHERE absent IS NOT NULL AND (%(id)s::uuid IS NULL OR id = %(id)s)"
        " ORDER BY created_at DESC LIMIT 1",
        {"id": batch_id},
    )
    if row is None:
        raise ImportNotFound
    return bytes(row["absent"])
