"""Paying: what the payer's click, the return from the provider and the jobs ask of the provider, and in which order."""

from collections.abc import Awaitable

from domain.kernel.core import Core
from domain.kernel.ports import CheckoutOrder, GatewayRefused, GatewayUnavailable, Method, PaymentGateway
from domain.pay_links import checkouts, orders, provider_health
from domain.pay_links.checkouts import Standing
from domain.pay_links.refusals import PaymentUnavailable
from domain.pay_links.states import CheckoutState

ROUNDS = 3
"""A page that must end before another may open takes two; the third is for a colleague who clicked in between."""


async def page_address(
    core: Core,
    gateway: PaymentGateway,
    *,
    secret: str,
    bank_debit: bool,
    whole: bool = False,
    part: orders.Part | None = None,
    wording: orders.Wording | None = None,
) -> str:
    """Return the address of the provider's page for what this payer is asked for now, for all that is open or a part.

    Raises:
        PaymentUnavailable: The provider cannot be reached or does not take the order.
        AmountNotPossible: The part that was chosen cannot be paid.
        Refusal: There is nothing to pay, or a payment is under way (see ``orders.start``).
    """
    for _ in range(ROUNDS):
        started = await orders.start(
            core, secret=secret, bank_debit=bank_debit, whole=whole, part=part, wording=wording
        )
        match started:
            case orders.PageOpen(url):
                return url
            case orders.PageOutdated(session_id):
                await _reached(end(core, gateway, session_id))
            case orders.ToPlace(order):
                standing = await _reached(_placed(core, gateway, order))
                if standing.state is CheckoutState.OPEN and standing.url is not None:
                    return standing.url
    raise PaymentUnavailable


async def ask(core: Core, gateway: PaymentGateway, session_id: str) -> Standing:
    """Read a session at the provider and take its news in."""
    return await checkouts.update(core, snapshot=await gateway.fetch(session_id))


async def end(core: Core, gateway: PaymentGateway, session_id: str) -> Standing:
    """End a session at the provider; one that was paid in that moment is taken."""
    return await checkouts.update(core, snapshot=await gateway.expire(session_id))


async def _placed(core: Core, gateway: PaymentGateway, order: CheckoutOrder) -> Standing:
    try:
        snapshot = await gateway.open(order)
    except GatewayRefused as no:
        await checkouts.refused(core, checkout_id=order.checkout_id, reason=str(no))
        raise
    if Method.BANK_DEBIT in order.methods:
        await provider_health.note_bank_debit(core, offered=Method.BANK_DEBIT in snapshot.methods)
    standing = await checkouts.update(core, snapshot=snapshot)
    if standing.state is CheckoutState.OPEN:
        return standing
    return await end(core, gateway, snapshot.session_id)  # ended while the provider was asked: nobody has its address


async def _reached(call: Awaitable[Standing]) -> Standing:
    try:
        return await call
    except (GatewayUnavailable, GatewayRefused) as no:
        raise PaymentUnavailable from no
