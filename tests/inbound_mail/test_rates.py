"""How often one peer may come, and how it is told."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.kernel.core import Core
from inbound_mail import rates
from inbound_mail.rates import Rates
from inbound_mail.server import serve
from tests.domain.deliverability.mailings_made import bounce_path
from tests.inbound_mail.conftest import LIMITS
from tests.inbound_mail.talker import send, talking

MAILING = UUID("6f1d7a52-0000-4000-8000-0123456789ab")


def test_what_is_over_the_limit_may_come_again_in_the_next_minute() -> None:
    now = 1000.0
    counted = Rates(lambda: now)

    first = [counted.seconds_over("mail", "192.0.2.1", limit=2) for _ in range(3)]
    now += 45
    later = counted.seconds_over("mail", "192.0.2.1", limit=2)
    now += later
    again = counted.seconds_over("mail", "192.0.2.1", limit=2)

    assert first == [0, 0, 61]
    assert later == 16
    assert again == 0


def test_each_peer_and_each_thing_is_counted_by_itself() -> None:
    counted = Rates(lambda: 0.0)
    acts = [("mail", "192.0.2.1"), ("mail", "192.0.2.2"), ("connection", "192.0.2.1")]

    assert [counted.seconds_over(what, peer, limit=1) for what, peer in acts] == [0, 0, 0]


def test_a_flood_of_peers_does_not_fill_the_memory() -> None:
    counted = Rates(lambda: 0.0)

    for n in range(rates.MAX_PEERS + 10):
        counted.seconds_over("connection", str(n), limit=1)

    assert len(counted._counts) == 10


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("/run/socket", "/run/socket"),
    ],
)
def test_one_peer_is_one_address_or_one_network_of_a_customer(address: str, peer: str) -> None:
    assert rates.network(address) == peer


async def test_a_mail_too_many_is_told_when_to_come_again_and_the_session_goes_on(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, mails_a_minute=2))
    to = bounce_path(core, MAILING)
    async with talking(server.port) as talker:
        answers = [await talker.mail(to, body=b"Subject: %d\n\nx" % n) for n in range(3)]
        alive = await talker.say("RSET")
    elsewhere = await send(server.port, to)
    await server.close()

    assert [answer[:3] for answer in answers] == ["250", "250", "450"]
    assert "try again in" in answers[2]
    assert elsewhere.startswith("450"), "a new session is no way around it"
    assert alive.startswith("250")


async def test_a_connection_too_many_is_told_when_to_come_again(core: Core) -> None:
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, connections_a_minute=2))
    to = bounce_path(core, MAILING)
    taken = [await send(server.port, to) for _ in range(2)]
    with pytest.raises(AssertionError):
        await send(server.port, to)
    await server.close()

    assert [answer[:3] for answer in taken] == ["250", "250"]
