"""Seats: places for forms with files, so that what arrives has a limit, and nobody can hold them all.

Whoever has a living session is counted by it and by the customer; strangers, who may only ask for help, are counted by
their address and have few places of their own. So neither of them can keep the other from sending, and no customer
keeps out another. Where all places are taken, one waits a little in the order of arrival, and is then told when to
come again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

MOST_AT_ONCE = 12
"""Forms with files from sessions that one process holds at the same time. Each may have fifty megabytes, so with those
of strangers all are less than one gigabyte."""

MOST_OF_STRANGERS = 4
"""The same from whoever has no session."""

MOST_OF_SESSION = 2
"""Of one session: a second window, or a second try beside one that hangs."""

MOST_OF_CUSTOMER = 4
"""Of all sessions of one customer."""

MOST_OF_ADDRESS = 2
"""Of strangers from one address."""

MOST_WAITING = 64
"""Who wait for a place; nothing of their files is read meanwhile."""

MOST_WAITING_OF_ONE = 4
"""Of them of one session or address; a form that is sent by many clicks is sent often."""

WAIT_SECONDS = 10.0
"""How long one waits for a place before one is told to come again."""

AGAIN_SECONDS = 30
"""When to come again; by then most of what was under way has arrived."""


class Crowded(Exception):
    """Say that too many files arrive at the moment, in all or from the one who sends, and when to try again."""

    def __init__(self, seconds: int = AGAIN_SECONDS) -> None:
        self.seconds = seconds
        super().__init__(f"again in {seconds} s")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a form, for counting: a session of a customer, or an address that has none."""

    address: str
    session: str = ""
    customer: UUID | None = None


_Marks = tuple[str, str]


class _Room:
    """Places of one kind, given in the order of arrival to whoever may have one more."""

    def __init__(self, most: int, of_one: int, of_wider: int) -> None:
        self._most, self._limits = most, (of_one, of_wider)
        self._held: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._waiting: list[tuple[_Marks, asyncio.Future[None]]] = []

    async def take(self, marks: _Marks, *, wait_seconds: float) -> None:
        """Wait for a place.

        Raises:
            Crowded: None became free in time, or too many wait.
        """
        if self._fits(marks):
            self._hold(marks)
            return
        waiting = Counter(each[0] for each, _ in self._waiting)
        if waiting.total() >= MOST_WAITING or waiting[marks[0]] >= MOST_WAITING_OF_ONE:
            raise Crowded
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((marks, turn))
        try:
            async with asyncio.timeout(wait_seconds):
                await turn
        except TimeoutError:
            self._go_away(marks, turn)
            raise Crowded from None
        except asyncio.CancelledError:
            self._go_away(marks, turn)
            raise

    def leave(self, marks: _Marks) -> None:
        """Give a place back, and to whoever is next."""
        for of, mark in zip(self._held, marks, strict=True):
            of[mark] -= 1
            if not of[mark]:
                del of[mark]
        for each in list(self._waiting):
            if not each[1].done() and self._fits(each[0]):
                self._waiting.remove(each)
                self._hold(each[0])
                each[1].set_result(None)

    def _go_away(self, marks: _Marks, turn: "asyncio.Future[None]") -> None:
        if turn.done() and not turn.cancelled():  # the place came in the very moment in which we stopped waiting
            self.leave(marks)
        else:
            self._waiting.remove((marks, turn))

    def _fits(self, marks: _Marks) -> bool:
        within = (of[mark] < most for of, mark, most in zip(self._held, marks, self._limits, strict=True))
        return self._held[0].total() < self._most and all(within)

    def _hold(self, marks: _Marks) -> None:
        for of, mark in zip(self._held, marks, strict=True):
            of[mark] += 1


class Seats:
    """The places of one process."""

    def __init__(self, *, most: int = MOST_AT_ONCE, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait = wait_seconds
        self._payers = _Room(most, MOST_OF_SESSION, MOST_OF_CUSTOMER)
        self._strangers = _Room(MOST_OF_STRANGERS, MOST_OF_ADDRESS, MOST_OF_STRANGERS)

    @asynccontextmanager
    async def at(self, sender: Sender) -> AsyncIterator["Seat"]:
        """Return a place that is not taken yet, and give it back in the end if it was."""
        room, marks = self._room(sender)
        seat = Seat(room, marks, self._wait)
        try:
            yield seat
        finally:
            if seat.taken:
                room.leave(marks)

    def _room(self, sender: Sender) -> tuple[_Room, _Marks]:
        if sender.session:
            return self._payers, (sender.session, str(sender.customer))
        return self._strangers, (sender.address, "")


class Seat:
    """A place for one form: taken when the first file begins to arrive, so that mere words need none."""

    def __init__(self, room: _Room, marks: _Marks, wait_seconds: float) -> None:
        self._room, self._marks, self._wait = room, marks, wait_seconds
        self.taken = False

    async def take(self) -> None:
        """Wait for the place, unless it is ours already.

        Raises:
            Crowded: There is none.
        """
        if not self.taken:
            await self._room.take(self._marks, wait_seconds=self._wait)
            self.taken = True
