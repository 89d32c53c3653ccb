"""Small files for the tests of the import, and what the ledger holds afterwards."""

import csv
import io
from io import BytesIO
from typing import Any

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.ledger.csv_import import ImportRequest, Preview
from domain.ledger.events import LedgerImported

HEADER = "Invoice Number,Customer,Due Date,Amount,Currency"

ONE = f"{HEADER}\nINV-1,Acme Ltd,2026-03-31,125.00,EUR\n"
"""A file with one good row."""


def a_request(content: str | bytes, kind: str = "invoices", **said: Any) -> ImportRequest:
    """Return the request to import a file of that content."""
    data = content.encode() if isinstance(content, str) else content
    return ImportRequest(kind=kind, file_name=f"{kind}.csv", stream=BytesIO(data), **said)


async def imported(core: Core, content: str | bytes, kind: str = "invoices", **said: Any) -> LedgerImported:
    """Apply a file."""
    return await csv_import.apply(core, a_request(content, kind, **said), actor=SHELL)


async def previewed(core: Core, content: str | bytes, kind: str = "invoices", **said: Any) -> Preview:
    """Preview a file."""
    return await csv_import.preview(core, a_request(content, kind, **said), actor=SHELL)


async def rejects_of(core: Core, content: str | bytes, kind: str = "invoices", **said: Any) -> list[dict[str, str]]:
    """Apply a file and return its reject log."""
    log = BytesIO()
    await csv_import.apply(core, a_request(content, kind, **said), actor=SHELL, rejected=log)
    return list(csv.DictReader(io.StringIO(log.getvalue().decode("utf-8-sig"))))


async def codes_of(core: Core, content: str | bytes, kind: str = "invoices", **said: Any) -> list[tuple[int, str]]:
    """Apply a file and return line and code of each reject."""
    return [(int(each["line"]), each["code"]) for each in await rejects_of(core, content, kind, **said)]


async def invoices(core: Core) -> dict[str, dict[str, Any]]:
    """Return every invoice by its number."""
    rows = await core.database.rows(
        "SELECT i.number, i.state, i.currency, i.total_minor, i.open_minor, i.issued_on, i.due_on, i.settled_on,"
        " a.name AS customer, a.number AS customer_number FROM invoice i JOIN account a ON a.id = i.account_id"
    )
    return {row["number"]: row for row in rows}


async def everything(core: Core) -> dict[str, list[dict[str, Any]]]:
    """Return all rows that an import can write."""
    names = ("account", "contact", "invoice", "credit_note", "payment", "allocation", "timeline_entry",
             "import_batch", "procrastinate_jobs")  # fmt: skip
    return {name: await core.database.rows(f"SELECT * FROM {name} ORDER BY id") for name in names}
