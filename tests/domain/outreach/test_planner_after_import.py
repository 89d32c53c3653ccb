"""The planner right after an import: a page looks at what is due of its customers, whatever the statistics say."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.outreach import newcomers, planner

CUSTOMERS = 40
EACH = 50
"""Invoices of each of them in the file, all of them due for a letter."""


async def test_a_page_after_an_import_looks_at_its_own_customers_rows_only(core: Core, tmp_path: Path) -> None:
    await _a_quiet_ledger(core)
    await csv_import.apply(core, _a_file(core, tmp_path), actor=SHELL)
    assert await newcomers.enrol(core) == CUSTOMERS * EACH
    due = await planner._read_ahead(core, _everything(core))
    mine = list({row["account_id"]: None for row in due})[:10]
    ids = [row["id"] for row in due if row["account_id"] in mine[:5]]
    asked = {"ids": ids, "accounts": mine, "most": planner.MOST_OF_ONE, "now": core.clock.now()}

    async with core.transaction() as tx:
        await tx.execute(planner.WALK_INDEXES)
        held = await tx.rows(planner._LOCK, asked)
        (plan,) = await tx.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {planner._LOCK}", asked)

    assert len(due) == CUSTOMERS * EACH
    assert len(held) == len(mine) * EACH
    looked = {
        table: _looked_at(plan["QUERY PLAN"][0]["Plan"], table=table) for table in ("enrolment", "invoice", "account")
    }
    # Once to find what is theirs, once to hold it.
    assert all(each <= 2 * len(held) for each in looked.values()), looked


async def _a_quiet_ledger(core: Core) -> None:
    """Make a ledger in which nothing is due, and let the server take it for what the tables always hold."""
    await core.database.execute(
        "INSERT INTO account (id, name, name_key, state, created_at)"
        " SELECT md5('a' || n)::uuid, 'A' || n, 'a' || n, 'active', %(now)s FROM generate_series(1, 200) n",
        {"now": core.clock.now()},
    )
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at) SELECT gen_random_uuid(), 'Q' || n, 'q' || n, md5('a' || 1 + n %% 200)::uuid, 'EUR', 100, 100,"
        " %(due)s, 'open', %(now)s FROM generate_series(1, 2000) n",
        {"due": core.clock.now().date() + timedelta(days=60), "now": core.clock.now()},
    )
    assert await newcomers.enrol(core) == 2000
    await core.database.execute("ANALYZE account, invoice, enrolment")


def _a_file(core: Core, folder: Path) -> csv_import.ImportRequest:
    """Write a file in which everything is overdue."""
    day = core.clock.now().date() - timedelta(days=8)
    path = folder / "ledger.csv"
    with path.open("w") as out:
        out.write("Invoice Number,Customer Number,Customer Name,Due Date,Currency,Amount,Balance,Contact Email\n")
        for number in range(CUSTOMERS * EACH):
            customer = number % CUSTOMERS
            out.write(f"S-{number},C-{customer},Customer {customer},{day},EUR,100.00,100.00,ap@c{customer}.example\n")
    return csv_import.ImportRequest(kind="invoices", file_name=path.name, path=path)


def _everything(core: Core) -> dict[str, Any]:
    first_at, first_id = planner._START
    return {"now": core.clock.now(), "after_at": first_at, "after_id": first_id, "window": planner.WINDOW}


def _looked_at(plan: dict[str, Any], *, table: str) -> float:
    """Return how many of a table's rows were looked at, the ones that a filter threw away too."""
    scans: Sequence[dict[str, Any]] = [each for each in _nodes(plan) if each.get("Relation Name") == table]
    assert scans, f"{table} is in the plan"
    return float(
        sum(each["Actual Loops"] * (each["Actual Rows"] + each.get("Rows Removed by Filter", 0)) for each in scans)
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
