"""Behind a proxy of ours the peer is whom the proxy names; from anybody else such a word is worth nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
import pytest_asyncio

from domain.deliverability.models import InboundMail
from domain.kernel.core import Core
from inbound_mail.proxy_header import SIGNATURE
from inbound_mail.server import MailServer, serve
from tests.domain.deliverability.mailings_made import bounce_path
from tests.inbound_mail.conftest import LIMITS
from tests.inbound_mail.talker import Talker, talking

MAILING = UUID("6f1d7a52-0000-4000-8000-0123456789ab")


@pytest_asyncio.fixture
async def behind(core: Core) -> AsyncIterator[MailServer]:
    """A server behind a proxy on this machine."""
    limits = replace(LIMITS, connections_of_peer=1, proxy_seconds=1)
    server = await serve(core, host="127.0.0.1", port=0, limits=limits, proxies=["10.0.0.0/8", "127.0.0.0/8"])
    yield server
    await server.close()


@asynccontextmanager
async def connected(port: int, first: bytes) -> AsyncIterator[Talker]:
    """Connect and say something before the greeting."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    try:
        yield Talker(reader, writer)
    finally:
        writer.close()


def first(peer: str) -> bytes:
    """Return a header of version 1."""
    return f"PROXY TCP{6 if ':' in peer else 4} {peer} {peer} 40000 25\r\n".encode()


@pytest.mark.parametrize(
    ("header", "peer"),
    [
        (first("192.0.2.7"), "192.0.2.7"),
        (first("2001:db8::7"), "2001:db8::7"),
        (SIGNATURE + b"\x21\x11\x00\x0c" + bytes([192, 0, 2, 9]) + bytes(8), "192.0.2.9"),
    ],
)
async def test_a_mail_keeps_who_sent_it_and_which_proxy_said_so(
    core: Core, behind: MailServer, header: bytes, peer: str
) -> None:
    async with connected(behind.port, header) as talker:
        greeting = await talker.answer()
        await talker.say("EHLO mx.acme.example")
        answer = await talker.mail(bounce_path(core, MAILING))

    mail = await InboundMail.get()
    assert (greeting[:3], answer[:3]) == ("220", "250")
    assert (mail.peer, mail.proxy, mail.helo, mail.tls) == (peer, "127.0.0.1", "mx.acme.example", False)


async def test_a_proxy_that_speaks_for_itself_is_the_peer(core: Core, behind: MailServer) -> None:
    async with connected(behind.port, b"PROXY UNKNOWN\r\n") as talker:
        await talker.answer()
        await talker.say("EHLO check.example")
        await talker.mail(bounce_path(core, MAILING))

    mail = await InboundMail.get()
    assert (mail.peer, mail.proxy) == ("127.0.0.1", "")


async def test_limits_count_the_peer_and_not_the_proxy(behind: MailServer) -> None:
    async with connected(behind.port, first("192.0.2.1")) as one, connected(behind.port, first("192.0.2.2")) as two:
        greetings = [(await each.answer())[:3] for each in (one, two)]
        async with connected(behind.port, first("192.0.2.1")) as again:
            refused = await again.answer()

    assert greetings == ["220", "220"]
    assert refused.startswith("421 4.3.2")


async def test_addresses_of_one_ipv6_network_are_one_peer(behind: MailServer) -> None:
    async with connected(behind.port, first("2001:db8:0:1::a")) as talker:
        await talker.answer()
        async with connected(behind.port, first("2001:db8:0:1::b")) as neighbour:
            refused = await neighbour.answer()
        async with connected(behind.port, first("2001:db8:0:2::b")) as stranger:
            taken = await stranger.answer()

    assert refused.startswith("421")
    assert taken.startswith("220")


@pytest.mark.parametrize("words", [b"EHLO x\r\n", b"PROXY TCP4 nonsense\r\n", b"\x16\x03\x01\x02\x00hello"])
async def test_a_proxy_that_says_no_header_is_hung_up_on(behind: MailServer, words: bytes) -> None:
    async with connected(behind.port, words) as talker:
        answer, more = await talker.answer(), await talker.answer()

    assert answer.startswith("421 4.3.0")
    assert more == ""


async def test_a_proxy_that_says_nothing_is_not_waited_for(behind: MailServer) -> None:
    async with asyncio.timeout(60), connected(behind.port, b"PROXY TCP4 192.") as talker:
        answer = await talker.answer()

    assert answer == ""


async def test_a_header_from_elsewhere_ends_the_session(core: Core, server: MailServer) -> None:
    async with talking(server.port) as talker:
        answer, more = await talker.say("PROXY TCP4 192.0.2.7 192.0.2.7 40000 25"), await talker.answer()

    assert answer.startswith("554")
    assert more == ""


async def test_a_binary_header_from_elsewhere_names_nobody(core: Core, server: MailServer) -> None:
    async with connected(server.port, SIGNATURE + b"\x21\x11\x00\x0c" + bytes(12)) as talker:
        answers = [await talker.answer() for _ in range(5)]

    assert [each[:3] for each in answers] == ["220", "500", "500", "500", "221"]


async def test_without_a_proxy_the_peer_is_who_connects(core: Core, server: MailServer) -> None:
    async with talking(server.port) as talker:
        await talker.mail(bounce_path(core, MAILING))

    mail = await InboundMail.get()
    assert (mail.peer, mail.proxy, mail.helo, mail.tls) == ("127.0.0.1", "", "sender.example", False)
