"""What comes every night: the file of open invoices as the ERP writes it, all or what changed, and the bank's lines."""

from pathlib import Path

from psycopg import sql

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import

BANK_LINES = 200

_EXPORT = """
    COPY (
        SELECT i.number AS "Invoice Number", a.number AS "Customer Number", a.name AS "Customer Name",
               i.issued_on AS "Invoice Date", i.due_on AS "Due Date", i.currency AS "Currency",
               (i.total_minor / 100.0)::numeric(20, 2) AS "Amount",
               CASE WHEN paid THEN 0 ELSE (i.open_minor / 100.0)::numeric(20, 2) END AS "Balance",
               CASE WHEN paid THEN 'paid' ELSE 'open' END AS "Status",
               CASE WHEN paid THEN {today}::date END AS "Paid Date"
        FROM (SELECT *, hashtext(number) %% 100 BETWEEN {first} AND {last} AS paid FROM invoice WHERE state = 'open') i
        JOIN account a ON a.id = i.account_id WHERE paid OR {full}
        UNION ALL
        SELECT {letter} || '-' || i.number, a.number, a.name, {today}::date, {today}::date + 30, i.currency,
               (i.total_minor / 100.0)::numeric(20, 2), (i.total_minor / 100.0)::numeric(20, 2), 'open', NULL
        FROM invoice i JOIN account a ON a.id = i.account_id
        WHERE i.state = 'open' AND hashtext(i.number) %% 100 BETWEEN -{last} AND -{first}
    ) TO STDOUT (FORMAT csv, HEADER)
"""
"""Of so many of a hundred that were paid since yesterday, and so many for which there is a new one."""

_OF_ALL, _CHANGED = (1, 1), (11, 14)
"""Which of a hundred change, in the file of all and in that of the changes."""

_LINES = """
    WITH batch AS (
        INSERT INTO import_batch (id, kind, file_name, sha256, counts, actor, created_at)
        VALUES (gen_random_uuid(), 'bank', 'bank.csv', '', '{}', 'bench', %(now)s) RETURNING id
    ), debt AS (
        SELECT i.*, a.name, row_number() OVER () AS n FROM (
            SELECT * FROM invoice WHERE state = 'open' AND number LIKE 'R-%%' ORDER BY md5(id::text) LIMIT %(lines)s) i
        JOIN account a ON a.id = i.account_id
    )
    INSERT INTO bank_line (id, batch_id, line, key, booked_on, currency, amount_minor, payer_name, payer_key,
                           payer_hint, reference, state, created_at)
    SELECT gen_random_uuid(), batch.id, n, 'bench' || n, %(today)s, currency, open_minor, name, 'iban' || n, '4711',
           'Invoice ' || number, 'new', %(now)s FROM debt, batch
"""


async def export(core: Core, folder: Path, *, full: bool) -> Path:
    """Write the file of all open invoices, or that of what changed; each has changes of its own."""
    file = folder / f"{'all-open' if full else 'changed'}.csv"
    first, last = _OF_ALL if full else _CHANGED
    query = sql.SQL(_EXPORT.replace("%%", "%")).format(
        today=sql.Literal(core.clock.now().date()), full=sql.Literal(full), letter=sql.Literal("X" if full else "Y"),
        first=sql.Literal(first), last=sql.Literal(last),
    )  # fmt: skip
    async with core.transaction() as tx, tx.connection.cursor() as cursor, cursor.copy(query) as copy:
        with file.open("wb") as out:
            async for piece in copy:
                out.write(piece)
    return file


async def take(core: Core, file: Path, *, full: bool) -> None:
    """Import it; of a full one, what it lacks is told."""
    request = csv_import.ImportRequest(kind="invoices", file_name=file.name, path=file, full=full)
    event = await csv_import.apply(core, request, actor=SHELL)
    assert event.rejected == 0, f"{event.rejected} of {event.read} rows were rejected"


async def bank_lines(core: Core) -> int:
    """Let payments come in, each with the number and the whole amount of one invoice; return how many."""
    return await core.database.execute(
        _LINES, {"now": core.clock.now(), "today": core.clock.now().date(), "lines": BANK_LINES}
    )
