"""Portal: how far payers came with their links, and where they gave up."""

from bot import asks
from bot.asks import Ask
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import portal as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import funnel

SHOW = "portal 4"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo portal [WEEKS]``."""
    weeks = funnel.USUAL_WEEKS
    if ask.words:
        word = ask.words[0]
        if not (word.isascii() and word.isdecimal() and len(word) <= 4 and 1 <= int(word) <= funnel.MOST_WEEKS):
            raise asks.Misunderstood(
                say(
                    "How many weeks, from 1 to {most}? For example `/plixo {example}`.",
                    most=funnel.MOST_WEEKS,
                    example=SHOW,
                )
            )
        weeks = int(word)
    return views.funnel(await funnel.funnel(core, actor=ask.actor, weeks=weeks))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "portal",
        "[WEEKS]",
        Permission.VIEW,
        phrase("shows how far payers came with their links"),
        SHOW,
        show,
    ),
)
