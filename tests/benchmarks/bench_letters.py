"""How fast letters are written: from the ledger to text and HTML, against plain templates and one statement.

The bare way fills the finished mail with one number, in both forms, by a plain environment: no words to choose, no
sandbox, no styles to inline. So the ratio says what all of that costs.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
from jinja2 import Environment
from psycopg import sql

from domain import letters
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.letters import Letter, samples
from domain.outreach import composing, fact_sheets
from plixo import database, migrations, wiring
from tests import builders
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.domain.outreach.test_composing import a_reminder

LETTERS = 400
FOLDER = Path(tempfile.gettempdir()) / f"plixo-bench-{os.getuid()}" / "postgres"


def run() -> list[dict[str, Any]]:
    """Return one row for writing alone and one for composing from the ledger."""
    return [_written(), asyncio.run(_composed())]


def _written() -> dict[str, Any]:
    given = samples.contents("reminder-overdue", "de")
    bare = _bare(letters.render("reminder-overdue", given, language="de"))

    def ours() -> None:
        letters.render("reminder-overdue", given, language="de")

    def theirs() -> None:
        bare("INV-1042")

    return {
        "name": f"letter written, text and HTML, {LETTERS} letters",
        "ours": max(_timed(ours) for _ in range(3)),
        "bare": max(_timed(theirs) for _ in range(3)),
        "limit": 0.25,
        "unit": "letters/s",
    }


def _bare(finished: Letter) -> Callable[[str], None]:
    """Return a function that writes a number into a finished letter, with a loop over its lines."""
    forms = [
        Environment(autoescape=html).from_string(
            "{% for line in lines %}{{ line.replace('INV-1042', number) }}\n{% endfor %}"
        )
        for html in (True, False)
    ]
    lines = [finished.html.splitlines(), finished.text.splitlines()]

    def write(number: str) -> None:
        for form, given in zip(forms, lines, strict=True):
            form.render(lines=given, number=number)

    return write


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    for _ in range(LETTERS):
        work()
    return LETTERS / (time.perf_counter() - begun)


async def _composed() -> dict[str, Any]:
    name = f"bench_letters_{os.getpid()}"
    admin = database.embedded(FOLDER, name="postgres_bench")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = database.embedded(FOLDER, name=name)
    await migrations.migrate(address)
    try:
        async with database.opened(address, pool=4):
            return await _row(address)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def _row(address: str) -> dict[str, Any]:
    core = Core(StandingClock(), Database(), Jobs(address, wiring.JOBS), KEYS, MERCHANT, wiring.NOTICES)
    mailing = await a_reminder(core, await builders.an_invoice(core))
    items = (await fact_sheets.read(core, core.database, mailing_ids=[mailing.id]))[mailing.id].items
    bare = _bare(letters.render("reminder-overdue", samples.contents("reminder-overdue", "en")))

    async def ours() -> None:
        await composing.composed(core, mailing, items, None)

    async def theirs() -> None:
        row = await core.database.row("SELECT number FROM invoice WHERE id = %s", (mailing.invoice_id,))
        assert row is not None
        bare(row["number"])

    assert await Mailing.all().count() == 1
    return {
        "name": f"letter composed from the ledger, in one process, {LETTERS} letters",
        "ours": max([await _awaited(ours) for _ in range(3)]),
        "bare": max([await _awaited(theirs) for _ in range(3)]),
        "limit": 0.12,
        "unit": "letters/s",
    }


async def _awaited(work: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    for _ in range(LETTERS):
        await work()
    return LETTERS / (time.perf_counter() - begun)
