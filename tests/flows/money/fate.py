"""Fate: where a process dies, or the wire to the provider is cut, at a chosen moment of what comes next."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum

from domain.kernel.ports import (
    Alert,
    CheckoutOrder,
    CheckoutSnapshot,
    Collectable,
    GatewayUnavailable,
    Known,
    MovementPage,
    PaymentGateway,
    ProviderNews,
)
from domain.kernel.transactions import Database, Transaction


class Crash(Exception):
    """The process is gone, and with it all that was not committed."""


class Moment(StrEnum):
    """A moment at which everything may end."""

    BEFORE_COMMIT = "before a commit"
    AFTER_COMMIT = "after a commit"
    BEFORE_CALL = "before a call at the provider"
    AFTER_CALL = "after a call at the provider"
    UNHEARD = "the provider is not reached"
    UNANSWERED = "the provider's answer is lost"


class Fate:
    """One misfortune at most is planned; it strikes once, at the so-manieth of its moments."""

    def __init__(self) -> None:
        self._moment: Moment | None = None
        self._after = 0

    def plan(self, moment: Moment, *, after: int) -> None:
        """Let it strike after so many moments of that kind have passed well."""
        self._moment, self._after = moment, after

    def spare(self) -> None:
        """Let everything go well."""
        self._moment = None

    def comes(self, moment: Moment) -> bool:
        """Tell whether it strikes now."""
        if self._moment is not moment:
            return False
        self._after -= 1
        if self._after >= 0:
            return False
        self._moment = None
        return True


class MortalDatabase(Database):
    """The database of a process that may die just before or just after a commit."""

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction as ever."""
        async with super().transaction() as tx:
            yield tx
            if self._fate.comes(Moment.BEFORE_COMMIT):
                raise Crash(Moment.BEFORE_COMMIT)
        if self._fate.comes(Moment.AFTER_COMMIT):
            raise Crash(Moment.AFTER_COMMIT)


class FrailGateway:
    """The real gateway of a process that may die around a call, over a wire that may be cut."""

    def __init__(self, real: PaymentGateway, fate: Fate) -> None:
        self._real, self._fate = real, fate

    def collectable(self, currency: str) -> Collectable | None:
        return self._real.collectable(currency)

    async def find(self, object_id: str) -> str | None:
        async with self._called():
            return await self._real.find(object_id)

    async def news(self, since: datetime) -> AsyncIterator[Sequence[ProviderNews]]:
        async with self._called():
            pages = [page async for page in self._real.news(since)]
        for page in pages:
            yield page

    async def movements(self, of: str, *, since: datetime, after: str | None) -> MovementPage:
        async with self._called():
            return await self._real.movements(of, since=since, after=after)

    async def known(self, object_id: str) -> Known | None:
        async with self._called():
            return await self._real.known(object_id)

    async def alert(self, object_id: str) -> tuple[str, Alert] | None:
        async with self._called():
            return await self._real.alert(object_id)

    async def offers_bank_debit(self) -> bool | None:
        async with self._called():
            return await self._real.offers_bank_debit()

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        async with self._called():
            return await self._real.open(order)

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        async with self._called():
            return await self._real.fetch(session_id)

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        async with self._called():
            return await self._real.expire(session_id)

    @asynccontextmanager
    async def _called(self) -> AsyncIterator[None]:
        if self._fate.comes(Moment.BEFORE_CALL):
            raise Crash(Moment.BEFORE_CALL)
        if self._fate.comes(Moment.UNHEARD):
            raise GatewayUnavailable(Moment.UNHEARD)
        yield
        if self._fate.comes(Moment.AFTER_CALL):
            raise Crash(Moment.AFTER_CALL)
        if self._fate.comes(Moment.UNANSWERED):
            raise GatewayUnavailable(Moment.UNANSWERED)
