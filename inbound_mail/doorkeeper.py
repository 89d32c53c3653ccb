"""The doorkeeper: what the sessions of one server share, and who may come in."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Protocol

from domain.kernel.core import Core
from inbound_mail import answers, rates
from inbound_mail.encryption import Encryption
from inbound_mail.inbox import Inbox
from inbound_mail.intake import Intake, Room
from inbound_mail.limits import Limits

Network = IPv4Network | IPv6Network


class Guest(Protocol):
    """A session, as the doorkeeper knows it."""

    def leave(self) -> None:
        """End the session as soon as no mail is under way."""

    def cut_off(self) -> None:
        """End the session now."""


class Doorkeeper:
    """Counts the sessions, lends them memory, and ends them."""

    def __init__(
        self, core: Core, limits: Limits, *, encryption: Encryption | None = None, proxies: Sequence[Network] = ()
    ) -> None:
        self.core, self.limits, self.encryption = core, limits, encryption
        self.loop = asyncio.get_running_loop()
        self.inbox = Inbox(core)
        self._proxies = tuple(proxies)
        self._room = Room(limits.buffered_bytes)
        self._rates = rates.Rates(self.loop.time)
        self._guests: dict[Guest, str] = {}
        """With the peer that each is counted for; empty until a proxy has named it."""
        self._of_peer: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    def is_proxy(self, address: str) -> bool:
        """Tell whether a proxy of ours connects, which has to say for whom."""
        if not self._proxies:
            return False
        try:
            found = ip_address(rates.address(address))
        except ValueError:
            return False
        return any(found in each for each in self._proxies)

    def refuses(self, guest: Guest) -> str:
        """Remember a session that begins; return why it may not, or nothing."""
        if len(self._guests) >= self.limits.connections:
            return answers.TOO_MANY
        self._guests[guest] = ""
        self._empty.clear()
        return ""

    def refuses_peer(self, guest: Guest, address: str) -> str:
        """Count a session for its peer; return why the peer may have no more, or nothing."""
        peer = rates.network(address)
        if self._of_peer[peer] >= self.limits.connections_of_peer:
            return answers.TOO_MANY
        seconds = self._rates.seconds_over("connection", peer, limit=self.limits.connections_a_minute)
        if seconds:
            return answers.TOO_OFTEN % seconds
        self._guests[guest] = peer
        self._of_peer[peer] += 1
        return ""

    def seconds_to_wait(self, address: str) -> int:
        """Count one mail of a peer; return after how many seconds it may send it, 0 for now."""
        return self._rates.seconds_over("mail", rates.network(address), limit=self.limits.mails_a_minute)

    def forgets(self, guest: Guest) -> None:
        """Forget a session that ended; it may be told twice."""
        peer = self._guests.pop(guest, "")
        if peer:
            self._of_peer[peer] -= 1
            if not self._of_peer[peer]:
                del self._of_peer[peer]
        if not self._guests:
            self._empty.set()

    def intake(self) -> Intake:
        """Return the intake for one mail."""
        return Intake(max_bytes=self.limits.max_bytes, room=self._room)

    async def sends_all_away(self) -> None:
        """End every session; those with a mail under way have some seconds to finish it."""
        for guest in list(self._guests):
            guest.leave()
        try:
            async with asyncio.timeout(self.limits.stopping_seconds):
                await self._empty.wait()
        except TimeoutError:
            for guest in list(self._guests):
                guest.cut_off()
