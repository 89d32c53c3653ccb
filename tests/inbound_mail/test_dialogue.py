"""The dialogue over a socket: every command, in and out of its turn."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from domain.deliverability.models import InboundMail
from domain.kernel.core import Core
from inbound_mail.server import MailServer, serve
from tests.inbound_mail.conftest import LIMITS
from tests.inbound_mail.talker import Talker, talking

SMALL = replace(
    LIMITS, max_bytes=1000, recipients=2, commands=50, idle_commands=3, mails_a_minute=3, connections_a_minute=10_000
)

RANDOM_LINES = 300


@pytest_asyncio.fixture
async def narrow(core: Core) -> AsyncIterator[MailServer]:
    """A server that allows little."""
    server = await serve(core, host="127.0.0.1", port=0, limits=SMALL)
    yield server
    await server.close()


async def connected(port: int) -> Talker:
    """Connect, and hear the greeting."""
    talker = Talker(*await asyncio.open_connection("127.0.0.1", port))
    assert (await talker.answer()).startswith("220")
    return talker


async def said(port: int, *lines: str) -> list[str]:
    """Return the codes of the answers."""
    talker = await connected(port)
    codes = [(await talker.say(line))[:3] for line in lines]
    talker.writer.close()
    return codes


async def test_commands_in_their_order_lead_to_a_mail(core: Core, narrow: MailServer) -> None:
    talker = await connected(narrow.port)
    lines = ["EHLO a.example", "MAIL FROM:<x@y.example> SIZE=10 BODY=8BITMIME", "RCPT TO:<postmaster>", "DATA", "."]
    codes = [(await talker.say(line))[:3] for line in lines]
    talker.writer.close()

    mail = await InboundMail.get()
    assert codes == ["250", "250", "250", "354", "250"]
    assert (mail.envelope_from, mail.sent_to) == ("x@y.example", ["postmaster"])


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (["MAIL FROM:<>"], "503"),
        (["EHLO"], "501"),
        (["HELO"], "501"),
        (["EHLO x", "RCPT TO:<postmaster>"], "503"),
        (["DATA"], "503"),
        (["EHLO x", "DATA"], "503"),
        (["EHLO x", "MAIL FROM:<>", "DATA"], "503"),
        (["EHLO x", "MAIL FROM:<>", "MAIL FROM:<>"], "503"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<postmaster>", "DATA now"], "501"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<>"], "501"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<postmaster> NOTIFY=NEVER"], "555"),
        (["EHLO x", "MAIL <>"], "501"),
        (["EHLO x", "MAIL FROM:<> SIZE=1001"], "552"),
        (["EHLO x", "MAIL FROM:<> SIZE=x"], "501"),
        (["EHLO x", "MAIL FROM:<> BODY=BINARYMIME"], "501"),
        (["EHLO x", "MAIL FROM:<> AUTH=<>"], "555"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<x@elsewhere.example>"], "550"),
        (["EHLO x", "MAIL FROM:<>", *["RCPT TO:<postmaster>"] * 3], "452"),
        (["EHLO x", "MAIL FROM:<>", "RSET", "RCPT TO:<postmaster>"], "503"),
        (["EHLO x", "MAIL FROM:<>", "EHLO y", "RCPT TO:<postmaster>"], "503"),
        (["EHLO x", *["MAIL FROM:<>", "RSET"] * 3, "MAIL FROM:<>"], "450"),
        (["STARTTLS"], "502"),
        (["AUTH PLAIN AGEAYg=="], "502"),
        (["BDAT 10 LAST"], "502"),
        (["VRFY postmaster"], "252"),
        (["NOOP", "NOOP", "NOOP", "NOOP"], "421"),
        (["", "", "", ""], "421"),
        (["x" * 2000, "MAIL " + "x" * 2000, "x" * 2000, "x" * 2000], "421"),
        (["GET / HTTP/1.1"], "554"),
        (["x" * 2000], "500"),
        ([""], "500"),
    ],
)
async def test_what_is_out_of_turn_or_too_much_is_refused(narrow: MailServer, lines: list[str], last: str) -> None:
    codes = await said(narrow.port, *lines)

    assert codes[-1] == last


async def test_too_many_commands_end_the_session(narrow: MailServer) -> None:
    codes = await said(narrow.port, *["RSET"] * 52)

    assert codes == ["250"] * 50 + ["421", ""]


async def test_a_command_may_be_longer_than_512_octets_before_and_after_ehlo(narrow: MailServer) -> None:
    name, sender = "x" * 900, "y" * 900
    codes = await said(narrow.port, f"HELO {name}", f"EHLO {name}", f"MAIL FROM:<{sender}@z.example>", "EHLO x", "QUIT")

    assert codes == ["250", "250", "250", "250", "221"]


async def test_commands_sent_ahead_are_answered_in_their_order(narrow: MailServer) -> None:
    talker = await connected(narrow.port)
    await talker.put(b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nRSET\r\nVRFY x\r\nQUIT\r\nRSET\r\n")
    codes = [(await talker.answer())[:3] for _ in range(7)]
    talker.writer.close()

    assert codes == ["250", "250", "250", "250", "252", "221", ""]


async def test_no_line_breaks_the_dialogue_and_every_answer_is_a_line_with_a_code(narrow: MailServer) -> None:
    dice = random.Random(22)
    verbs = [b"MAIL FROM:", b"MAIL FROM:<> ", b"RCPT TO:", b"EHLO ", b"VRFY ", b"HELP ", b"STARTTLS ", b"NOOP ", b""]
    for _ in range(RANDOM_LINES):
        talker = await connected(narrow.port)
        noise = dice.randbytes(dice.randrange(60)).replace(b"\n", b"").rstrip(b"\r")
        await talker.put(b"EHLO x\r\n" + dice.choice(verbs) + noise + b"\r\nQUIT\r\n")
        heard = (await talker.reader.read()).removesuffix(b"\r\n").split(b"\r\n")
        talker.writer.close()

        assert all(line[:3].isdigit() for line in heard), noise
        assert heard[-1].startswith(b"221"), noise


async def test_a_session_after_another_protocol_is_over(narrow: MailServer) -> None:
    async with talking(narrow.port) as talker:
        await talker.put(b"POST / HTTP/1.1\r\nMAIL FROM:<>\r\n")
        answers = [await talker.answer(), await talker.answer()]

    assert [answer[:3] for answer in answers] == ["554", ""]
