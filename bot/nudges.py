"""Nudges: ask for a reminder now; every guardrail holds."""

from bot import asks
from bot.asks import Ask
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.outreach import nudges


async def nudge(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo nudge INV-1042 [note…]``."""
    number, rest = asks.leading_number(ask.words, example="nudge INV-1042 I spoke with their boss")
    event = await nudges.nudge(core, invoice_number=number, actor=ask.actor, note=" ".join(rest))
    return answers.done(
        event, note=say("{owner}, whose customer it is, is told.", owner=event.owner_name) if event.owner_name else ""
    )


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "nudge",
        "INV [note…]",
        Permission.NUDGE,
        phrase("asks for a reminder now; every guardrail holds"),
        "nudge INV-1042 I met their boss",
        nudge,
    ),
)
