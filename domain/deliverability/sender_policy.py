"""Sender policy: may this address send for that domain (SPF), evaluated as RFC 7208 says; look-ups are a port.

Only the result is wanted, so the explanation that a domain may publish (exp=) is checked for its form and not fetched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol

from domain.deliverability import policy_terms
from domain.deliverability.policy_terms import Macros, Malformed, Mechanism, Terms
from domain.deliverability.sender_records import Records, Unanswered

MOST_LOOKUPS = 10
"""Terms of all records together that ask the name servers (4.6.4)."""

MOST_VOID = 2
"""Terms whose look-up finds nothing (4.6.4); an exchanger that has no address of the peer's kind is none of them."""

MOST_NAMES = 10
"""Mail exchangers of a name, above which the record is an error, and names of an address, of which others are left."""

Address = IPv4Address | IPv6Address


class Names(Records, Protocol):
    """Whatever looks up all that a policy may ask for; each raises ``Unanswered`` when no name server answered."""

    async def addresses(self, name: str, *, six: bool) -> tuple[str, ...]:
        """Return the IPv4 addresses of a name, or with *six* the IPv6 ones."""

    async def exchangers(self, name: str) -> tuple[str, ...]:
        """Return the host names that take a domain's mail, the preferred one first."""

    async def names(self, address: str) -> tuple[str, ...]:
        """Return the names that an address says it has."""


class Result(StrEnum):
    """What a policy says of a sender (2.6)."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105  # no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


_RESULTS = {"+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who sends, as the wire told."""

    address: Address
    sender: str
    """The envelope's sender, or ``postmaster@`` the name of the host when it is empty (2.4)."""
    helo: str


async def check(names: Names, *, peer: str, sender: str, helo: str) -> Result:
    """Say what the sender's domain publishes about mail from an address."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return Result.NONE
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    local, _, domain = sender.rpartition("@")
    asked = Asked(address, f"{local or 'postmaster'}@{domain}", helo)
    try:
        return await _Check(names, asked).host(domain)
    except Unanswered:
        return Result.TEMPERROR
    except (Malformed, _TooMany):
        return Result.PERMERROR


class _TooMany(Exception):
    """The records ask for more than they may."""


class _Check:
    """One evaluation, with what it has cost so far."""

    def __init__(self, names: Names, asked: Asked) -> None:
        self._names, self._asked = names, asked
        self._lookups = self._void = 0

    async def host(self, domain: str) -> Result:
        """Evaluate a domain's record (4); raises what makes it an error."""
        domain = domain.rstrip(".")
        if not policy_terms.is_domain(domain):
            return Result.NONE
        found = [each for each in await self._names.texts(domain) if policy_terms.is_record(each)]
        if len(found) != 1:
            if found:
                raise Malformed("several records")
            return Result.NONE
        terms = policy_terms.parsed(found[0])
        for each in terms.mechanisms:
            if await self._matches(each, domain):
                return _RESULTS[each.qualifier]
        return await self._elsewhere(terms, domain)

    async def _elsewhere(self, terms: Terms, domain: str) -> Result:
        """Follow a redirect where no mechanism matched (6.1)."""
        if terms.redirect is None:
            return Result.NEUTRAL
        self._count()
        result = await self.host(await self._name(terms.redirect, domain))
        if result is Result.NONE:
            raise Malformed("redirected to a domain without a record")
        return result

    async def _matches(self, term: Mechanism, domain: str) -> bool:
        match term.name:
            case "all":
                return True
            case "ip4" | "ip6":
                return self._asked.address in ip_network(term.target, strict=False)
        self._count()
        name = await self._name(term.target, domain) if term.target else domain
        match term.name:
            case "include":
                result = await self.host(name)
                if result is Result.NONE:
                    raise Malformed("includes a domain without a record")
                return result is Result.PASS
            case "exists":
                return bool(self._found(await self._names.addresses(name, six=False)))
            case "a":
                return self._among(self._found(await self._addresses(name)), term)
            case "mx":
                return await self._exchanges(name, term)
            case _:
                return await self._is_called(name)

    async def _exchanges(self, name: str, term: Mechanism) -> bool:
        hosts = self._found(await self._names.exchangers(name))
        if len(hosts) > MOST_NAMES:
            raise _TooMany
        for each in hosts:
            if self._among(await self._addresses(each), term):
                return True
        return False

    async def _is_called(self, name: str) -> bool:
        wanted = name.lower().rstrip(".")
        return any(each == wanted or each.endswith(f".{wanted}") for each in await self._validated())

    async def _validated(self) -> list[str]:
        """Return the names of the address that lead back to it (5.5); what cannot be looked up is left out."""
        try:
            told = self._found(await self._names.names(str(self._asked.address)))
        except Unanswered:
            return []
        good = []
        for each in told[:MOST_NAMES]:
            try:
                if str(self._asked.address) in await self._addresses(each):
                    good.append(each.lower().rstrip("."))
            except Unanswered:
                continue
        return good

    async def _addresses(self, name: str) -> tuple[str, ...]:
        return await self._names.addresses(name, six=self._asked.address.version == 6)

    def _among(self, found: tuple[str, ...], term: Mechanism) -> bool:
        bits = term.bits4 if self._asked.address.version == 4 else term.bits6
        return any(self._asked.address in ip_network(f"{each}/{bits}", strict=False) for each in found)

    async def _name(self, spec: str, domain: str) -> str:
        """Return a name with its macros filled in, cut from the left to what a name may be (7.3)."""
        if "%" not in spec:
            return spec
        host = await self._own_name(domain) if policy_terms.asks_own_name(spec) else "unknown"
        asked = self._asked
        return policy_terms.expanded(spec, Macros(asked.address, asked.sender, domain, asked.helo, host))

    async def _own_name(self, domain: str) -> str:
        """Return the validated name of the address that is nearest to the domain (7.2, p)."""
        good = await self._validated()
        order: list[Callable[[str], bool]] = [lambda it: it == domain, lambda it: it.endswith(f".{domain}")]
        return next((each for fits in order for each in good if fits(each)), good[0] if good else "unknown")

    def _count(self) -> None:
        self._lookups += 1
        if self._lookups > MOST_LOOKUPS:
            raise _TooMany

    def _found(self, answer: tuple[str, ...]) -> tuple[str, ...]:
        if not answer:
            self._void += 1
            if self._void > MOST_VOID:
                raise _TooMany
        return answer
