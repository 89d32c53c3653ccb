"""Nudges: ask for a reminder now; every guardrail holds."""

from bot import asks
from bot.asks import Ask
from bot.blocks import Message
from bot.views import answers
from domain.kernel.core import Core
from domain.outreach import nudges


async def nudge(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo nudge INV-1042 [note…]``."""
    number, rest = asks.leading_number(ask.words, example="nudge INV-1042 I spoke with their boss")
    event = await nudges.nudge(core, invoice_number=number, actor=ask.actor, note=" ".join(rest))
    return answers.done(event, note=f"{event.owner_name}, whose customer it is, is told." if event.owner_name else "")
