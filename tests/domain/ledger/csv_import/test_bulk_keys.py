"""The foreign keys of imported rows: kept by a lock of the set, or by the server where it does not let us."""

import psycopg
import pytest

from domain.kernel.core import Core
from domain.ledger.csv_import import bulk_keys, ordered_ids
from tests.domain.ledger.csv_import.files import ONE, imported

MAY_REST = "contact_names_kept_account"
"""It waits for a merger of the customer; mergers and imports wait for each other as a whole."""


async def test_while_checks_rest_every_other_trigger_of_ours_fires(core: Core) -> None:
    asleep = await core.database.rows(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A' AND tgtype & 4 <> 0"  # on INSERT
        " AND tgrelid = ANY(ARRAY['invoice', 'payment', 'allocation', 'credit', 'contact']::regclass[])"
        " AND tgname <> %s",
        (MAY_REST,),
    )

    assert asleep == []


async def test_imported_invoices_are_told_to_the_queue(core: Core) -> None:
    await imported(core, ONE)

    row = await core.database.row(
        "SELECT count(*) AS count FROM stale_case s JOIN invoice i ON i.id = s.invoice_id WHERE i.number = 'INV-1'"
    )
    assert row == {"count": 1}


async def test_accounts_of_new_invoices_cannot_be_removed_meanwhile(core: Core) -> None:
    await imported(core, ONE)
    async with core.transaction() as tx:
        await tx.execute("CREATE TEMP TABLE import_wanted ON COMMIT DROP AS SELECT id, true AS stored FROM account")
        async with (
            bulk_keys.checked_by_set(tx),
            await psycopg.AsyncConnection.connect(tx.connection.info.dsn) as somebody,
        ):
            with pytest.raises(psycopg.errors.LockNotAvailable):
                await somebody.execute("SELECT FROM account FOR UPDATE NOWAIT")


async def test_without_the_right_the_server_checks_row_by_row(core: Core) -> None:
    async with core.transaction() as tx:
        await tx.execute("CREATE TEMP TABLE import_wanted (id uuid, stored boolean) ON COMMIT DROP")
        await tx.execute("SET LOCAL ROLE pg_monitor")

        async with bulk_keys.checked_by_set(tx):
            row = await tx.row("SELECT current_setting('session_replication_role') AS role")

    assert row == {"role": "origin"}


async def test_checks_are_back_after_the_rows(core: Core) -> None:
    async with core.transaction() as tx:
        await tx.execute("CREATE TEMP TABLE import_wanted (id uuid, stored boolean) ON COMMIT DROP")
        async with bulk_keys.checked_by_set(tx):
            during = await tx.row("SELECT current_setting('session_replication_role') AS role")
        after = await tx.row("SELECT current_setting('session_replication_role') AS role")

    assert (during, after) == ({"role": "replica"}, {"role": "origin"})


async def test_ids_of_lines_are_ordered_and_of_version_7(core: Core) -> None:
    values = ordered_ids.values(core.clock.now(), "one", "two")
    one, two = ordered_ids.of_line("line", table="one"), ordered_ids.beside("one", table="two")

    rows = await core.database.rows(
        f"SELECT one, {two} AS two FROM (SELECT line, {one} AS one FROM unnest(%(lines)s::integer[]) line) each"
        " ORDER BY line",
        {**values, "lines": [1, 2, 70_000, 1 << 29]},
    )

    ids = [row["one"] for row in rows]
    assert ids == sorted(ids)
    assert {(each.version, each.variant) for row in rows for each in row.values()} == {(7, "specified in RFC 4122")}
    assert len({each for row in rows for each in row.values()}) == 8
