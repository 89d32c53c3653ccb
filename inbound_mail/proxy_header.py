"""The PROXY protocol, versions 1 and 2: a proxy of ours says first of all who connects through it.

Only what mail needs is read: the address of the peer. The header is believed because of who sends it; whether that is a
proxy of ours is for the session to know.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
"""Begins every header of version 2."""

MAX_FIRST = 107
"""Octets of a header of version 1, by its specification."""

MAX_SECOND = 4096
"""Octets that may follow the fixed part of version 2; the addresses take at most 216, the rest are notes."""

_FIRST = re.compile(rb"PROXY (TCP4|TCP6) ([0-9A-Fa-f.:]{2,39}) ([0-9A-Fa-f.:]{2,39}) (\d{1,5}) (\d{1,5})\r\n")
_UNKNOWN = re.compile(rb"PROXY UNKNOWN(?: [^\r\n]*)?\r\n")
_FIXED = len(SIGNATURE) + 4
_LOCAL, _PROXIED = 0x20, 0x21
_TCP4, _TCP6 = 0x11, 0x21
_NAMELESS = frozenset({0x00, 0x31})
"""Unspecified, and a socket of the proxy's own machine: there is no address to tell."""


class Malformed(Exception):
    """What came is no header of the PROXY protocol."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was read."""

    length: int
    """Octets that it takes; what follows is SMTP."""
    peer: str
    """Who connects; empty when the proxy speaks for itself, as in its health checks."""


def parse(arrived: bytes) -> Header | None:
    """Read the header that *arrived* begins with; None while more of it must come.

    Raises:
        Malformed: It is none.
    """
    if arrived.startswith(SIGNATURE):
        return _second(arrived)
    if SIGNATURE.startswith(arrived):
        return None
    return _first(arrived)


def _first(arrived: bytes) -> Header | None:
    if not arrived.startswith(b"PROXY "[: len(arrived)]):
        raise Malformed("no header")
    end = arrived.find(b"\n", 0, MAX_FIRST) + 1
    if not end:
        if len(arrived) >= MAX_FIRST:
            raise Malformed("too long")
        return None
    line = arrived[:end]
    if _UNKNOWN.fullmatch(line):
        return Header(end, "")
    found = _FIRST.fullmatch(line)
    if found is None or int(found[4]) > 65535 or int(found[5]) > 65535:
        raise Malformed("not as version 1 wants it")
    source, target = _address(found[2]), _address(found[3])
    if not source.version == target.version == int(found[1][-1:]):
        raise Malformed("addresses of two families")
    return Header(end, str(source))


def _second(arrived: bytes) -> Header | None:
    if len(arrived) < _FIXED:
        return None
    command, family = arrived[12], arrived[13]
    size = int.from_bytes(arrived[14:16])
    if size > MAX_SECOND:
        raise Malformed("too long")
    if len(arrived) < _FIXED + size:
        return None
    rest, length = arrived[_FIXED : _FIXED + size], _FIXED + size
    if command == _LOCAL or (command == _PROXIED and family in _NAMELESS):
        return Header(length, "")
    if command == _PROXIED and family == _TCP4 and size >= 12:
        return Header(length, str(IPv4Address(rest[:4])))
    if command == _PROXIED and family == _TCP6 and size >= 36:
        return Header(length, str(IPv6Address(rest[:16])))
    raise Malformed("not as version 2 wants it")


def _address(text: bytes) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text.decode("ascii"))
    except ValueError:
        raise Malformed("no address") from None
