"""The database role: what the product needs in its database while it runs, and nothing beyond it."""

import asyncio

import psycopg
from psycopg import sql

from domain.kernel.refusals import Refusal
from plixo import database, migrations
from plixo.settings import Settings

APPENDED = ("timeline_entry",)
"""Tables to which lines are only added: the history of every invoice, and the audit log."""

READ = ("schema_migration",)
"""Tables that only `plixo migrate` writes."""


class RoleUnusable(Refusal):
    """The role cannot be given the product's rights; the message says why."""


async def grant(settings: Settings, *, role: str) -> int:
    """Give *role* the rights of the running product; return of how many tables. Rights it had beyond are taken away.

    Raises:
        DatabaseUnreachable: No connection.
        SchemaBehind: Migrations are missing.
        RoleUnusable: There is no such role, it is a superuser or owns the tables, or we may not grant.
    """
    address = await asyncio.to_thread(database.conninfo, settings)
    await migrations.check(address)
    async with await psycopg.AsyncConnection.connect(address) as connection:
        await _may_be_used(connection, role)
        try:
            return await _granted(connection, sql.Identifier(role))
        except psycopg.errors.InsufficientPrivilege:
            raise RoleUnusable("These tables belong to somebody else; run this as their owner.") from None


async def _may_be_used(connection: "psycopg.AsyncConnection[tuple[object, ...]]", role: str) -> None:
    found = await (
        await connection.execute(
            "SELECT r.rolsuper, EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND pg_has_role(r.oid, c.relowner, 'MEMBER')) FROM pg_roles r WHERE r.rolname = %s",
            (role,),
        )
    ).fetchone()
    if found is None:
        raise RoleUnusable(f"There is no role {role!r}. Make it first: CREATE ROLE … LOGIN PASSWORD ….")
    if found[0]:
        raise RoleUnusable(f"{role} is a superuser, to whom no right can be denied.")
    if found[1]:
        raise RoleUnusable(f"{role} owns tables of Plixo, or is a member of their owner; take another role.")


async def _granted(connection: "psycopg.AsyncConnection[tuple[object, ...]]", role: sql.Identifier) -> int:
    rows = await (
        await connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
    ).fetchall()
    tables = [str(row[0]) for row in rows]
    for statement in (
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
        "REVOKE ALL ON SCHEMA public FROM {}",
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}",
    ):
        await connection.execute(sql.SQL(statement).format(role))
    for table in tables:
        rights = (
            "SELECT" if table in READ else "SELECT, INSERT" if table in APPENDED else "SELECT, INSERT, UPDATE, DELETE"
        )
        await connection.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), role))
    return len(tables)
