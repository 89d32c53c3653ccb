"""The database goes away and comes back: everyone hears "later", nothing is lost, and work goes on by itself."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosmtplib
import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from plixo import database
from tests.conftest import SERVER_FOLDER
from tests.flows.stage import Stage, stage, until


@pytest_asyncio.fixture
async def on_stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as there:
        yield there


@asynccontextmanager
async def no_database(there: Stage) -> AsyncIterator[None]:
    """Refuse every connection to the stage's database and end the ones that are open."""
    assert there.places.database_url is not None
    name = str(conninfo_to_dict(there.places.database_url)["dbname"])
    admin = await asyncio.to_thread(database.embedded, SERVER_FOLDER, name="postgres_tests")
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
        switch = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        await connection.execute(switch.format(sql.Identifier(name), sql.SQL("false")))
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            await connection.execute(switch.format(sql.Identifier(name), sql.SQL("true")))


@pytest.mark.fault
async def test_everyone_is_told_later_and_all_goes_on_when_the_database_is_back(on_stage: Stage) -> None:
    await on_stage.imports()
    reminder = await on_stage.mail(subject="INV-1")
    link, mail = on_stage.link_in(reminder), on_stage.demo.sandbox.mail
    payer = on_stage.payer()
    await payer.enter(link)
    session = await payer.go_to_checkout()
    sent = mail.mail(reminder["id"])
    assert sent is not None

    async with no_database(on_stage):
        status = await payer.look(f"{on_stage.portal}/i")
        assert status == 503
        assert re.search(r"<code>[a-z0-9]{10}</code>", payer.page)
        assert await _smtp_answer(on_stage, sent["envelope_from"]) == 451
        await on_stage.demo.sandbox.slack.say(user="U0ANNA", text="/plixo queue")
        on_stage.demo.sandbox.stripe.pay_by_card(session)
        room = on_stage.demo.sandbox.slack.workspace.channel

        async def told() -> bool:
            whispers = on_stage.demo.sandbox.slack.workspace.whispers(room, "U0ANNA")
            return any("later" in str(each).lower() or "again" in str(each).lower() for each in whispers)

        await until(told, missing="Slack was not told to try later")

    await on_stage.told("invoice.settled")
    await on_stage.mail(subject="Receipt")
    assert await payer.look(f"{on_stage.portal}/i") == 200
    assert await _smtp_answer(on_stage, sent["envelope_from"]) == 250


async def _smtp_answer(there: Stage, recipient: str) -> int:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=there.places.smtp_port, start_tls=False, timeout=20)
    async with client:
        try:
            await client.mail("")
            await client.rcpt(recipient)
            answer = await client.data(b"Subject: back\r\n\r\nhello\r\n")
        except aiosmtplib.SMTPResponseException as refused:
            return refused.code
    return answer.code
