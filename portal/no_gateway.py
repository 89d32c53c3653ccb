"""The gateway of a deployment that has no payment provider yet: every payment is declined with a clear word."""

from domain.kernel.ports import CheckoutOrder, CheckoutSnapshot, GatewayRefused

_REASON = "no Stripe key is set (PLIXO_STRIPE_API_KEY)"


class NoGateway:
    """Refuses every call, so that the portal says that paying does not work instead of failing."""

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        """Refuse."""
        raise GatewayRefused(_REASON)
