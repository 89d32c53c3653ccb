"""The gateway of a deployment that has no payment provider yet: every payment is declined with a clear word."""

# ruff: noqa: ARG002 - the arguments are the port's

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from domain.kernel.ports import (
    Alert,
    CheckoutOrder,
    CheckoutSnapshot,
    Collectable,
    GatewayRefused,
    Known,
    MovementPage,
    ProviderNews,
)

_REASON = "no Stripe key is set (PLIXO_STRIPE_API_KEY)"


class NoGateway:
    """Takes no amount, so that the portal says that paying online is not possible and whom to ask."""

    def collectable(self, currency: str) -> Collectable | None:
        """Say that nothing can be collected."""
        return None

    async def find(self, object_id: str) -> str | None:
        """Know nothing."""
        return None

    async def news(self, since: datetime) -> AsyncIterator[Sequence[ProviderNews]]:
        """Hear nothing."""
        nothing: tuple[Sequence[ProviderNews], ...] = ()
        for each in nothing:
            yield each

    async def movements(self, of: str, *, since: datetime, after: str | None) -> MovementPage:
        """See nothing."""
        return MovementPage((), None)

    async def known(self, object_id: str) -> Known | None:
        """Refuse: that nothing is known here says nothing about what is known there."""
        raise GatewayRefused(_REASON)

    async def alert(self, object_id: str) -> tuple[str, Alert] | None:
        """Know nothing."""
        return None

    async def offers_bank_debit(self) -> bool | None:
        """Know nothing."""
        return None

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)
