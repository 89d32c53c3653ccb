"""How long the server is patient: with senders that say nothing, drip, or never end, and with a database that hangs."""

import asyncio
from dataclasses import replace
from uuid import UUID

import psycopg

from domain.deliverability.models import InboundMail
from domain.kernel.core import Core
from inbound_mail.server import serve
from tests.domain.deliverability.mailings_made import bounce_path
from tests.inbound_mail.conftest import LIMITS
from tests.inbound_mail.talker import Talker, begun, send, talking

MAILING = UUID("6f1d7a52-0000-4000-8000-0123456789ab")


async def dripping(talker: Talker) -> str:
    """Send one byte after another until the server has had enough; return its last words."""

    async def drip() -> None:
        while True:
            await talker.put(b"x")
            await asyncio.sleep(0.02)

    drips = asyncio.create_task(drip())
    try:
        return await talker.answer()
    finally:
        drips.cancel()
        await asyncio.wait([drips])


async def test_a_mail_that_drips_for_ever_is_ended_although_there_is_always_something(core: Core) -> None:
    limits = replace(LIMITS, idle_seconds=30, mail_seconds=0.5)
    server = await serve(core, host="127.0.0.1", port=0, limits=limits)
    async with asyncio.timeout(25), talking(server.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        last_words = await dripping(talker)
    await server.close()

    assert last_words.startswith("421 4.4.2")
    assert await InboundMail.all().count() == 0


async def test_a_command_that_drips_is_no_sign_of_life(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, idle_seconds=0.5))
    async with asyncio.timeout(25), talking(server.port) as talker:
        last_words = await dripping(talker)
    await server.close()

    assert last_words.startswith("421 4.4.2")


async def test_a_session_that_is_never_idle_ends_all_the_same(core: Core) -> None:
    limits = replace(LIMITS, idle_seconds=30, session_seconds=0.5, commands=100_000)
    server = await serve(core, host="127.0.0.1", port=0, limits=limits)
    async with asyncio.timeout(25), talking(server.port) as talker:
        while (answer := await talker.say("RSET")).startswith("250"):
            pass
    await server.close()

    assert answer.startswith("421 4.4.2")


async def test_a_mail_that_takes_its_time_is_taken(core: Core) -> None:
    limits = replace(LIMITS, idle_seconds=20, mail_seconds=60)
    server = await serve(core, host="127.0.0.1", port=0, limits=limits)
    async with talking(server.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        for _ in range(5):
            await talker.put(b"slow ")
            await asyncio.sleep(0.05)
        await talker.put(b"\r\n.\r\n")
        answer = await talker.answer()
    await server.close()

    assert answer.startswith("250")


async def test_a_sender_that_says_nothing_at_all_is_not_waited_for(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, idle_seconds=0.2))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    async with asyncio.timeout(25):
        heard = await reader.read()
    writer.close()
    await server.close()

    assert heard.startswith(b"220")
    assert b"421 4.4.2" in heard


async def test_a_sender_that_ends_its_side_right_after_the_mail_still_gets_the_answer(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    talk = f"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{bounce_path(core, MAILING)}>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n"
    writer.write(talk.encode())
    writer.write_eof()
    async with asyncio.timeout(60):
        heard = await reader.read()
    writer.close()
    await server.close()

    assert heard.endswith(b"250 2.0.0 Stored\r\n")
    assert await InboundMail.all().count() == 1


async def test_while_the_database_hangs_senders_are_told_451_and_a_late_commit_doubles_nothing(
    core: Core, database_address: str
) -> None:
    to = bounce_path(core, MAILING)
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, storing_seconds=0.5))
    async with await psycopg.AsyncConnection.connect(database_address) as other:
        await other.execute("LOCK TABLE inbound_mail IN ACCESS EXCLUSIVE MODE")
        async with talking(server.port) as talker:
            hanging = await talker.mail(to)
            alive = await talker.say("NOOP")
    await server.close()  # which waits for what was taken
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS)
    again = await send(server.port, to)
    await server.close()

    assert hanging.startswith("451 4.3.0")
    assert alive.startswith("250")
    assert again.startswith("250")
    assert await InboundMail.all().count() == 1


async def test_mails_that_a_hanging_database_holds_up_share_the_memory_too(core: Core, database_address: str) -> None:
    to = bounce_path(core, MAILING)
    limits = replace(LIMITS, storing_seconds=0.5, buffered_bytes=300_000)
    server = await serve(core, host="127.0.0.1", port=0, limits=limits)
    async with await psycopg.AsyncConnection.connect(database_address) as other:
        await other.execute("LOCK TABLE inbound_mail IN ACCESS EXCLUSIVE MODE")
        answers = [await send(server.port, to, body=b"Subject: %d\n\n" % n + b"x" * 90_000) for n in range(5)]
    await server.close()

    assert [answer[:9] for answer in answers] == ["451 4.3.0"] * 3 + ["452 4.3.1"] * 2
    assert await InboundMail.all().count() == 3, "what was taken is stored, although nobody waits for it any more"
