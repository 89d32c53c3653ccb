"""Abuse over real sockets: floods, smuggling, and senders that want more than their share."""

import asyncio
import resource
from dataclasses import replace
from uuid import UUID

import pytest

from domain.deliverability.models import InboundMail
from domain.kernel.core import Core
from inbound_mail.server import MailServer, serve
from tests.domain.deliverability.mailings_made import bounce_path
from tests.inbound_mail.conftest import LIMITS
from tests.inbound_mail.talker import Talker, begun, send, talking

MAILING = UUID("6f1d7a52-0000-4000-8000-0123456789ab")


async def flooded(talker: Talker, piece: bytes) -> None:
    """Send 40 MB, or as much as is taken."""
    for _ in range(640):
        await talker.put(piece)


async def test_a_size_above_the_limit_is_refused_before_the_mail(core: Core, server: MailServer) -> None:
    async with talking(server.port) as talker:
        answer = await talker.say("MAIL FROM:<> SIZE=40000000")

    assert answer.startswith("552")


async def test_a_mail_that_is_too_large_is_refused_and_the_session_goes_on(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)
    async with talking(server.port) as talker:
        await begun(talker, to)
        await talker.put(b"x" * 1_200_000 + b"\r\n.\r\n")
        too_large = await talker.answer()
        small = await talker.mail(to)

    assert too_large.startswith("552 5.3.4")
    assert small.startswith("250")
    assert await InboundMail.all().count() == 1


async def test_a_mail_of_exactly_the_limit_is_taken(core: Core, server: MailServer) -> None:
    body = b"x" * (LIMITS.max_bytes - 2)

    answers = [await send(server.port, bounce_path(core, MAILING), body=each) for each in (body, body + b"x")]

    assert [answer[:3] for answer in answers] == ["250", "552"]


@pytest.mark.parametrize("line", [b"x" * 65536, b"x" * 65534 + b"\r\n", b"\n" * 65536, b"." * 65536])
async def test_a_flood_inside_a_mail_is_cut_off_in_bounded_memory(core: Core, server: MailServer, line: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with talking(server.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        with pytest.raises(ConnectionError):
            await flooded(talker, line)

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 30_000, "40 MB were sent"
    assert await InboundMail.all().count() == 0


async def test_a_flood_instead_of_a_command_is_cut_off(core: Core, server: MailServer) -> None:
    async with talking(server.port) as talker:
        with pytest.raises(ConnectionError):
            await flooded(talker, b"y" * 65536)


async def test_five_thousand_recipients_are_not_kept(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)
    async with talking(server.port) as talker:
        await talker.say("MAIL FROM:<>")
        answers = [(await talker.say(f"RCPT TO:<{to}>"))[:3] for _ in range(5000)]

    assert answers[:100] == ["250"] * 100
    assert set(answers[100:]) == {"452"}


@pytest.mark.parametrize("command", ["NOOP", "HELP", "VRFY a@b.example", "NONSENSE", "EXPN list"])
async def test_idle_talk_ends_the_session(core: Core, server: MailServer, command: str) -> None:
    async with talking(server.port) as talker:
        answers = []
        while answer := await talker.say(command):
            answers.append(answer)

    assert len(answers) <= 21


@pytest.mark.parametrize(
    "ending",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\r\n\0.\r\n", b"\n\n.\r\n", b"\n.\r"],
)
@pytest.mark.parametrize("in_pieces", [False, True])
async def test_a_mail_with_an_end_that_is_none_is_refused_whole_and_nothing_is_smuggled_in_behind_it(
    core: Core, server: MailServer, ending: bytes, in_pieces: bool
) -> None:
    to = bounce_path(core, MAILING)
    smuggled = f"MAIL FROM:<x@y.example>\r\nRCPT TO:<{to}>\r\nDATA\r\nSubject: second\r\n\r\nsmuggled".encode()
    async with talking(server.port) as talker:
        await begun(talker, to)
        for piece in [bytes([each]) for each in ending] if in_pieces else [b"Subject: first\r\n\r\nhello" + ending]:
            await talker.put(piece)
            await asyncio.sleep(0)
        await talker.put(smuggled + b"\r\n.\r\n")
        answer = await talker.answer()
        nothing_more = await talker.say("RSET")
        honest = await talker.mail(to)

    assert answer.startswith("550 5.6.11")
    assert nothing_more.startswith("250")
    assert honest.startswith("250")
    assert await InboundMail.all().count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"Subject: x\n\nbare\nline\nends\n",
        b"Subject: x\r\n\r\nthe end.\nand more.\r\n",
        b"Subject: x\r\n\r\n.hidden\n.files\r\n",
        b"Subject: x\r\rold\rMac\r",
        b"Subject: x\r\n\r\n\0\0binary\0.\n\r\n",
        b"Subject: x\r\n\r\ntwo dots\n..\nand on\r\n",
        b"Subject: x\r\r\n\r\r\ndoubled\r\r\n",
    ],
)
async def test_a_mail_whose_line_ends_are_merely_odd_is_taken_as_it_is(
    core: Core, server: MailServer, body: bytes
) -> None:
    async with talking(server.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        await talker.put(body.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
        answer = await talker.answer()

    assert answer.startswith("250 2.0.0")
    assert (await InboundMail.get()).body == body + b"\r\n"


async def test_a_hasty_sender_that_does_not_wait_for_354_sends_one_mail(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)
    async with talking(server.port) as talker:
        await talker.put(f"MAIL FROM:<>\r\nRCPT TO:<{to}>\r\nDATA\r\nSubject: x\r\n\r\nhello\r\n.\r\nNOOP\r\n".encode())
        answers = [await talker.answer() for _ in range(5)]

    assert [answer[:3] for answer in answers] == ["250", "250", "354", "250", "250"]
    assert (await InboundMail.get()).body == b"Subject: x\r\n\r\nhello\r\n"


async def test_an_end_that_arrives_byte_by_byte_is_found(core: Core, server: MailServer) -> None:
    async with talking(server.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        for byte in b"Subject: slow\r\n\r\n..\r\n.\r\n":
            await talker.put(bytes([byte]))
            await asyncio.sleep(0)
        answer = await talker.answer()

    assert answer.startswith("250")
    assert (await InboundMail.get()).body == b"Subject: slow\r\n\r\n.\r\n"


async def test_one_connection_too_many_is_told_to_come_later(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, connections=2))
    async with talking(server.port), talking(server.port):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        refused, hung_up = await reader.readline(), await reader.read()
        writer.close()

    await asyncio.sleep(0.05)
    again = await send(server.port, bounce_path(core, MAILING))
    await server.close()

    assert refused.startswith(b"421 4.3.2")
    assert hung_up == b""
    assert again.startswith("250")


async def test_one_peer_cannot_take_all_connections(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, connections_of_peer=1))
    async with talking(server.port):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        refused = await reader.readline()
        writer.close()
    await server.close()

    assert refused.startswith(b"421")


async def test_mails_that_do_not_fit_in_memory_together_come_later(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, buffered_bytes=600_000))
    to = bounce_path(core, MAILING)
    async with talking(server.port) as first, talking(server.port) as second:
        await begun(first, to)
        await first.put(b"x" * 400_000)
        await asyncio.sleep(0.1)
        await begun(second, to)
        await second.put(b"y" * 400_000)
        await asyncio.sleep(0.1)
        await second.put(b"\r\n.\r\n")
        await first.put(b"\r\n.\r\n")
        answers = [await first.answer(), await second.answer()]
        later = await second.mail(to, body=b"y" * 400_000)
    await server.close()

    assert [answer[:9] for answer in answers] == ["250 2.0.0", "452 4.3.1"]
    assert later.startswith("250")


async def test_a_sender_of_which_nothing_more_comes_is_told_and_cut_off(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, idle_seconds=0.2))
    async with asyncio.timeout(30), talking(server.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        last_words = await talker.reader.read()
    await server.close()

    assert last_words.startswith(b"421 4.4.2")


async def test_stopping_lets_the_mail_under_way_finish(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS)
    async with talking(server.port) as idle, talking(server.port) as busy:
        await begun(busy, bounce_path(core, MAILING))
        stopping = asyncio.create_task(server.close())
        sent_away = await idle.answer()
        await busy.put(b"Subject: last\r\n\r\nx\r\n.\r\n")
        answer, hung_up = await busy.answer(), await busy.answer()
        await stopping

    assert sent_away.startswith("421")
    assert (answer[:3], hung_up) == ("250", "")
    assert await InboundMail.all().count() == 1


async def test_stopping_does_not_wait_for_ever(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, stopping_seconds=0.2))
    async with talking(server.port) as talker:
        await begun(talker, bounce_path(core, MAILING))
        async with asyncio.timeout(3):
            await server.close()

    assert await InboundMail.all().count() == 0


async def test_no_address_and_no_word_of_a_mail_is_logged(
    core: Core, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    to = bounce_path(core, MAILING)
    with caplog.at_level("DEBUG"):
        await send(server.port, to, body=b"Subject: secret word\n\nx", sender="anna@acme.example")
        await send(server.port, "nobody@mail.northwind.example")

    told = caplog.text
    assert to.split("@", maxsplit=1)[0] not in told
    assert "anna@" not in told
    assert "secret word" not in told
    assert "nobody@" not in told
