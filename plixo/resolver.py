"""The resolver: look-ups of DNS records by dnspython, at the machine's name servers or at those of the settings."""

from ipaddress import ip_address
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from domain.deliverability.sender_records import Unanswered

PATIENCE_SECONDS = 5.0

_NO_NAME = (
    dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong, dns.name.BadEscape, dns.name.IDNAException
)  # fmt: skip
"""Nobody can have a name that raises one of these."""


class Dns:
    """Look-ups; what there is no such name of, or nothing of that kind, is an empty answer."""

    def __init__(self, servers: list[str]) -> None:
        if servers:
            self._resolver = dns.asyncresolver.Resolver(configure=False)
            hosts = [each.rpartition(":") if each.count(":") == 1 else (each, "", "") for each in servers]
            self._resolver.nameservers = [host or port for host, _, port in hosts]
            self._resolver.nameserver_ports = {host: int(port) for host, sign, port in hosts if sign}
            return
        try:
            self._resolver = dns.asyncresolver.Resolver()
        except dns.exception.DNSException:  # no list of name servers on this machine: nothing will be answered
            self._resolver = dns.asyncresolver.Resolver(configure=False)

    async def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name, each put together.

        Raises:
            Unanswered: No name server answered.
        """
        return tuple(b"".join(each.strings).decode("utf-8", "replace") for each in await self._all(name, "TXT"))

    async def addresses(self, name: str, *, six: bool) -> tuple[str, ...]:
        """Return the IPv4 addresses of a name, or with *six* the IPv6 ones.

        Raises:
            Unanswered: No name server answered.
        """
        return tuple(str(ip_address(each.address)) for each in await self._all(name, "AAAA" if six else "A"))

    async def exchangers(self, name: str) -> tuple[str, ...]:
        """Return the host names that take a domain's mail, the preferred one first.

        Raises:
            Unanswered: No name server answered.
        """
        found = sorted(await self._all(name, "MX"), key=lambda each: each.preference)
        return tuple(_text(each.exchange) for each in found if each.exchange != dns.name.root)

    async def names(self, address: str) -> tuple[str, ...]:
        """Return the names that an address says it has.

        Raises:
            Unanswered: No name server answered.
        """
        backwards = dns.reversename.from_address(address).to_text()
        return tuple(_text(each.target) for each in await self._all(backwards, "PTR"))

    async def _all(self, name: str, kind: str) -> list[Any]:
        try:
            return list(await self._resolver.resolve(name, kind, lifetime=PATIENCE_SECONDS, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (*_NO_NAME, UnicodeError):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered(type(error).__name__) from None


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)
