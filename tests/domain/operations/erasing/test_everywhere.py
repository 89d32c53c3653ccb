"""Each table has a row about the person in every column in which words may stand; after the erasure none has any."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest_asyncio
from obstore.store import MemoryStore
from psycopg import sql

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.operations.erasing import asking, subjects, working
from domain.operations.erasing.places import PLACES, Place
from plixo import database, file_store, migrations, wiring
from tests import databases
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.domain.operations.erasing.left import left_of

ADDRESS, NAME, PHONE = "zora.o'quill+ar@acme.example", "Zora O'Quill", "+49 30 1234567"

SAYS = f'{NAME} <{ADDRESS.upper()}> "called" \\ from {PHONE}; z…@acme.example, paid 12.50 on 2026-03-01'

NAMED = ("document",)
"""Tables without a customer whose rows are theirs altogether."""

STATES = {"inbound_mail": "read", "provider_event": "worked", "file_import": "applied", "dispute": "rejected",
          "erasure": "declined", "readiness_override": "ended"}  # fmt: skip


@pytest_asyncio.fixture
async def bare_core() -> AsyncIterator[Core]:
    """A core on a database of its own that takes any row: without checks and foreign keys."""
    async with databases.of_its_own() as address:
        await migrations.migrate(address)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            for table, name in await (
                await connection.execute(
                    "SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c JOIN pg_class t ON"
                    " t.oid = c.conrelid WHERE c.contype IN ('c', 'f') AND t.relnamespace = 'public'::regnamespace"
                    " AND t.relname NOT LIKE 'procrastinate%' AND t.relkind = 'r'"
                )
            ).fetchall():
                drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE")
                await connection.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
        async with database.opened(address, pool=4):
            jobs = Jobs(address, wiring.JOBS)
            await jobs.open()
            yield Core(
                clock=StandingClock(), database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT,
                notices=wiring.NOTICES, files=file_store.Files(MemoryStore()),
            )  # fmt: skip
            await jobs.close()


async def fill(core: Core, place: Place, ids: dict[str, UUID]) -> None:
    """Store a row of the table that is about the person in every way."""
    columns = await core.database.rows(
        "SELECT column_name AS name, data_type AS type, is_nullable = 'YES' AS empty FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_identity = 'NO' ORDER BY 1",
        (place.table,),
    )
    known = {each["name"]: value for each in columns if (value := valued(place, each, ids)) is not None}
    marks = ", ".join(["%s"] * len(known))
    await core.database.execute(
        f"INSERT INTO {place.table} ({', '.join(known)}) VALUES ({marks})", list(known.values())
    )


def valued(place: Place, column: dict[str, Any], ids: dict[str, UUID]) -> Any:
    """Return what stands in a column."""
    name, kind = column["name"], column["type"]
    own = {key for each in place.own for key in each.become}
    keys = {"address_key": ADDRESS, "address": ADDRESS, "email": ADDRESS, "email_key": ADDRESS, "reply_to": ADDRESS,
            "envelope_from": ADDRESS, "source": "portal", "state": STATES.get(place.table, "active")}  # fmt: skip
    if name in ids and kind == "uuid":
        return ids[name]
    if name in keys and kind == "text":
        return keys[name]
    says = SAYS if place.near or place.table in NAMED else f"{ADDRESS.upper()} called from {PHONE}"
    words = name in (*place.texts, *place.json, *place.arrays, *place.files) or name in own
    values: dict[str, Any] = {
        "text": says if words else f"{name} {uuid4()}",
        "jsonb": json.dumps({"said": says, "n": 3, "deep": [{"to": ADDRESS}]} if words else {}),
        "ARRAY": [says] if words else None,
        "bytea": f"line\n{says}\n".encode() if words else uuid4().bytes,
        "uuid": uuid4(),
        "boolean": False,
        "date": "2026-03-01",
        "interval": "1 day",
        "timestamp with time zone": None if name in {"lifted_at", "done_at"} else "2026-03-01T00:00:00Z",
    }
    if kind == "uuid" and column["empty"]:
        return None
    return values.get(kind, 7)


async def test_nothing_is_left_anywhere_and_numbers_stay(bare_core: Core) -> None:
    core = bare_core
    account = await an_account(core)
    contact = await a_contact(core, account, ADDRESS)
    await core.database.execute("UPDATE contact SET name = %s WHERE id = %s", (NAME, contact.id))
    invoice = await an_invoice(core, account=account)
    link = uuid4()
    await core.database.execute(
        "INSERT INTO pay_link (id, invoice_id, contact_id, state, issued_at, last_active_at)"
        " VALUES (%s, %s, %s, 'closed', now(), now())", (link, invoice.id, contact.id),
    )  # fmt: skip
    ids = {"account_id": account.id, "contact_id": contact.id, "invoice_id": invoice.id, "asked_by": contact.id,
           "link_id": link}  # fmt: skip
    for place in PLACES:
        if place.table not in {"contact", "erased_address"}:
            await fill(core, place, ids)
    await core.database.execute("UPDATE document SET dispute_id = (SELECT id FROM dispute), plan_id = NULL")
    await core.database.execute("UPDATE inbound_mail SET received_at = '2026-03-01', seen_at = '2026-03-02'")
    before = await core.database.rows("SELECT id, total_minor, open_minor, state FROM invoice")

    subject = await subjects.contact(core, whom=ADDRESS)
    begun = await asking.erase(core, subject=subject, reason=f"{NAME} asked", actor=SHELL, also=[PHONE])
    await asyncio.wait_for(working.erase(core, begun.erasure_id), 120)

    assert [each for word in (ADDRESS, NAME, PHONE, "z…@acme.example") for each in await left_of(core, word)] == []
    assert await core.database.rows("SELECT id, total_minor, open_minor, state FROM invoice") == before
    told = await core.database.row("SELECT note FROM promise")
    assert told == {"note": "erased contact #1"}
    kept = await core.database.row("SELECT reason FROM hold")
    assert kept is not None
    assert kept["reason"].endswith("paid 12.50 on 2026-03-01")
