"""The embedded database keeps its data through restarts and crashes, and is shared; a wrong address is refused."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from pydantic import SecretStr

from domain.kernel.core import Core
from plixo import database
from plixo.database import DatabaseUnreachable
from plixo.settings import Settings

pytestmark = pytest.mark.fault


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of the test's own; short, since a socket's path is."""
    with tempfile.TemporaryDirectory(prefix="plixo-db-") as made:
        yield Path(made) / "postgres"
        if server := running(Path(made) / "postgres"):
            server.kill()
            server.wait(10)


def opener(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start a process that opens the database in *folder*."""
    command = [sys.executable, "-m", "tests.plixo.opener", str(folder), *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def noted(folder: Path, *words: str) -> str:
    """Open in a process that ends at once, and return the notes that it printed."""
    process = opener(folder, *words)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return printed.strip()


def running(folder: Path) -> psutil.Process | None:
    """Return the server that runs on *folder*, if one does."""
    try:
        return psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
    except (OSError, psutil.NoSuchProcess):
        return None


def test_data_survives_a_restart(folder: Path) -> None:
    noted(folder, "note=kept")
    stopped = running(folder) is None

    assert stopped
    assert noted(folder) == "kept"


def test_two_processes_share_one_server_that_stays_while_one_of_them_lives(folder: Path) -> None:
    first = opener(folder, "wait")
    assert first.stdout is not None
    assert first.stdout.readline() == "open\n"

    noted(folder, "note=from-the-second")
    printed, _ = first.communicate(timeout=60)

    assert printed.strip() == "from-the-second"
    assert running(folder) is None


def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    processes = [opener(folder, f"note={number}") for number in range(3)]

    for process in processes:
        process.communicate(timeout=60)

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(noted(folder).split()) == ["0", "1", "2"]


def test_a_server_that_was_killed_is_started_again_with_everything_committed(folder: Path) -> None:
    first = opener(folder, "note=committed", "wait")
    assert first.stdout is not None
    assert first.stdout.readline() == "open\n"
    server = running(folder)
    assert server is not None

    first.kill()
    for process in [server, *server.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # the server's children end with it
            process.kill()
    first.wait(10)

    assert noted(folder) == "committed"


def test_a_process_that_was_killed_leaves_a_database_that_opens(folder: Path) -> None:
    first = opener(folder, "note=committed", "wait")
    assert first.stdout is not None
    assert first.stdout.readline() == "open\n"

    first.kill()
    first.wait(10)

    assert noted(folder) == "committed"


def test_a_process_whose_server_was_killed_opens_it_again(folder: Path) -> None:
    address = database.embedded(folder)
    server = running(folder)
    assert server is not None

    server.kill()
    server.wait(10)
    again = database.embedded(folder)

    with psycopg.connect(again) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert again == address


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be too mighty for PostgreSQL")
def test_root_may_start_it_and_it_does_not_run_as_root(folder: Path) -> None:
    database.embedded(folder)

    server = running(folder)

    assert server is not None
    assert server.uids().effective != 0


def test_its_log_says_which_error_there_was_and_quotes_nobody(folder: Path) -> None:
    with psycopg.connect(database.embedded(folder), autocommit=True) as connection:
        while connection.execute("SHOW log_error_verbosity").fetchone() != ("terse",):
            pass  # the server reads its settings in its own time
        connection.execute("CREATE TABLE known (address text UNIQUE)")
        with pytest.raises(psycopg.errors.UniqueViolation, match="zora@acme"):
            connection.execute("INSERT INTO known VALUES ('zora@acme.example'), ('zora@acme.example')")

    log = (folder / "log").read_text()
    assert "duplicate key value" in log
    assert "zora" not in log


def test_it_listens_on_no_network(folder: Path) -> None:
    database.embedded(folder)

    server = running(folder)

    assert server is not None
    assert [each for each in server.net_connections("inet") if each.status == psutil.CONN_LISTEN] == []


def test_a_folder_in_which_it_cannot_start_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="no blanks or quotes"):
        database.embedded(tmp_path / "my data" / "postgres")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(DatabaseUnreachable, match="does not start"):
        database.embedded(tmp_path / "file" / "postgres")


# Addresses


async def open_and_close(address: str) -> None:
    """Open a database as the product does."""
    async with database.opened(address, pool=2):
        pass


async def test_an_address_where_nothing_listens_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable, match=r"'ledger' at '127\.0\.0\.1'") as refused:
        await open_and_close("postgresql://plixo:s3cret@127.0.0.1:1/ledger")

    assert "s3cret" not in str(refused.value)


async def test_a_wrong_password_is_refused_without_showing_it(folder: Path) -> None:
    address = database.embedded(folder)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'right'")
        rules = folder / "pg_hba.conf"
        rules.write_text("local all guest scram-sha-256\n" + rules.read_text())
        connection.execute("SELECT pg_reload_conf()")

    with pytest.raises(DatabaseUnreachable, match="do name and password fit") as refused:
        await open_and_close(f"postgresql://guest:s3cret@/plixo?host={folder}")

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("address", ["mysql://plixo:s3cret@db/plixo", "s3cret", "postgresql://[s3cret", ""])
def test_what_is_no_address_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="PLIXO_DATABASE_URL is not a PostgreSQL address") as refused:
        database.conninfo(Settings(database_url=SecretStr(address)))

    assert "s3cret" not in str(refused.value)


async def test_a_connection_that_the_server_ended_is_not_handed_out_again(empty_database: str, core: Core) -> None:
    before = [await core.database.row("SELECT pg_backend_pid() AS pid") for _ in range(3)]
    async with await psycopg.AsyncConnection.connect(empty_database, autocommit=True) as other:
        for row in before:
            assert row is not None
            await other.execute("SELECT pg_terminate_backend(%s, 5000)", (row["pid"],))

    after = [await core.database.row("SELECT pg_backend_pid() AS pid") for _ in range(3)]

    assert all(row is not None and row not in before for row in after)


async def test_a_connection_that_lives_is_not_asked(empty_database: str, core: Core) -> None:
    row = await core.database.row("SELECT pg_backend_pid() AS pid")
    assert row is not None
    for _ in range(20):
        await core.database.row("SELECT 1")
    async with await psycopg.AsyncConnection.connect(empty_database, autocommit=True) as other:
        cursor = await other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (row["pid"],))
        asked = await cursor.fetchone()

    assert asked == ("SELECT 1",), "an empty statement would stand there"
