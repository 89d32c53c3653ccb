"""Headers of the PROXY protocol, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound_mail import proxy_header
from inbound_mail.proxy_header import SIGNATURE, Header, Malformed, parse


def second(command: int, family: int, rest: bytes, *, size: int | None = None) -> bytes:
    """Return a header of version 2."""
    return SIGNATURE + bytes([command, family]) + (len(rest) if size is None else size).to_bytes(2) + rest


IPV4 = bytes([192, 0, 2, 7, 198, 51, 100, 1]) + bytes(4)
IPV6 = bytes.fromhex("20010db8000000000000000000000007") + bytes(16) + bytes(4)

GOOD = [
    (b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n", "192.0.2.7"),
    (b"PROXY TCP6 2001:db8::7 2001:db8::1 40000 25\r\n", "2001:db8::7"),
    (b"PROXY UNKNOWN\r\n", ""),
    (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", ""),
    (second(0x21, 0x11, IPV4), "192.0.2.7"),
    (second(0x21, 0x11, IPV4 + b"\x04\x00\x02hi"), "192.0.2.7"),
    (second(0x21, 0x21, IPV6), "2001:db8::7"),
    (second(0x20, 0x00, b""), ""),
    (second(0x20, 0x11, IPV4), ""),
    (second(0x21, 0x31, bytes(216)), ""),
]

BAD = [
    b"EHLO somebody.example\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 99999\r\n",
    b"PROXY TCP4 192.0.2.700 198.51.100.1 40000 25\r\n",
    b"PROXY TCP4 2001:db8::7 2001:db8::1 40000 25\r\n",
    b"PROXY TCP6 192.0.2.7 198.51.100.1 40000 25\r\n",
    b"PROXY TCP4  192.0.2.7 198.51.100.1 40000 25\r\n",
    b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\n",
    b"PROXY UDP4 192.0.2.7 198.51.100.1 40000 25\r\n",
    b"PROXY UNKNOWN" + b"x" * 200,
    b"\r\n\r\nEHLO x\r\n",
    second(0x11, 0x11, IPV4),
    second(0x22, 0x11, IPV4),
    second(0x21, 0x12, IPV4),
    second(0x21, 0x11, IPV4[:8]),
    second(0x21, 0x21, IPV4),
    second(0x21, 0x11, b"", size=65535),
]


@pytest.mark.parametrize(("header", "peer"), GOOD)
def test_a_header_says_who_connects_and_where_smtp_begins(header: bytes, peer: str) -> None:
    assert parse(header + b"EHLO x\r\n") == Header(len(header), peer)


@pytest.mark.parametrize(("header", "peer"), GOOD)
def test_of_a_header_that_is_not_whole_more_is_awaited(header: bytes, peer: str) -> None:
    del peer

    assert [parse(header[:n]) for n in range(len(header))] == [None] * len(header)


@pytest.mark.parametrize("header", BAD)
def test_everything_else_is_malformed(header: bytes) -> None:
    with pytest.raises(Malformed):
        parse(header)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda each: SIGNATURE + each))
def test_no_bytes_break_the_parser(arrived: bytes) -> None:
    try:
        header = parse(arrived)
    except Malformed:
        return

    assert header is None or header.length <= len(arrived)


def test_no_more_than_the_longest_header_is_awaited() -> None:
    longest = len(SIGNATURE) + 4 + proxy_header.MAX_SECOND

    with pytest.raises(Malformed):
        parse(b"PROXY UNKNOWN " + b"x" * proxy_header.MAX_FIRST)
    assert parse(second(0x20, 0, bytes(proxy_header.MAX_SECOND))[: longest - 1]) is None
