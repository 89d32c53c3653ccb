"""Suppressions: let an address be mailed again."""

from bot import asks
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.views import suppressions as views
from domain.deliverability import suppressions
from domain.kernel.core import Core

EXAMPLE = "unsuppress anna@acme.example she has a new mailbox"
LONGEST_REASON = 300


async def lift(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unsuppress ADDRESS reason…``.

    Raises:
        Misunderstood: The address or the reason is missing.
    """
    if not ask.words:
        raise Misunderstood(f"Which address, and why? For example `/plixo {EXAMPLE}`.")
    address = asks.address(ask.words[0], example=EXAMPLE)
    reason = " ".join(ask.words[1:])
    if not reason:
        raise Misunderstood(f"Why may the address be mailed again? For example `/plixo {EXAMPLE}`.")
    return views.lifted(await suppressions.lift(core, address=address, reason=reason[:LONGEST_REASON], actor=ask.actor))
