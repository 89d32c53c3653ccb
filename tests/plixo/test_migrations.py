"""Migrations are applied once, whole, in order, by one process; a start on other tables than ours is refused."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from plixo import database, migrations
from plixo.migrations import MIGRATIONS, SchemaBehind
from tests.conftest import SERVER_FOLDER

ALL = [f"{each.number:04} {each.name}" for each in MIGRATIONS]


@pytest.fixture
def fresh(database_address: str) -> Iterator[str]:
    """A database without tables."""
    name = f"migrations_{uuid4().hex}"
    address = database.embedded(SERVER_FOLDER, name=name)
    yield address
    with psycopg.connect(database_address, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def execute(address: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


async def test_an_empty_database_gets_everything_in_order(fresh: str) -> None:
    applied = await migrations.migrate(fresh)

    assert applied == ALL
    await migrations.check(fresh)


async def test_a_second_time_there_is_nothing_to_do(fresh: str) -> None:
    await migrations.migrate(fresh)

    assert await migrations.migrate(fresh) == []


@pytest.mark.parametrize(("said", "mode"), [({}, "shadow"), ({"first_mode": "autopilot"}, "autopilot")])
async def test_in_a_new_database_a_person_approves_each_mail_unless_it_is_said_otherwise(
    fresh: str, said: dict[str, str], mode: str
) -> None:
    await migrations.migrate(fresh, **said)  # type: ignore[arg-type]
    await migrations.migrate(fresh, first_mode="autopilot")

    with psycopg.connect(fresh) as connection:
        found = connection.execute(
            "SELECT s.mode, p.document->'segments'->0->>'mode' FROM segment s, policy p WHERE p.state = 'published'"
        ).fetchall()
    assert found == [(mode, mode)]


async def test_a_start_without_tables_says_what_to_run(fresh: str) -> None:
    with pytest.raises(SchemaBehind, match=r"lacks these migrations: 0001 queue, .*Run `plixo migrate`"):
        await migrations.check(fresh)


async def test_a_start_on_older_tables_names_what_is_missing(fresh: str) -> None:
    await migrations.migrate(fresh)
    execute(fresh, f"DELETE FROM schema_migration WHERE number = {MIGRATIONS[-1].number}")

    with pytest.raises(SchemaBehind, match=f"lacks these migrations: {ALL[-1]}\\. Run"):
        await migrations.check(fresh)


async def test_a_start_on_newer_tables_is_refused(fresh: str) -> None:
    await migrations.migrate(fresh)
    execute(fresh, "INSERT INTO schema_migration (number, name) VALUES (9000, 'later')")

    with pytest.raises(SchemaBehind, match="migration 9000, which this version of Plixo does not know"):
        await migrations.check(fresh)


async def test_two_migrators_at_once_apply_everything_once(fresh: str) -> None:
    results = await asyncio.gather(*(migrations.migrate(fresh) for _ in range(3)))

    assert sorted(results, key=len) == [[], [], ALL]


async def test_a_migration_that_fails_leaves_nothing_of_itself(fresh: str) -> None:
    execute(fresh, "CREATE TABLE seen_request (in_the_way text)")  # the last table of the second migration

    with pytest.raises(psycopg.errors.DuplicateTable):
        await migrations.migrate(fresh)

    with psycopg.connect(fresh) as connection:
        kept = connection.execute("SELECT to_regclass('invoice'), to_regclass('procrastinate_jobs')::text").fetchone()
    assert kept == (None, "procrastinate_jobs")
    with pytest.raises(SchemaBehind, match=f"lacks these migrations: {ALL[1]}"):
        await migrations.check(fresh)


@pytest.mark.fault
async def test_a_migrator_that_is_killed_at_any_moment_hinders_nobody(fresh: str) -> None:
    chance = random.Random(11)
    program = (
        "import asyncio, sys; from plixo import migrations; print('go', flush=True);"
        " asyncio.run(migrations.migrate(sys.argv[1]))"
    )

    for _ in range(4):
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, fresh, stdout=subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        await asyncio.sleep(chance.uniform(0, 0.15))
        if process.returncode is None:
            process.kill()
        await process.wait()
    async with asyncio.timeout(20):
        await migrations.migrate(fresh)

    await migrations.check(fresh)
