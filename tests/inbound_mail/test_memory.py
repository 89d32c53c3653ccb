"""Memory of the server under each abuse, measured from outside on a process of its own."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from uuid import UUID

import pytest
import pytest_asyncio

from domain.deliverability.models import InboundMail
from domain.kernel.core import Core
from tests.domain.deliverability.mailings_made import bounce_path
from tests.inbound_mail import bombs
from tests.inbound_mail.alone import Alone, alone
from tests.inbound_mail.talker import Talker, begun, send, talking

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

MAILING = UUID("6f1d7a52-0000-4000-8000-0123456789ab")
MAX_BYTES = 4 * 1024 * 1024
PIECE = 64 * 1024
MANY = 2000


@pytest.fixture(scope="module")
def process(database_address: str) -> Iterator[Alone]:
    """A server that takes four megabytes."""
    limits = {"max_bytes": MAX_BYTES, "buffered_bytes": 4 * MAX_BYTES, "connections": MANY + 100}
    wide = {"connections_of_peer": MANY + 100, "connections_a_minute": 100_000}
    with alone(database_address, **limits, **wide) as server:
        yield server


@pytest_asyncio.fixture
async def lonely(core: Core, process: Alone) -> Alone:
    """The server after a first mail, so that all its parts are loaded."""
    assert (await send(process.port, bounce_path(core, MAILING))).startswith("250")
    return process


async def poured(talker: Talker, pieces: Iterator[bytes]) -> bool:
    """Send it all; tell whether it was taken, and not cut off."""
    try:
        for piece in pieces:
            await talker.put(piece)
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("no line end at all", b"x" * PIECE),
        ("bare LF", b"\n" * PIECE),
        ("dots", b"..\r\n" * (PIECE // 4)),
        ("lines that begin with a dot", b"\r\n..x" * (PIECE // 5)),
        ("NUL", b"\0" * PIECE),
    ],
)
async def test_a_mail_without_end_costs_no_more_than_one_of_the_limit(
    core: Core, lonely: Alone, name: str, piece: bytes
) -> None:
    before = lonely.kib()
    async with talking(lonely.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        taken = await poured(talker, (piece for _ in range(640)))

    assert not taken, name
    assert lonely.grown_kib(before) < 4 * MAX_BYTES // 1024, "40 MB were sent"
    assert await InboundMail.all().count() == 1


async def test_a_command_without_end_costs_nothing(lonely: Alone) -> None:
    before = lonely.kib()
    async with talking(lonely.port) as talker:
        taken = await poured(talker, (b"EHLO" + b"y" * PIECE for _ in range(640)))

    assert not taken
    assert lonely.grown_kib(before) < 8_000, "40 MB were sent"


async def test_commands_of_a_sender_that_reads_no_answer_are_not_kept(lonely: Alone) -> None:
    before = lonely.kib()
    async with talking(lonely.port) as talker:
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await poured(talker, (b"RSET\r\n" * 10_000 for _ in range(640)))

    assert lonely.grown_kib(before) < 16_000, "40 MB wanted to be sent"


async def test_five_thousand_recipients_cost_nothing(core: Core, lonely: Alone) -> None:
    to = bounce_path(core, MAILING)
    before = lonely.kib()
    async with talking(lonely.port) as talker:
        await talker.say("MAIL FROM:<>")
        answers = [(await talker.say(f"RCPT TO:<{to}>"))[:3] for _ in range(5000)]

    assert [answers.count(code) for code in ("250", "452")] == [100, 4900]
    assert lonely.grown_kib(before) < 4_000


@pytest.mark.parametrize("mail", bombs.ALL)
async def test_a_mail_that_is_a_bomb_to_read_is_stored_unread_for_what_it_weighs(
    core: Core, lonely: Alone, mail: Callable[[], bytes]
) -> None:
    body = mail()
    assert len(body) < MAX_BYTES
    before = lonely.kib()
    async with talking(lonely.port) as talker:
        answer = await talker.mail(bounce_path(core, MAILING), body=body)

    assert answer.startswith("250")
    assert lonely.grown_kib(before) < 4_000 + 8 * len(body) // 1024
    assert await InboundMail.all().count() == 2


async def test_two_thousand_idle_connections_cost_less_than_sixty_megabytes(core: Core, lonely: Alone) -> None:
    before = lonely.kib()
    idle = []
    for _ in range(MANY // 100):
        idle += await asyncio.gather(*(asyncio.open_connection("127.0.0.1", lonely.port) for _ in range(100)))
    for reader, writer in idle:
        assert (await reader.readline()).startswith(b"220")
        writer.write(b"EHLO idle.example\r\n")
    for reader, _ in idle:
        while (await reader.readline())[3:4] == b"-":
            pass
    grown = lonely.grown_kib(before)
    async with talking(lonely.port) as talker:
        answer = await talker.mail(bounce_path(core, MAILING), body=b"Subject: meanwhile\n\nx")
    for _, writer in idle:
        writer.close()

    assert grown < 60_000
    assert answer.startswith("250")


async def test_a_hundred_mails_that_are_begun_and_never_ended_share_the_memory_for_mails(
    core: Core, lonely: Alone
) -> None:
    to, half = bounce_path(core, MAILING), b"x" * (MAX_BYTES // 8)
    before = lonely.kib()
    async with asyncio.timeout(120):
        connections = [await asyncio.open_connection("127.0.0.1", lonely.port) for _ in range(100)]
        talkers = [Talker(*each) for each in connections]
        for talker in talkers:
            await talker.answer()
            await talker.say("EHLO x")
            await begun(talker, to)
            await talker.put(half)
        for talker in talkers:
            await talker.put(b"\r\n.\r\n")
        answers = [(await talker.answer())[:3] for talker in talkers]
    for talker in talkers:
        talker.writer.close()

    assert {"250", "452"} >= set(answers)
    assert answers.count("452") >= 60, "of 50 MB no more than 16 fit at a time"
    assert lonely.grown_kib(before) < 4 * 4 * MAX_BYTES // 1024
