"""Access: who may do something, and whom to ask who may not."""

from bot.asks import Ask
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from domain.kernel.core import Core
from domain.people import people


async def request(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo access request``: tell whom to ask and what to tell them."""
    names = await people.controllers(core)
    whom = ", ".join(names[:10]) if names else "whoever runs Plixo"
    held = f"You are {', '.join(ask.actor.roles)}. " if ask.actor.roles else "You have no role yet. "
    return answers.access(
        reason=f"{held}Ask a Controller for access: {whom}. They grant it with `plixo role grant`.",
        slack_id=ask.slack_id,
    )


COMMANDS: tuple[Command, ...] = (
    command(Group.SELF, "access request", "", None, "tells whom to ask for a role", "access request", request),
)
