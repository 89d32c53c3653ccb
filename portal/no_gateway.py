"""The gateway of a deployment that has no payment provider yet: every payment is declined with a clear word."""

# ruff: noqa: ARG002 - the arguments are the port's

from datetime import datetime

from domain.kernel.money import Money
from domain.kernel.ports import CheckoutOrder, CheckoutSnapshot, GatewayRefused, ProviderNews

_REASON = "no Stripe key is set (PLIXO_STRIPE_API_KEY)"


class NoGateway:
    """Takes no amount, so that the portal says that paying online is not possible and whom to ask."""

    def takes(self, amount: Money) -> bool:
        """Say no."""
        return False

    async def find(self, object_id: str) -> str | None:
        """Know nothing."""
        return None

    async def news(self, since: datetime) -> tuple[ProviderNews, ...]:
        """Hear nothing."""
        return ()

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)
