"""Remittance advices in Slack: what waits for its payment, and one with its lines."""

from bot.asks import Ask
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import remittances as views
from domain.cash_application import remittance_views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase

EXAMPLE = "cash remittance 1a2b3c4d"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash remittance [ID]``: one advice, or those whose payment is not posted yet."""
    if not ask.words:
        return views.waiting(await remittance_views.waiting(core))
    remittance_id = await remittance_views.named(core, text=ask.words[0])
    return views.card(await remittance_views.card(core, remittance_id=remittance_id))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "cash remittance",
        "[ID]",
        Permission.VIEW,
        phrase("shows what a payer says that a payment is for"),
        EXAMPLE,
        show,
    ),
)
