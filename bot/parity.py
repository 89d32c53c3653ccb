"""Parity: our ageing beside that of the merchant's own books."""

from bot.asks import Ask
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import parity as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.ledger import parity


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo parity``."""
    return views.shown(await parity.latest(core, actor=ask.actor, limit=views.INVOICES_SHOWN))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "parity",
        "",
        Permission.VIEW,
        phrase("compares our ageing with that of your books"),
        "parity",
        show,
    ),
)
