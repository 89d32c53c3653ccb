"""The doorkeeper: what the sessions of one server share, and who may come in."""

import asyncio
from collections import Counter
from typing import Protocol

from domain.kernel.core import Core
from inbound_mail.inbox import Inbox
from inbound_mail.intake import Intake, Room
from inbound_mail.limits import Limits


class Guest(Protocol):
    """A session, as the doorkeeper knows it."""

    def leave(self) -> None:
        """End the session as soon as no mail is under way."""

    def cut_off(self) -> None:
        """End the session now."""


class Doorkeeper:
    """Counts the sessions, lends them memory, and ends them."""

    def __init__(self, core: Core, limits: Limits) -> None:
        self.core, self.limits = core, limits
        self.loop = asyncio.get_running_loop()
        self.inbox = Inbox(core)
        self._room = Room(limits.buffered_bytes)
        self._guests: dict[Guest, str] = {}
        self._of_peer: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    def admits(self, guest: Guest, peer: str) -> bool:
        """Tell whether a session may begin, and remember it if so."""
        if guest in self._guests:
            return True  # the same session, under encryption
        if len(self._guests) >= self.limits.connections or self._of_peer[peer] >= self.limits.connections_of_peer:
            return False
        self._guests[guest] = peer
        self._of_peer[peer] += 1
        self._empty.clear()
        return True

    def forgets(self, guest: Guest) -> None:
        """Forget a session that ended."""
        peer = self._guests.pop(guest, None)
        if peer is not None:
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
