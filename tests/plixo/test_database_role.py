"""The product runs as a role that can do what it needs, and neither change its history nor its tables."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.pay_links import links
from plixo import database, database_role, migrations, wiring
from plixo.database_role import RoleUnusable
from plixo.settings import Settings
from tests import databases
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT


@asynccontextmanager
async def a_role() -> AsyncIterator[tuple[str, str]]:
    """Make a migrated database and a role that may log in; yield the owner's address and the role."""
    role = f"plixo_{uuid4().hex[:12]}"
    async with databases.of_its_own() as address:
        await migrations.migrate(address)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as owner:
            await owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            try:
                yield address, role
            finally:
                await owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
                await owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


async def test_a_link_is_made_and_its_jobs_are_worked_as_the_role() -> None:
    async with a_role() as (owner, role):
        await database_role.grant(Settings(database_url=SecretStr(owner)), role=role)
        address = make_conninfo(owner, user=role)
        async with database.opened(address, pool=4):
            jobs = Jobs(address, wiring.JOBS)
            core = Core(
                clock=StandingClock(), database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT,
                notices=wiring.NOTICES,
            )  # fmt: skip
            jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS} | wiring.domain_functions(core))
            await jobs.open()
            try:
                invoice = await an_invoice(core)
                made = await links.regenerate(core, invoice_number=invoice.number, actor=SHELL)
                await jobs.work(concurrency=2, stop=asyncio.Event(), until_idle=True)
                left = await core.database.row(
                    "SELECT count(*) AS number FROM procrastinate_jobs WHERE status = 'failed'"
                )
                told = await core.database.row("SELECT count(*) AS number FROM timeline_entry")
            finally:
                await jobs.close()

    assert made.link_id
    assert left is not None
    assert told is not None
    assert (left["number"], told["number"] > 0) == (0, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timeline_entry SET actor = 'nobody'",
        "DELETE FROM timeline_entry",
        "TRUNCATE timeline_entry",
        "ALTER TABLE timeline_entry DISABLE TRIGGER ALL",
        "DROP TABLE invoice",
        "TRUNCATE invoice CASCADE",
        "CREATE TABLE mine (id integer)",
        "INSERT INTO schema_migration (number, name) VALUES (99, 'mine')",
        "SET session_replication_role = replica",
    ],
)
async def test_the_role_can_change_neither_the_history_nor_the_schema(statement: str) -> None:
    async with a_role() as (owner, role):
        await database_role.grant(Settings(database_url=SecretStr(owner)), role=role)

        async with await psycopg.AsyncConnection.connect(make_conninfo(owner, user=role), autocommit=True) as ours:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await ours.execute(statement.encode())


async def test_a_role_that_no_right_can_be_denied_to_is_refused() -> None:
    async with a_role() as (owner, role):
        settings = Settings(database_url=SecretStr(owner))
        async with await psycopg.AsyncConnection.connect(owner, autocommit=True) as connection:
            await connection.execute(sql.SQL("ALTER ROLE {} SUPERUSER").format(sql.Identifier(role)))

        with pytest.raises(RoleUnusable, match="superuser"):
            await database_role.grant(settings, role=role)
        with pytest.raises(RoleUnusable, match="no role"):
            await database_role.grant(settings, role="nobody_of_this_name")
