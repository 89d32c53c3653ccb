"""Askers: the address from which a request came, through as many proxies of our own as the deployment says.

A proxy appends to its header whom it heard; what stands before that was written by whoever asked. So exactly as many
entries are believed as there are proxies, from the right, and only in the header that those proxies are known to
write: the other one passes through them untouched, with whatever a stranger put into it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from aiohttp import web

X_FORWARDED_FOR, FORWARDED = "x-forwarded-for", "forwarded"
"""Which header our proxies write: the old one, or that of RFC 7239."""

_LONGEST = 4096
"""Characters of the header that are read, from the right, where our own proxies wrote."""

_NODE = re.compile(
    r"\[(?P<v6>[0-9A-Fa-f:.]+)\](?::\d{1,5})?|(?P<v4>[0-9.]+)(?::\d{1,5})?|(?P<bare>[0-9A-Fa-f:.]+)", re.ASCII
)
"""An address as proxies write it: IPv6 in brackets or bare, and perhaps a port."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies of our own before the portal."""

    count: int = 0
    header: str = X_FORWARDED_FOR


def address(request: web.Request, proxies: Proxies) -> str:
    """Return who asks: an IPv4 address, or the /64 that one IPv6 customer holds; the socket's peer in case of doubt."""
    peer = request.remote or "unknown"
    if proxies.count <= 0:
        return _network(peer) or peer
    heard = list(_heard(",".join(request.headers.getall(proxies.header, [])), proxies.header))
    if proxies.count > len(heard):
        return _network(peer) or peer
    return _network(heard[-proxies.count]) or _network(peer) or peer


def _heard(value: str, header: str) -> Iterator[str]:
    """Yield whom each proxy heard, the nearest proxy's last.

    Quotation marks do not join what commas part: our own proxies never quote a comma, and a stranger's open quotation
    must not swallow what they wrote behind it.
    """
    for element in value[-_LONGEST:].split(","):
        if not element.strip():
            continue
        if header == X_FORWARDED_FOR:
            yield element
        else:
            found = [pair for pair in element.split(";") if pair.strip()[:4].lower() == "for="]
            yield found[0].strip()[4:].strip('"') if len(found) == 1 else ""


def _network(node: str) -> str:
    """Return the address or network of a node; empty for what is none, such as ``unknown`` or ``_hidden``."""
    found = _NODE.fullmatch(node.strip())
    try:
        known = ip_address((found["v6"] or found["v4"] or found["bare"]) if found else node)
    except ValueError:
        return ""
    mapped = getattr(known, "ipv4_mapped", None)
    if known.version == 4 or mapped is not None:
        return str(mapped or known)
    return str(ip_network((known, 64), strict=False))
