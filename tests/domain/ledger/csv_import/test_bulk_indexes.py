"""Indexes that are built after the rows: the same as before, and only of tables that nobody else uses or has filled."""

import psycopg
import pytest
from psycopg.errors import CheckViolation

from domain.kernel.core import Core
from domain.ledger.csv_import import bulk_indexes
from tests.domain.ledger.csv_import.files import imported
from tests.domain.ledger.csv_import.test_causes import a_file, an_invoice

MANY = bulk_indexes.MANY


async def indexes(core: Core) -> list[str]:
    """Return the definitions of all indexes of invoices, payments and allocations."""
    rows = await core.database.rows(
        "SELECT indexdef FROM pg_indexes WHERE tablename IN ('invoice', 'payment', 'allocation') ORDER BY 1"
    )
    return [row["indexdef"] for row in rows]


async def left(core: Core, *, rows: int = MANY) -> int:
    """Return how many indexes there are while so many rows are added."""
    async with core.transaction() as tx, bulk_indexes.built_afterwards(tx, "invoice", "allocation", rows=rows):
        row = await tx.row("SELECT count(*) FROM pg_indexes WHERE tablename IN ('invoice', 'payment', 'allocation')")
    assert row is not None
    return int(row["count"])


async def test_a_first_large_fill_has_rules_only_and_all_indexes_afterwards(core: Core) -> None:
    before = await indexes(core)

    meanwhile = await left(core)

    assert meanwhile == len(before) - 8
    assert await indexes(core) == before


async def test_few_rows_are_added_one_by_one(core: Core) -> None:
    assert await left(core, rows=MANY - 1) == len(await indexes(core))


async def test_a_table_that_has_rows_keeps_its_indexes(core: Core) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))

    assert await left(core) == len(await indexes(core)) - 4, "the allocations' alone"


async def test_a_table_that_somebody_uses_is_not_waited_for(core: Core, database_address: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_address) as other:
        await other.execute("SELECT FROM invoice")

        meanwhile = await left(core)

    assert meanwhile == len(await indexes(core)) - 4, "the allocations' alone"


async def test_an_error_leaves_the_indexes_as_they_were(core: Core) -> None:
    before = await indexes(core)

    with pytest.raises(CheckViolation):
        async with core.transaction() as tx, bulk_indexes.built_afterwards(tx, "invoice", rows=MANY):
            await tx.execute(
                "INSERT INTO credit (id, invoice_id, account_id, currency, amount_minor, reason, state, proposed_by,"
                " created_at) SELECT u, u, u, 'EUR', 0, '', 'approved', '', now() FROM gen_random_uuid() u"
            )

    assert await indexes(core) == before
