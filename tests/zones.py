"""Zones: a name server of the test's own, on a port of this machine."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class Zone(asyncio.DatagramProtocol):
    """A name server that knows the TXT records of some names, and under ``others`` those of other types."""

    def __init__(
        self, records: Mapping[str, list[str]], others: Mapping[tuple[str, str], list[str]] | None = None
    ) -> None:
        self.records, self.others, self.refuses, self.asked = dict(records), dict(others or {}), False, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        self.asked += 1
        query = dns.message.from_wire(data)
        [question] = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if self.refuses:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records and not any(known == name for known, _ in self.others):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        found = [_quoted(each) for each in self.records.get(name, ())] if kind == "TXT" else []
        for text in [*found, *self.others.get((name, kind), ())]:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, text))
        self.transport.sendto(answer.to_wire(), addr)


def _quoted(text: str) -> str:
    return " ".join(json.dumps(text[n : n + 200]) for n in range(0, len(text), 200))


@asynccontextmanager
async def serving(zone: Zone) -> AsyncIterator[tuple[Zone, str]]:
    """Let a zone be asked, at the address that is told with it."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: zone, local_addr=("127.0.0.1", 0))
    try:
        yield zone, f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()
