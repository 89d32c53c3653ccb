"""Charts: pictures of the figures, each with a sentence that says what it shows and its figures as text."""

from collections.abc import Awaitable, Callable

from bot import exports
from bot.asks import Ask
from bot.blocks import Message
from bot.routes import Command, Group, command
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.operations.exports import What


def _chart(what: What) -> Callable[[Core, Ask], Awaitable[Message]]:
    async def draw(core: Core, ask: Ask) -> Message:
        """Let a picture be drawn for whoever asks."""
        words = tuple(each for each in ask.words if each.casefold() != exports.HERE)
        return await exports.queued(core, ask, what=what, words=words, here=len(words) < len(ask.words))

    return draw


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "ageing chart",
        "[here]",
        Permission.VIEW,
        phrase("draws what is open by age, beside last week"),
        "ageing chart",
        _chart(What.AGEING_CHART),
    ),
    command(
        Group.MONEY,
        "cash chart",
        "[WEEKS] [here]",
        Permission.VIEW,
        phrase("draws what was collected, week by week"),
        "cash chart 26",
        _chart(What.CASH_CHART),
    ),
    command(
        Group.WORK,
        "portal chart",
        "[WEEKS] [here]",
        Permission.VIEW,
        phrase("draws how far payers came with their links"),
        "portal chart 8",
        _chart(What.PORTAL_CHART),
    ),
)
