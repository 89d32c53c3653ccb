"""Databases of a test's own, on the server that all tests share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
from psycopg import sql

from plixo import database
from tests.conftest import SERVER_FOLDER


@asynccontextmanager
async def of_its_own() -> AsyncIterator[str]:
    """Make an empty database, return how to connect to it, and remove it with everything in it."""
    name = f"own_{uuid4().hex[:12]}"
    admin = await asyncio.to_thread(database.embedded, SERVER_FOLDER, name="postgres_tests")
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
        await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield await asyncio.to_thread(database.embedded, SERVER_FOLDER, name=name)
    finally:
        async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
            await connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
